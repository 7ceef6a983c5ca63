"""The reference names everything that the code has."""

import importlib
import re
from pathlib import Path

from automation.reference import command_line, configuration, http_api, metrics, settings
from textops.cli import application

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
    # given
    kinds = [
        getattr(importlib.import_module(".".join(path.relative_to(ROOT / "src").with_suffix("").parts)), name)
        for path in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"^class (\w+)\(BaseSettings\)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    # when
    page = settings()
    # then
    assert len(kinds) > 5
    for kind in kinds:
        prefix = kind.model_config["env_prefix"].upper()
        assert [name for name in kind.model_fields if f"`{prefix}{name.upper()}`" not in page] == [], kind.__name__
    assert "PydanticUndefined" not in page


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
