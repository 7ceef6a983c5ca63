"""`textops log`: what the prediction log holds, and what is done with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from loguru import logger

from textops.commands.defaults import open_prediction_log, prediction_log_settings
from textops.commands.period import period_of

if TYPE_CHECKING:
    from textops.prediction_log.comparison import VersionRecord
    from textops.prediction_log.database import Database

prediction_log = typer.Typer(
    help="Look into the prediction log (TEXTOPS_DATABASE_URL), export it and clear it. Example: textops log status",
    no_args_is_help=True,
)


@prediction_log.command("status")
def show_status() -> None:
    """Tell what the log holds: predictions of each version, how a candidate agreed, feedback, and rows that wait for
    the next start.

    Example: textops log status
    """  # noqa: D205 (shown as help)
    from textops.prediction_log.comparison import compare_shadows
    from textops.prediction_log.reading import count_feedback, rows_by_model
    from textops.prediction_log.spill import spilled_files

    settings = prediction_log_settings()
    database = open_prediction_log(settings)
    with database.reading() as connection:
        models, judgements = rows_by_model(connection), count_feedback(connection)
        shadows = compare_shadows(connection)
    typer.echo(f"prediction log: {database.address.shown}")
    if database.address.file is not None:
        typer.echo(f"size: {database.address.file.stat().st_size / 1e6:,.1f} MB")
    typer.echo(f"texts: {settings.log_text}")
    for rows in models:
        first, last = (moment.isoformat(" ", "seconds") for moment in (rows.first, rows.last))
        typer.echo(f"{rows.name}/{rows.version}: {rows.predictions:,} predictions, {first} to {last}")
    if not models:
        typer.echo("no predictions yet")
    for shadow in shadows:
        typer.echo(_agreement_in_words(shadow))
    typer.echo(f"feedback: {judgements:,}")
    if waiting := spilled_files(settings.log_spill):
        typer.echo(f"{len(waiting)} files wait in {settings.log_spill}: the next start of textops serve loads them")


@prediction_log.command("canary")
def show_canary(
    *,
    since: Annotated[str, typer.Option(help="Answers from here on: 2026-01-31, 2026-01-31T12:00, 24h or 7d.")] = "24h",
) -> None:
    """Compare the versions that answered, and a candidate that was only asked: is it time to promote it?

    Example: textops log canary --since 7d
    """
    from textops.prediction_log.comparison import compare_versions
    from textops.prediction_log.moments import parse_moment

    begin = parse_moment(since, "--since")
    database = open_prediction_log()
    with database.reading() as connection:
        records = compare_versions(connection, begin)
    typer.echo(f"since {begin.isoformat(' ', 'seconds')}")
    for record in records:
        what = f"{record.name}/{record.version}: {record.rows:,} answers"
        if record.shadow_of is not None:
            what = _agreement_in_words(record)
        typer.echo(f"{what}; mean confidence {record.confidence:.3f}; {_accuracy_in_words(record)}")
    if not records:
        typer.echo("no answers")


@prediction_log.command("export")
def export(
    path: Annotated[Path, typer.Argument(metavar="OUT.parquet", help="The file to write.")],
    *,
    since: Annotated[str | None, typer.Option(help="From here on: 2026-01-31, 2026-01-31T12:00, 24h or 7d.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this moment.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="Only so many of the newest.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write predictions, with the newest feedback on each, into a Parquet file.

    Example: textops log export week.parquet --since 7d
    """
    from textops.prediction_export import export_predictions

    period = period_of(since, until, last)
    rows = export_predictions(open_prediction_log(), path, period, force=force)
    logger.info("{:,} predictions are in {}", rows, path)


@prediction_log.command("prune")
def prune(
    days: Annotated[float, typer.Option(min=0, max=100_000, help="What is older than so many days goes.")],
) -> None:
    """Remove old predictions with their feedback, a little at a time. The service does so by itself with
    TEXTOPS_LOG_RETENTION_DAYS.

    Example: textops log prune --days 90
    """  # noqa: D205 (shown as help)
    from textops.prediction_log.retention import before, prune

    database = open_prediction_log()
    limit = before(days)
    gone = 0
    while True:
        with database.writing() as connection:
            portion = prune(connection, limit)
        if not portion:
            break
        gone += portion
    logger.info("{} rows older than {:g} days are gone from {}", gone, days, database.address.shown)


@prediction_log.command("migrate")
def migrate() -> None:
    """Make the tables, or bring them up to date. The service does so by itself when it starts.

    Example: textops log migrate
    """
    from textops.prediction_log.schema import VERSIONS
    from textops.prediction_log.schema import migrate as bring_up_to_date

    database = _database()
    done = "are now" if bring_up_to_date(database) else "were already"
    logger.info("the tables in {} {} of version {}", database.address.shown, done, VERSIONS[-1])


def _agreement_in_words(record: "VersionRecord") -> str:
    return (
        f"{record.name}/{record.version} behind {record.name}/{record.shadow_of}: {record.rows:,} answers compared, "
        f"{record.agreement:.1%} agree"
    )


def _accuracy_in_words(record: "VersionRecord") -> str:
    from textops.prediction_log.comparison import wilson_interval

    if not record.labelled:
        return "no feedback"
    low, high = wilson_interval(record.right, record.labelled)
    accuracy = record.right / record.labelled
    return f"accuracy {accuracy:.3f} ({low:.3f} to {high:.3f}) on {record.labelled:,} with feedback"


def _database() -> "Database":
    """Return the database that is to hold the log, whatever it holds."""
    from textops.prediction_log.address import parse_address
    from textops.prediction_log.database import Database

    return Database(parse_address(prediction_log_settings().database_url.get_secret_value()))
