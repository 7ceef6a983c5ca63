"""Reports for people and pull requests."""

from pathlib import Path
from typing import Annotated

import typer


def report_search(
    *,
    study: Annotated[str | None, typer.Option(help="Name of the search; by default the last one begun.")] = None,
    storage: Annotated[
        str | None,
        typer.Option(help="Its storage; by default TEXTOPS_SEARCH_STORAGE, or multirun/searches.db."),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Folder to write to; by default multirun/STUDY/report.")] = None,
) -> None:
    """Draw a hyperparameter search (history, importance, parallel coordinates) and write its trials as a table.

    Example: textops report search --study ngram-bbc_news
    """
    from textops.search.report import report_search as write_report

    typer.echo(write_report(storage, study, output))
