"""`textops optimize`: make the forms of a model, measure them in one run, ship the one that the policy picks."""

from dataclasses import dataclass
from pathlib import Path

from loguru import logger

from textops.bundle import Export, Parity
from textops.files import folder_written_beside, shown
from textops.inference.footprint import Footprint
from textops.machine import describe_machine
from textops.optimization.bundling import Form, dataset_of, ship
from textops.optimization.export import CHECKPOINT_VARIANT
from textops.optimization.judged_bundle import Judged
from textops.optimization.making import make_variants
from textops.optimization.measuring import (
    Answers,
    HeldOut,
    accuracy_difference,
    answers_of,
    figures_of,
    measure_costs,
)
from textops.optimization.policy import Choice, choose
from textops.optimization.settings import OptimizationSettings
from textops.optimization.teacher import Teacher
from textops.optimization.variant import NotMade, Variant
from textops.optimization.variants_report import VariantsReport, write_variants
from textops.optimization.workshop import Workshop
from textops.training.run import Run
from textops.variant_figures import VariantFigures

VARIANTS_FOLDER = "variants"


@dataclass(frozen=True)
class Optimized:
    """What came of it.

    Attributes:
        report: The forms side by side.
        judged: The bundle of the form that ships.
        folder: Where each form keeps its own files.
    """

    report: VariantsReport
    judged: Judged
    folder: Path


def optimize(run: Run, settings: OptimizationSettings, teacher: Teacher | None = None) -> Optimized:
    """Make and measure the forms of a model, and seal the bundle of the run with the one that ships.

    Each form lies in a folder of its own in `variants/`, the table in `report/variants.*`. Nothing of it is changed
    where something fails on the way.

    Args:
        run: The trained model.
        settings: Which forms, how they are made and measured, and what may ship.
        teacher: What a student learns from; None for the model itself.

    Raises:
        TextopsError: If the run, its data or the settings cannot be used.
    """
    dataset = dataset_of(run)
    table = None if dataset.manifest.source.separator is None else dataset.answers
    held_out = HeldOut(dataset.examples("val"), dataset.examples("test"), table)
    folder = run.folder / VARIANTS_FOLDER
    with folder_written_beside(folder) as beside:
        workshop = Workshop(run, dataset, settings, teacher, beside)
        workshop.check()
        made = make_variants(workshop)
        variants = [variant for variant in made if isinstance(variant, Variant)]
        answers = {variant.name: answers_of(variant, held_out) for variant in variants}
        costs = measure_costs(variants, held_out.test.texts[: settings.measurement.texts], settings.measurement.rounds)
        figures = tuple(_figures(part, costs, answers, held_out, run) for part in made)
        choice = _choice(variants, figures, answers, held_out, settings)
        report = VariantsReport(
            model=run.record.name,
            dataset=dataset.manifest.name,
            examples=len(held_out.test),
            rounds=settings.measurement.rounds,
            shipped=choice.name,
            reason=choice.reason,
            variants=figures,
            machine=describe_machine(("torch", "onnxruntime")),
        )
        shipped = next(variant for variant in variants if variant.name == choice.name)
        judged = ship(run, dataset, _form(shipped, choice, figures, len(held_out.test)))
    write_variants(run.report, report)
    logger.success("Ships {}: {}", choice.name, shown(run.bundle))
    return Optimized(report, judged, folder)


def _figures(
    part: Variant | NotMade,
    costs: dict[str, Footprint],
    answers: dict[str, Answers],
    held_out: HeldOut,
    run: Run,
) -> VariantFigures:
    if isinstance(part, NotMade):
        return VariantFigures(name=part.name, made=False, reason=part.reason)
    checkpoint = answers[CHECKPOINT_VARIANT]
    return figures_of(part, costs[part.name], answers[part.name], checkpoint, held_out, run.record.classes)


def _choice(
    variants: list[Variant],
    figures: tuple[VariantFigures, ...],
    answers: dict[str, Answers],
    held_out: HeldOut,
    settings: OptimizationSettings,
) -> Choice:
    can_ship = {variant.name for variant in variants if variant.ships}
    checkpoint = answers[CHECKPOINT_VARIANT]
    losses = {name: accuracy_difference(answers[name], checkpoint, held_out, "val") for name in sorted(can_ship)}
    candidates = [part for part in figures if part.name in can_ship]
    return choose(candidates, losses, len(held_out.val), settings.policy)


def _form(variant: Variant, choice: Choice, figures: tuple[VariantFigures, ...], examples: int) -> Form:
    measured = next(part for part in figures if part.name == variant.name)
    if measured.agreement is None or measured.max_difference is None:
        raise ValueError(f"{variant.name} was not compared with the checkpoint")
    parity = Parity(texts=examples, max_difference=measured.max_difference, agreement=measured.agreement)
    return Form(
        folder=variant.folder,
        family=variant.family,
        export=Export(variant=variant.name, exact=variant.exact, parity=parity, reason=choice.reason),
        variants=figures,
    )
