"""The reference names everything that the code has."""

from pathlib import Path

from automation.reference import command_line, configuration, http_api, metrics, settings
from textops.cli import application
from textops.serving.settings import ServingSettings

ROOT = Path(__file__).parents[3]


def test_every_verb_has_its_help_with_an_example() -> None:
    # when
    page = command_line()
    # then
    names = [f"textops {command.callback.__name__}" for command in application.registered_commands if command.callback]
    assert all(f"## {name}\n" in page for name in names)
    assert "## textops drift serve\n" in page
    verbs = [part for part in page.split("\n## ")[1:] if "COMMAND [ARGS]" not in part]
    assert all("Example: textops" in part for part in verbs)


def test_every_file_of_the_configuration_stands_there_as_it_is() -> None:
    page = configuration()
    for path in (ROOT / "configs").rglob("*.yaml"):
        assert path.read_text(encoding="utf-8").strip() in page


def test_every_setting_has_its_variable() -> None:
    page = settings()
    assert all(f"`TEXTOPS_{name.upper()}`" in page for name in ServingSettings.model_fields)
    assert "`TEXTOPS_DRIFT_INTERVAL_SECONDS`" in page
    assert "`TEXTOPS_UI_PORT`" in page


def test_endpoints_of_both_services_have_examples_and_answers() -> None:
    page = http_api()
    assert "### POST /predict\n" in page
    assert "| 200 | Successful Response | `PredictionResponse` |" in page
    assert '"text": "The home side scored twice in the last five minutes."' in page
    assert "### GET /drift/status\n" in page


def test_every_figure_for_prometheus_has_its_meaning() -> None:
    page = metrics()
    assert "| `textops_predictions_total` | counter | Answers by class and version; one with several" in page
    assert "`textops_drift_check_seconds`" in page
