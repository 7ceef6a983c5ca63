"""Reports for people and pull requests."""

from pathlib import Path
from typing import Annotated

import typer

from textops.commands.arguments import ReferenceArgument


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


def report_model(
    reference: ReferenceArgument = None,
    *,
    against: Annotated[
        str | None, typer.Option(help="name@alias, name/3 or name to stand beside; by default production.")
    ] = None,
    test_data: Annotated[
        Path | None,
        typer.Option(help="Prepared data set whose test split judges; by default the model's own."),
    ] = None,
    output: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("reports/model"),
    figures: Annotated[bool, typer.Option(help="Show the figures in the Markdown, or name them only.")] = True,
) -> None:
    """Report on a version beside the one in production: the gate, figures with intervals, what differs.

    A bare name means the newest version. Exit code 3 where the gate refuses it; the report is written all the same.
    Nothing is promoted. Example: textops report model bbc_news@staging --output report
    """
    from textops.commands.defaults import open_registry
    from textops.commands.promotion import held_out_data
    from textops.errors import GateRefusedError
    from textops.evaluation.evidence import gather_evidence, held_out_of
    from textops.evaluation.model_report import Compared
    from textops.evaluation.model_report import report_model as write_report
    from textops.installation import configuration_folder
    from textops.registry.judgement import judge
    from textops.registry.names import LATEST, PRODUCTION
    from textops.registry.settings import RegistrySettings, read_settings

    bounds = read_settings(RegistrySettings).bounds
    registry = open_registry()
    candidate = registry.find(reference, default_alias=LATEST)
    beside = against or (f"{candidate.name}@{PRODUCTION}" if registry.alias(candidate.name, PRODUCTION) else None)
    holder = None if beside is None else registry.find(beside)
    if holder == candidate:
        holder = None
    held_out = held_out_of(held_out_data(candidate, test_data))
    evidence = gather_evidence(candidate, held_out, configuration_folder() / "behaviour")
    gate = judge(candidate, holder, held_out, bounds, evidence)
    typer.echo(write_report(Compared(candidate, holder, held_out), gate, output, figures=figures))
    if not gate.passed:
        raise GateRefusedError(f"the gate refuses {candidate}: {gate.refusals}")
