"""From a run to a bundle: export, prove, calibrate, measure, seal."""

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
    DataReference,
    Export,
    Manifest,
    Parity,
    seal,
)
from textops.data.dataset import Dataset, Examples
from textops.errors import DataError
from textops.evaluation.calibration import (
    expected_calibration_error,
    fit_temperature,
    measure_reliability,
)
from textops.evaluation.card import CardFacts, render_card
from textops.evaluation.figures import draw_confusion_matrix, draw_reliability_diagram
from textops.evaluation.metrics import Evaluation, evaluate
from textops.evaluation.report import CalibrationSummary, bundle_metrics, write_report
from textops.evaluation.review import choose_review_band
from textops.files import folder_written_beside, shown, write_text
from textops.inference.probabilities import softmax
from textops.inference.scores import score_texts
from textops.inference.session import open_session
from textops.optimization.export import CHECKPOINT_VARIANT, check_parity, export_onnx
from textops.optimization.reference import write_reference
from textops.text.tokenizer import Tokenizer
from textops.training.run import Run
from textops.training.saved_configuration import portable_yaml
from textops.training.tracking.bundle import record_bundle

# The texts on which exports go wrong: none, next to nothing, another script, very long.
EDGE_TEXTS = ("", "a", " ", "你好", "word " * 20_000)
_PARITY_TEXTS = 200


@dataclass(frozen=True)
class Judged:
    """A bundle and what was measured of it.

    Attributes:
        bundle: Folder of the bundle.
        manifest: What its `bundle.json` says.
        evaluation: Figures on the test set.
        calibration: What the temperature did.
        parity: How far the export is from the checkpoint.
    """

    bundle: Path
    manifest: Manifest
    evaluation: Evaluation
    calibration: CalibrationSummary
    parity: Parity


@dataclass(frozen=True)
class _HeldOut:
    examples: Examples
    logits: NDArray[np.float32]


def build_bundle(run: Run) -> Judged:
    """Export the best checkpoint of a run, judge the export on held-out data, and seal it as a bundle.

    The figures are those of the exported model, because that is what ships. The bundle lies in the run's folder,
    figures and tables beside it in `report/`.

    Raises:
        DataError: If the data set is not the one the run was trained on.
        BundleError: If the export does not match the checkpoint.
    """
    dataset = _dataset_of(run)
    tokenizer = run.tokenizer()
    with folder_written_beside(run.bundle) as folder:
        tokenizer.save(folder / TOKENIZER_FILE)
        network = run.encoder().exportable()
        export_onnx(network, tokenizer, folder / MODEL_FILE)
        val, test = (
            _score(folder / MODEL_FILE, tokenizer, dataset.examples("val")),
            _score(folder / MODEL_FILE, tokenizer, dataset.examples("test")),
        )
        texts = [*EDGE_TEXTS, *test.examples.texts[:_PARITY_TEXTS]]
        parity = check_parity(network, tokenizer, folder / MODEL_FILE, texts)
        logger.info("Export equals checkpoint: {:.1e} on {} texts", parity.max_difference, parity.texts)
        judged = _judge(run, dataset, val, test, parity)
        _write_contents(folder, run, dataset, test, judged)
        manifest = seal(folder, judged.manifest)
    _write_figures(run.report, judged, test)
    logger.success("Accuracy {}: {}", judged.evaluation.accuracy, shown(run.bundle))
    record_bundle(run, manifest, {f"test/{path.stem}": path for path in sorted(run.report.glob("*.png"))})
    return Judged(run.bundle, manifest, judged.evaluation, judged.calibration, parity)


def _dataset_of(run: Run) -> Dataset:
    dataset = Dataset.load(Path(run.record.dataset))
    if dataset.manifest.fingerprint != run.record.fingerprint:
        raise DataError(
            f"{run.record.dataset} is not the data set that {run.folder} was trained on: "
            "prepare that one again, or train again (textops train)"
        )
    return dataset


def _score(model: Path, tokenizer: Tokenizer, examples: Examples) -> _HeldOut:
    return _HeldOut(examples, score_texts(open_session(model), tokenizer, examples.texts))


def _judge(run: Run, dataset: Dataset, val: _HeldOut, test: _HeldOut, parity: Parity) -> Judged:
    classes = run.record.classes
    temperature = fit_temperature(val.logits, val.examples.labels)
    labels = test.examples.labels
    evaluation = evaluate(softmax(test.logits, temperature), labels, classes)
    calibration = CalibrationSummary(
        temperature=temperature,
        ece_before=expected_calibration_error(softmax(test.logits), labels),
        ece_after=expected_calibration_error(softmax(test.logits, temperature), labels),
    )
    review = run.configuration.review
    manifest = Manifest(
        name=run.record.name,
        encoder=str(run.configuration.model.name),
        classes=classes,
        max_tokens=run.tokenizer().max_tokens,
        temperature=temperature,
        review=choose_review_band(
            softmax(val.logits, temperature),
            val.examples.labels,
            target_accuracy=review.target_accuracy,
            max_share=review.max_share,
        ),
        metrics=bundle_metrics(evaluation),
        data=DataReference(
            name=dataset.manifest.name,
            fingerprint=dataset.manifest.fingerprint,
            train_examples=dataset.manifest.examples("train"),
            test_examples=len(labels),
        ),
        git_commit=run.record.git_commit,
        export=Export(
            variant=CHECKPOINT_VARIANT,
            exact=True,
            parity=parity,
            reason="the checkpoint as it is: no other form was made (textops optimize)",
        ),
    )
    return Judged(run.bundle, manifest, evaluation, calibration, parity)


def _write_contents(folder: Path, run: Run, dataset: Dataset, test: _HeldOut, judged: Judged) -> None:
    probabilities = softmax(test.logits, judged.manifest.temperature)
    write_reference(folder / REFERENCE_FILE, test.examples, probabilities, judged.manifest.classes)
    facts = CardFacts(
        manifest=judged.manifest,
        dataset=dataset.manifest,
        evaluation=judged.evaluation,
        calibration=judged.calibration,
        parity=judged.parity.max_difference,
        parity_texts=judged.parity.texts,
        model_bytes=(folder / MODEL_FILE).stat().st_size,
        training_seconds=run.record.training_seconds,
    )
    write_text(folder / CARD_FILE, render_card(facts))
    write_text(folder / CONFIGURATION_FILE, portable_yaml(run.configuration))


def _write_figures(folder: Path, judged: Judged, test: _HeldOut) -> None:
    labels = test.examples.labels
    write_report(folder, judged.evaluation, judged.calibration)
    draw_confusion_matrix(judged.evaluation, folder / "confusion_matrix.png")
    draw_reliability_diagram(
        measure_reliability(softmax(test.logits), labels),
        measure_reliability(softmax(test.logits, judged.manifest.temperature), labels),
        folder / "reliability.png",
    )
