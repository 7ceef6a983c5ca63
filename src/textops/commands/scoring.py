"""Answers to a file of any size."""

from pathlib import Path
from typing import Annotated, Any

import typer

from textops.commands.defaults import open_registry
from textops.errors import ConfigurationError

_NONE = "none"


def score(  # noqa: PLR0913 (options of the verb)
    source: Annotated[
        str, typer.Argument(metavar="IN", help="File, folder, glob or address: CSV, TSV, JSON lines, Parquet, text.")
    ],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="File to write: .parquet, .csv, .jsonl, .csv.gz or .jsonl.gz.")
    ],
    *,
    model: Annotated[str | None, typer.Option(help="name@alias, name/3 or name.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="A bundle instead of a model of the registry.")] = None,
    text_columns: Annotated[
        str | None,
        typer.Option(help="Columns that make the text, with commas; by default those of the training, or text."),
    ] = None,
    keep: Annotated[
        str | None, typer.Option(help="Columns of the input to keep, with commas, or none; by default all.")
    ] = None,
    probabilities: Annotated[bool, typer.Option("--probabilities", help="Also write a column for each class.")] = False,
    processes: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Processes that score; by default one on each processor.")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Most rows that are scored at once.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace OUT, and what was begun otherwise.")] = False,
    engine: Annotated[str, typer.Option(help="local, or ray for a cluster.")] = "local",
    ray_address: Annotated[
        str | None, typer.Option(help="Address of the Ray cluster; by default what RAY_ADDRESS says, or this machine.")
    ] = None,
    read: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="How IN is read: format=tsv, delimiter=;, encoding=cp1252, ..."),
    ] = None,
    query: Annotated[
        str | None,
        typer.Option(
            metavar="SELECT",
            help="IN is the address of a database, or env:VARIABLE; end with ORDER BY, so that a run can go on.",
        ),
    ] = None,
    huggingface: Annotated[
        str | None,
        typer.Option(
            metavar="SPLITS", help="IN is a data set of the Hugging Face hub: its splits, with commas, or all."
        ),
    ] = None,
) -> None:
    """Classify the texts of a file of any size. Killed or stopped, the same command goes on.

    Example: textops score articles.parquet answers.parquet --model news@production --text-columns title,body

    Of a database: textops score sqlite:///tickets.db answers.csv --query "SELECT id, body FROM tickets ORDER BY id"
    """
    from pydantic import ValidationError

    from textops.scoring.score import score as score_source
    from textops.scoring.settings import ScoreSettings
    from textops.scoring.summary import summary_of

    given: dict[str, Any] = {
        "source": source,
        "out": out,
        "model": model,
        "bundle": bundle,
        "text_columns": _names(text_columns),
        "keep": None if keep is None else () if keep == _NONE else _names(keep),
        "probabilities": probabilities,
        "processes": processes,
        "batch_size": batch_size,
        "overwrite": overwrite,
        "engine": engine,
        "ray_address": ray_address,
        "read": _reading(read or []),
        "query": query,
        "huggingface": None if huggingface is None else _names(huggingface),
    }
    try:
        settings = ScoreSettings.model_validate(given)
    except ValidationError as error:
        problem = error.errors()[0]
        where = " ".join(str(part) for part in problem["loc"]).replace("_", "-")
        raise ConfigurationError(f"--{where}: {problem['msg'].removeprefix('Value error, ')}") from error
    typer.echo(summary_of(score_source(settings, open_registry()), out))


def _names(columns: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (columns or "").split(",") if name.strip())


def _reading(pairs: list[str]) -> dict[str, object]:
    """Return what `--read` says, as a configuration would.

    Raises:
        ConfigurationError: If it says nothing.
    """
    import yaml  # type: ignore[import-untyped]

    read: dict[str, object] = {}
    for pair in pairs:
        # As messages about data call it, so may the user.
        key, equals, value = pair.removeprefix("data.read.").partition("=")
        if not equals or not value:
            raise ConfigurationError(f"--read {pair}: give KEY=VALUE, delimiter=; for example")
        read[key] = yaml.safe_load(value) if value[0] in "[tfTF" and value not in {"tab", "tsv", "text"} else value
    return read
