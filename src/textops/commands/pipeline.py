"""From raw files to a bundle: prepare, train, evaluate."""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from loguru import logger

from textops.commands.arguments import BundleFolder, Overrides, ReportFolder, RunFolder
from textops.commands.defaults import folder_of, latest_run
from textops.errors import ConfigurationError

EvaluationOverrides = Annotated[
    list[str] | None,
    typer.Argument(help="Settings of the evaluation: robustness.examples=100, slices.parts=3, behaviour.suite=FILE"),
]


def prepare(
    overrides: Overrides = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Make the data set again if it is there.")] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Also write a page about the data: duplicates, leaks, doubtful labels; also where they are refused. "
            "What is text and what is label is found by looking where it is not given.",
        ),
    ] = False,
    output: Annotated[
        Path | None, typer.Option(help="Folder for that page; by default reports/data/NAME, NAME being the data set's.")
    ] = None,
) -> None:
    """Read, check, de-duplicate and split labelled data.

    Example: textops prepare data=csv data.paths=reviews.csv data.text_columns=[title,body] data.label_column=stars

    With a page about them: textops prepare --explain data=csv data.paths=reviews.csv
    """
    if output is not None and not explain:
        raise ConfigurationError("--output is where the page goes: add --explain")
    if explain:
        _explain(overrides or [], output, force=force)
        return
    from textops.training.configuration import compose_configuration

    configuration = compose_configuration(overrides or [])
    from textops.data.prepare import prepare as prepare_data
    from textops.training.source import dataset_folder, source_of

    prepare_data(source_of(configuration), dataset_folder(configuration), force=force)


def _explain(overrides: Sequence[str], output: Path | None, *, force: bool) -> None:
    from textops.explaining.completion import completed_source
    from textops.explaining.preparation import prepare_and_explain
    from textops.training.configuration import incomplete_configuration
    from textops.training.source import data_of

    configuration = incomplete_configuration(overrides)
    source = completed_source(data_of(configuration))
    dataset = Path(str(configuration.paths.processed)) / source.name
    explanation = prepare_and_explain(source, dataset, output or Path("reports/data") / source.name, force=force)
    weights = Counter(str(point.weight) for point in explanation.points)
    logger.info("Found about the data: {}", ", ".join(f"{count} {weight}" for weight, count in weights.items()))
    logger.success("Wrote {} and {}", explanation.markdown, explanation.html)


def train(
    overrides: Overrides = None,
    *,
    from_run: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="Repeat the training of a run, a bundle, or a model of the registry."),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Go on with a training that was broken off.")
    ] = None,
) -> None:
    """Train a model; prepares the data first if they are not there.

    Example: textops train data=liar_binary model=lstm trainer.max_epochs=1

    Once more with another seed: textops train --from-run models/latest seed=1

    On from where it was broken off: textops train --resume outputs/2026-01-31/12-00-00-000000
    """
    if resume is not None:
        _resume(resume, [*(overrides or []), *([] if from_run is None else ["--from-run"])])
        return
    from textops.training.arguments import checked_arguments
    from textops.training.multirun import wants_search

    # Before torch is imported, so that a typing error is answered at once.
    repeated = None if from_run is None else folder_of(from_run)
    sys.argv = ["textops train", *checked_arguments(overrides or [], repeated)]
    if wants_search(sys.argv):
        from textops.search.plan import check_search

        check_search(sys.argv[1:])
    from textops.training.train import train_with_hydra

    # Otherwise Hydra answers what happens before the training (a read-only folder) with a traceback of its own.
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")
    train_with_hydra()


def _resume(folder: Path, others: Sequence[str]) -> None:
    if others:
        raise ConfigurationError(
            f"a training that goes on keeps its settings: leave {others[0]} out, or use --from-run"
        )
    from textops.training.resumption import broken_off

    configuration = broken_off(folder)
    from textops.training.train import train_in_place

    train_in_place(configuration, resume=True)


def evaluate(
    overrides: EvaluationOverrides = None,
    *,
    run: RunFolder = None,
    other: Annotated[
        list[Path] | None,
        typer.Option(help="Another prepared data set with the same classes, to measure the model on; repeatable."),
    ] = None,
    bundle: BundleFolder = None,
    report: ReportFolder = None,
) -> None:
    """Export a trained model, prove the export, judge it on the test set, and make its bundle.

    Example: textops evaluate --run outputs/2026-01-31/12-00-00-000000

    On texts from elsewhere too: textops evaluate --other data/processed/isot_titles robustness.examples=1000
    """
    from textops.evaluation.report import REPORT_FILE
    from textops.optimization.bundling import build_bundle
    from textops.optimization.evaluation_settings import with_settings
    from textops.training.run import Placement, Run

    trained = Run.load(run or latest_run(), Placement(bundle, report))
    settled = with_settings(trained, overrides or [], other or [])
    build_bundle(settled)
    typer.echo((settled.report / REPORT_FILE).read_text(encoding="utf-8"))


def optimize(
    overrides: Annotated[
        list[str] | None, typer.Argument(help="Overrides of the section optimization: optimization.pruning.steps=5")
    ] = None,
    *,
    run: RunFolder = None,
    bundle: BundleFolder = None,
    report: ReportFolder = None,
) -> None:
    """Make smaller and faster forms of a trained model, measure them, and put the one that may ship into its bundle.

    Example: textops optimize optimization.variants=[onnx_int8,pruned_int8]

    With a larger model as teacher: textops optimize optimization.distillation.teacher=bbc_news@production
    """
    from textops.optimization.optimize import optimize as optimize_run
    from textops.optimization.settings import settings_for
    from textops.optimization.teacher import load_teacher
    from textops.optimization.variants_report import render_variants
    from textops.training.run import Placement, Run

    trained = Run.load(run or latest_run(), Placement(bundle, report))
    settings = settings_for(trained.configuration, overrides or [])
    named = settings.distillation.teacher
    teacher = None if named is None else load_teacher(folder_of(named))
    typer.echo(render_variants(optimize_run(trained, settings, teacher).report))
