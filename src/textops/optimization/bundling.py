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
    MODEL_FILE,
    TOKENIZER_FILE,
    Export,
    seal,
)
from textops.data.configuration import SplitName
from textops.data.dataset import Dataset
from textops.errors import DataError
from textops.evaluation.doubts import doubts
from textops.evaluation.label_metrics import LabelEvaluation
from textops.evaluation.measurements import Measurements
from textops.files import folder_written_beside, shown
from textops.inference.answering import Answering
from textops.inference.decision import decide, weights_of
from textops.inference.scores import score_texts
from textops.inference.session import open_session
from textops.optimization.bundle_contents import write_contents, write_figures
from textops.optimization.export import CHECKPOINT_VARIANT, check_parity, export_onnx
from textops.optimization.further_measurements import Plan, training_facts
from textops.optimization.judged_bundle import Judged
from textops.optimization.judging import Candidate, Scored, judge
from textops.text.tokenizer import Tokenizer, load_tokenizer
from textops.training.run import Run
from textops.training.tracking.bundle import record_bundle
from textops.variant_figures import VariantFigures

# The texts on which exports go wrong: none, next to nothing, another script, very long.
EDGE_TEXTS = ("", "a", " ", "你好", "word " * 20_000)
_PARITY_TEXTS = 200


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
        val, test = (_score(folder / MODEL_FILE, tokenizer, plan.dataset, split) for split in ("val", "test"))
        judged = _judged(run, plan.dataset, val, test, form, tokenizer)
        judged = _measured(judged, plan, run, test, folder, form)
        write_contents(folder, run.configuration, plan, test, judged)
        manifest = seal(folder, judged.manifest)
    write_figures(run.report, judged)
    logger.success("Accuracy {}: {}", judged.evaluation.accuracy, shown(run.bundle))
    for doubt in doubts(judged.evaluation, weighs_classes=manifest.decision is not None):
        logger.warning("{}", doubt)
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


def _score(model: Path, tokenizer: Tokenizer, dataset: Dataset, split: SplitName) -> Scored:
    examples = dataset.examples(split)
    answers = np.array(dataset.answers.names)[examples.labels]
    return Scored(examples, score_texts(open_session(model), tokenizer, examples.texts), answers)


def _judged(run: Run, dataset: Dataset, val: Scored, test: Scored, form: Form, tokenizer: Tokenizer) -> Judged:
    found = judge(Candidate(run, dataset, form.family, form.export, tokenizer.max_tokens), val, test)
    return Judged(
        run.bundle,
        found.manifest,
        found.evaluation,
        found.calibration,
        found.reliability,
        form.export.parity,
        Measurements(),
    )


def _measured(judged: Judged, plan: Plan, run: Run, test: Scored, folder: Path, form: Form) -> Judged:
    """Measure what needs more answers than those to the held-out texts."""
    tokenizer, session = load_tokenizer(folder / TOKENIZER_FILE), open_session(folder / MODEL_FILE)
    measurements = Measurements(
        model_bytes=(folder / MODEL_FILE).stat().st_size,
        training=training_facts(run),
        calibration=judged.calibration,
        parity=judged.parity,
        variants=form.variants,
    )
    answering = Answering.of(judged.manifest)

    def answer(texts: Sequence[str]) -> NDArray[np.float64]:
        return answering.probabilities(score_texts(session, tokenizer, texts))

    if isinstance(judged.evaluation, LabelEvaluation):
        robustness = plan.robustness_of_labels(test.examples, answer, answering)
        slices = plan.slices_of_labels(test.examples, answering.probabilities(test.logits), answering)
        several = {"labels": judged.evaluation, "robustness": robustness, "slices": slices}
        return dataclasses.replace(judged, measurements=measurements.model_copy(update=several))
    weights = weights_of(judged.manifest.decision)
    predicted = decide(answering.probabilities(test.logits), weights)
    further = {
        "evaluation": judged.evaluation,
        "robustness": plan.robustness(test.examples, predicted, answer, weights),
        "behaviour": plan.behaviour(test.examples, answer, weights),
        "slices": plan.slices(test.examples, predicted),
    }
    return dataclasses.replace(judged, measurements=measurements.model_copy(update=further))
