"""`textops drift`: what the model meets, beside what it was measured on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from loguru import logger

from textops.commands.defaults import open_prediction_log, open_registry
from textops.commands.period import period_of

if TYPE_CHECKING:
    from textops.monitoring.check import Comparison

DRIFTED = 3
"""Exit code of a check that found drift."""

DEFAULT_LAST = 1_000

drift = typer.Typer(
    help="Compare live traffic with the held-out data of the model. Example: textops drift check --last 1000",
    no_args_is_help=True,
)

Model = Annotated[str | None, typer.Option(help="Whose answers: name@alias, name/3 or name; by default production's.")]
Last = Annotated[
    int | None, typer.Option(min=1, help="So many of its newest answers; without any bound, the last 1,000.")
]
Since = Annotated[str | None, typer.Option(help="Its answers from here on: 2026-01-31, 2026-01-31T12:00, 24h or 7d.")]
Until = Annotated[str | None, typer.Option(help="Its answers before this moment.")]


@drift.command("check")
def check(
    *,
    model: Model = None,
    last: Last = None,
    since: Since = None,
    until: Until = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write everything that was found as JSON.")] = False,
    on_drift: Annotated[
        Literal["nothing", "retrain"], typer.Option(help="What follows the verdict drift; retrain: textops retrain.")
    ] = "nothing",
) -> None:
    """Compare live traffic with the model's held-out data: each feature, all together, and the accuracy.

    Exit code 3 if it has drifted. Example: textops drift check --since 24h --on-drift retrain
    """
    compared = _compare(model, last, since, until)
    if as_json:
        typer.echo(compared.found.model_dump_json(indent=2))
    else:
        from textops.monitoring.table import show

        show(compared.found)
    if compared.found.verdict != "drift":
        return
    if on_drift == "retrain":
        from textops.commands.retraining import retrain

        retrain(compared.found.model.rpartition("/")[0], to="production")
        return
    raise typer.Exit(DRIFTED)


@drift.command("report")
def report(
    *,
    model: Model = None,
    last: Last = None,
    since: Since = None,
    until: Until = None,
    output: Annotated[Path, typer.Option(help="The page.")] = Path("reports/drift.html"),
    tests: Annotated[Path | None, typer.Option(help="Also write Evidently's tests as JSON.")] = None,
) -> None:
    """Make the report by Evidently as a page of HTML, and its tests as JSON.

    Example: textops drift report --since 7d --output week.html --tests week.json
    """
    from textops.files import write_text
    from textops.monitoring.evidently_report import evidently_report
    from textops.monitoring.thresholds import Thresholds
    from textops.registry.settings import read_settings

    made = evidently_report(_compare(model, last, since, until), read_settings(Thresholds))
    write_text(output, made.page)
    if tests is not None:
        write_text(tests, made.model_dump_json(indent=2, exclude={"page"}) + "\n")
    failing = sum(test.status == "FAIL" for test in made.tests)
    logger.success("{} of {} tests by Evidently fail; the report is in {}", failing, len(made.tests), output)


@drift.command("serve")
def serve(
    *,
    model: Model = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 for any free one.")] = None,
) -> None:
    """Start the drift service: checks now and then, answers over HTTP. Settings: environment variables TEXTOPS_DRIFT_*.

    Example: textops drift serve --port 8001, then curl localhost:8001/drift/status
    """
    from textops.commands.defaults import prediction_log_settings
    from textops.logs import set_up_logging
    from textops.monitoring.serve_drift import serve_drift
    from textops.monitoring.settings import DriftSettings
    from textops.monitoring.thresholds import Thresholds
    from textops.registry.settings import read_settings

    set_up_logging(service=True)
    settings = read_settings(DriftSettings, model=model, drift_host=host, drift_port=port)
    serve_drift(settings, prediction_log_settings(), read_settings(Thresholds))


def _compare(model: str | None, last: int | None, since: str | None, until: str | None) -> "Comparison":
    from textops.monitoring.check import check as compare
    from textops.monitoring.thresholds import Thresholds
    from textops.registry.settings import read_settings

    if last is None and since is None and until is None:
        last = DEFAULT_LAST
    period = period_of(since, until, last)
    thresholds = read_settings(Thresholds)
    version = open_registry().find(model)
    return compare(open_prediction_log(), version, period, thresholds)
