"""From a run to a bundle: export, prove, calibrate, measure, seal."""

import dataclasses
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from loguru import logger
from numpy.typing import NDArray

from textops.bundle import (
    CARD_FILE,
    CONFIGURATION_FILE,
    MODEL_FILE,
    REFERENCE_FILE,
    TOKENIZER_FILE,
    WORDS_FILE,
    DataReference,
    Export,
    Manifest,
    Parity,
    seal,
)
from textops.bundle_report import REPORT_FILE
from textops.data.dataset import Dataset, Examples
from textops.errors import DataError
from textops.evaluation.behaviour_file import BEHAVIOUR_FILE, write_suite
from textops.evaluation.bundle_report import make_report
from textops.evaluation.calibration import (
    Reliability,
    expected_calibration_error,
    fit_temperature,
    measure_reliability,
)
from textops.evaluation.card import render_card
from textops.evaluation.confusion_figure import draw_confusion
from textops.evaluation.decision_rule import choose_decision
from textops.evaluation.figures import draw_reliability_diagram
from textops.evaluation.measurements import Measurements, write_measurements
from textops.evaluation.metrics import Evaluation, evaluate
from textops.evaluation.report import CalibrationSummary, bundle_metrics, write_report
from textops.evaluation.review import choose_review_band
from textops.evaluation.robustness_figure import draw_robustness
from textops.evaluation.sections import further_sections
from textops.files import folder_written_beside, shown, write_text
from textops.inference.decision import decide, weights_of
from textops.inference.probabilities import softmax
from textops.inference.scores import score_texts
from textops.inference.session import open_session
from textops.optimization.export import CHECKPOINT_VARIANT, check_parity, export_onnx
from textops.optimization.further_measurements import Plan, training_facts
from textops.optimization.reference import Answered, write_reference
from textops.text.familiar_words import FamiliarWords
from textops.text.tokenizer import Tokenizer, load_tokenizer
from textops.training.run import Run
from textops.training.saved_configuration import portable_yaml
from textops.training.settings import settings_of
from textops.training.tracking.bundle import record_bundle
from textops.variant_figures import VariantFigures

# The texts on which exports go wrong: none, next to nothing, another script, very long.
EDGE_TEXTS = ("", "a", " ", "你好", "word " * 20_000)
_PARITY_TEXTS = 200
ROBUSTNESS_FIGURE = "robustness.png"


@dataclass(frozen=True)
class Judged:
    """A bundle and what was measured of it.

    Attributes:
        bundle: Folder of the bundle.
        manifest: What its `bundle.json` says.
        evaluation: Figures on the test set.
        calibration: What the temperature did.
        parity: How far the export is from the checkpoint.
        measurements: All of that and what else was measured, as it stands in the model card.
    """

    bundle: Path
    manifest: Manifest
    evaluation: Evaluation
    calibration: CalibrationSummary
    parity: Parity
    measurements: Measurements


@dataclass(frozen=True)
class Form:
    """The form of a model that is to ship.

    Attributes:
        folder: Holds its `model.onnx` and `tokenizer.json`.
        family: Its encoder, `ngram` and so on.
        export: What it is, and why it ships.
        variants: What was measured of all forms of the model; None where there is but this.
    """

    folder: Path
    family: str
    export: Export
    variants: tuple[VariantFigures, ...] | None = None


@dataclass(frozen=True)
class _HeldOut:
    examples: Examples
    logits: NDArray[np.float32]

    def reliability(self, manifest: Manifest) -> tuple[Reliability, Reliability]:
        """Return it before calibration, and after it."""
        labels, weights = self.examples.labels, weights_of(manifest.decision)
        before, after = softmax(self.logits), softmax(self.logits, manifest.temperature)
        return (
            measure_reliability(before, labels, weights=weights),
            measure_reliability(after, labels, weights=weights),
        )


def build_bundle(run: Run) -> Judged:
    """Export the best checkpoint of a run, judge the export on held-out data, and seal it as a bundle.

    The figures are those of the exported model, because that is what ships. The bundle lies in the run's folder,
    figures and tables beside it in `report/`.

    Raises:
        DataError: If the data set is not the one the run was trained on, or another one to be measured is missing.
        ConfigurationError: If the behaviour tests or other data sets do not fit the model.
        BundleError: If the export does not match the checkpoint.
    """
    dataset = dataset_of(run)
    plan = Plan.of(run, dataset)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        network, tokenizer = run.encoder().exportable(), run.tokenizer()
        tokenizer.save(folder / TOKENIZER_FILE)
        export_onnx(network, tokenizer, folder / MODEL_FILE)
        texts = [*EDGE_TEXTS, *dataset.examples("test").texts[:_PARITY_TEXTS]]
        parity = check_parity(network, tokenizer, folder / MODEL_FILE, texts)
        logger.info("Export equals checkpoint: {:.1e} on {} texts", parity.max_difference, parity.texts)
        reason = "the checkpoint as it is: no other form was made (textops optimize)"
        export = Export(variant=CHECKPOINT_VARIANT, exact=True, parity=parity, reason=reason)
        return _ship(run, plan, Form(folder, str(run.configuration.model.name), export))


def ship(run: Run, dataset: Dataset, form: Form) -> Judged:
    """Judge a form of a run's model on held-out data, and seal it as the bundle of the run.

    Raises:
        TextopsError: As `build_bundle`.
    """
    return _ship(run, Plan.of(run, dataset), form)


def _ship(run: Run, plan: Plan, form: Form) -> Judged:
    with folder_written_beside(run.bundle) as folder:
        for name in (MODEL_FILE, TOKENIZER_FILE):
            shutil.copyfile(form.folder / name, folder / name)
        tokenizer = load_tokenizer(folder / TOKENIZER_FILE)
        val, test = (
            _score(folder / MODEL_FILE, tokenizer, plan.dataset.examples("val")),
            _score(folder / MODEL_FILE, tokenizer, plan.dataset.examples("test")),
        )
        judged = _judge(run, plan.dataset, val, test, form, tokenizer)
        judged = _measured(judged, plan, run, test, folder, form)
        _write_contents(folder, run, plan, test, judged)
        manifest = seal(folder, judged.manifest)
    _write_figures(run.report, judged, test)
    logger.success("Accuracy {}: {}", judged.evaluation.accuracy, shown(run.bundle))
    record_bundle(run, manifest, {f"test/{path.stem}": path for path in sorted(run.report.glob("*.png"))})
    return dataclasses.replace(judged, manifest=manifest)


def dataset_of(run: Run) -> Dataset:
    """Open the data set of a run.

    Raises:
        DataError: If it is missing, or not the one the run was trained on.
    """
    dataset = Dataset.load(Path(run.record.dataset))
    if dataset.manifest.fingerprint != run.record.fingerprint:
        raise DataError(
            f"{run.record.dataset} is not the data set that {run.folder} was trained on: "
            "prepare that one again, or train again (textops train)"
        )
    return dataset


def _score(model: Path, tokenizer: Tokenizer, examples: Examples) -> _HeldOut:
    return _HeldOut(examples, score_texts(open_session(model), tokenizer, examples.texts))


def _judge(run: Run, dataset: Dataset, val: _HeldOut, test: _HeldOut, form: Form, tokenizer: Tokenizer) -> Judged:
    classes = run.record.classes
    temperature = fit_temperature(val.logits, val.examples.labels)
    labels = test.examples.labels
    settings = settings_of(run.configuration)
    seen = softmax(val.logits, temperature)
    decision = choose_decision(seen, val.examples.labels, classes, settings.decision)
    weights = weights_of(decision)
    evaluation = evaluate(softmax(test.logits, temperature), labels, classes, weights=weights)
    calibration = CalibrationSummary(
        temperature=temperature,
        ece_before=expected_calibration_error(softmax(test.logits), labels, weights=weights),
        ece_after=expected_calibration_error(softmax(test.logits, temperature), labels, weights=weights),
    )
    review = settings.review
    manifest = Manifest(
        name=run.record.name,
        encoder=form.family,
        classes=classes,
        max_tokens=tokenizer.max_tokens,
        temperature=temperature,
        review=choose_review_band(
            seen,
            val.examples.labels,
            target_accuracy=review.target_accuracy,
            max_share=review.max_share,
            weights=weights,
        ),
        decision=decision,
        metrics=bundle_metrics(evaluation),
        data=DataReference(
            name=dataset.manifest.name,
            fingerprint=dataset.manifest.fingerprint,
            train_examples=dataset.manifest.examples("train"),
            test_examples=len(labels),
        ),
        git_commit=run.record.git_commit,
        export=form.export,
    )
    return Judged(run.bundle, manifest, evaluation, calibration, form.export.parity, Measurements())


def _measured(judged: Judged, plan: Plan, run: Run, test: _HeldOut, folder: Path, form: Form) -> Judged:
    """Measure what needs more answers than those to the held-out texts."""
    tokenizer, session = load_tokenizer(folder / TOKENIZER_FILE), open_session(folder / MODEL_FILE)

    def answer(texts: Sequence[str]) -> NDArray[np.float64]:
        return softmax(score_texts(session, tokenizer, texts), judged.manifest.temperature)

    weights = weights_of(judged.manifest.decision)
    predicted = decide(softmax(test.logits, judged.manifest.temperature), weights)
    measurements = Measurements(
        model_bytes=(folder / MODEL_FILE).stat().st_size,
        training=training_facts(run),
        evaluation=judged.evaluation,
        calibration=judged.calibration,
        parity=judged.parity,
        robustness=plan.robustness(test.examples, predicted, answer, weights),
        behaviour=plan.behaviour(test.examples, answer, weights),
        slices=plan.slices(test.examples, predicted),
        variants=form.variants,
    )
    return dataclasses.replace(judged, measurements=measurements)


def _write_contents(folder: Path, run: Run, plan: Plan, test: _HeldOut, judged: Judged) -> None:
    probabilities = softmax(test.logits, judged.manifest.temperature)
    familiar = FamiliarWords.of_texts(plan.dataset.texts("train"))
    familiar.save(folder / WORDS_FILE)
    window = plan.dataset.window()
    live = None
    if window is not None and len(window):
        tokenizer, session = load_tokenizer(folder / TOKENIZER_FILE), open_session(folder / MODEL_FILE)
        logits = score_texts(session, tokenizer, window.texts)
        live = Answered(window, softmax(logits, judged.manifest.temperature))
    answered, weights = Answered(test.examples, probabilities), weights_of(judged.manifest.decision)
    write_reference(folder / REFERENCE_FILE, answered, judged.manifest.classes, familiar, live, weights)
    write_text(folder / CARD_FILE, render_card(judged.manifest, plan.dataset.manifest, judged.measurements))
    report = make_report(
        (folder / MODEL_FILE).stat().st_size,
        judged.evaluation,
        test.reliability(judged.manifest),
        judged.measurements.robustness,
        judged.measurements.variants,
        plan.suite,
    )
    write_text(folder / REPORT_FILE, report.model_dump_json(indent=2) + "\n")
    if plan.suite is not None:
        write_suite(folder / BEHAVIOUR_FILE, plan.suite)
    write_text(folder / CONFIGURATION_FILE, portable_yaml(run.configuration))


def _write_figures(folder: Path, judged: Judged, test: _HeldOut) -> None:
    write_report(folder, judged.evaluation, judged.calibration, further_sections(judged.measurements))
    write_measurements(folder, judged.measurements)
    draw_confusion(judged.evaluation, folder / "confusion_matrix.png")
    draw_reliability_diagram(*test.reliability(judged.manifest), folder / "reliability.png")
    if judged.measurements.robustness is not None:
        draw_robustness(judged.measurements.robustness, folder / ROBUSTNESS_FIGURE)
    else:
        # That of an earlier evaluation would be taken for one of this.
        (folder / ROBUSTNESS_FIGURE).unlink(missing_ok=True)
