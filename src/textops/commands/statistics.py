"""`textops stats`: a prepared data set as a report."""

from pathlib import Path
from typing import Annotated

import typer

from textops.commands.arguments import Overrides


def stats(
    overrides: Overrides = None,
    *,
    before: Annotated[
        Path | None,
        typer.Option(help="Earlier version to compare with: its folder or dataset.json; by default the last report's."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder to write to; by default reports/data/NAME, NAME being the data set's.")
    ] = None,
    figures: Annotated[bool, typer.Option(help="Show the figures in the Markdown, or name them only.")] = True,
) -> None:
    """Report on prepared data: counts, classes, lengths, duplicates, leaks, figures, what changed since last time.

    Example: textops stats data=bbc_news --output report
    """
    from textops.data.dataset import Dataset
    from textops.evaluation.dataset_report import report_dataset
    from textops.training.configuration import compose_configuration
    from textops.training.source import dataset_folder

    dataset = Dataset.load(dataset_folder(compose_configuration(overrides or [])))
    report = report_dataset(dataset, output or Path("reports/data") / dataset.manifest.name, before, figures=figures)
    typer.echo(report.path)
