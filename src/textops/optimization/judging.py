"""What a model is worth on held-out data: calibrated on the validation set, measured on the test set."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.bundle import DataReference, Export, Manifest, ReviewBand
from textops.data.dataset import Dataset, Examples
from textops.evaluation.calibration import (
    Reliability,
    expected_calibration_error,
    fit_temperature,
    measure_reliability,
    reliability_of,
)
from textops.evaluation.decision_rule import check_decision, choose_decision
from textops.evaluation.label_calibration import fit_several
from textops.evaluation.label_metrics import LabelEvaluation, evaluate_labels
from textops.evaluation.metrics import Evaluation, evaluate
from textops.evaluation.report import CalibrationSummary, bundle_metrics
from textops.evaluation.review import choose_review_band, review_band
from textops.inference.answering import Answering
from textops.inference.decision import weights_of
from textops.inference.label_set import probability_of_sets, sigmoid
from textops.inference.probabilities import softmax
from textops.training.run import Run
from textops.training.settings import settings_of


@dataclass(frozen=True)
class Scored:
    """Held-out examples and what the model says of them.

    Attributes:
        examples: The examples.
        logits: Raw scores, shape [examples, classes].
        answers: Right answer to each example.
    """

    examples: Examples
    logits: NDArray[np.float32]
    answers: NDArray[np.str_]


@dataclass(frozen=True)
class Judgement:
    """What a model is worth.

    Attributes:
        manifest: What its bundle will say of itself.
        evaluation: Figures on the test set.
        calibration: What calibration did.
        reliability: Before calibration, and after it.
    """

    manifest: Manifest
    evaluation: Evaluation | LabelEvaluation
    calibration: CalibrationSummary
    reliability: tuple[Reliability, Reliability]


@dataclass(frozen=True)
class Candidate:
    """A form of a model that is to be judged.

    Attributes:
        run: Its training.
        dataset: What it was trained on.
        family: Its encoder.
        export: What it is.
        max_tokens: Longest input in tokens, None where the tokenizer alone bounds it.
    """

    run: Run
    dataset: Dataset
    family: str
    export: Export
    max_tokens: int | None


def judge(candidate: Candidate, val: Scored, test: Scored) -> Judgement:
    """Calibrate, decide how answers follow from probabilities, and measure."""
    if candidate.dataset.manifest.source.separator is not None:
        return _judge_labels(candidate, val, test)
    classes, settings = candidate.run.record.classes, settings_of(candidate.run.configuration)
    temperature = fit_temperature(val.logits, val.examples.labels)
    labels = test.examples.labels
    seen, before, after = softmax(val.logits, temperature), softmax(test.logits), softmax(test.logits, temperature)
    decision = choose_decision(seen, val.examples.labels, classes, settings.decision)
    weights = weights_of(decision)
    evaluation = evaluate(after, labels, classes, weights=weights)
    calibration = CalibrationSummary(
        temperature=temperature,
        ece_before=expected_calibration_error(before, labels, weights=weights),
        ece_after=expected_calibration_error(after, labels, weights=weights),
    )
    review = settings.review
    band = choose_review_band(
        seen,
        val.examples.labels,
        target_accuracy=review.target_accuracy,
        max_share=review.max_share,
        weights=weights,
    )
    manifest = _manifest(candidate, evaluation).model_copy(
        update={"temperature": temperature, "review": band, "decision": decision}
    )
    reliability = (
        measure_reliability(before, labels, weights=weights),
        measure_reliability(after, labels, weights=weights),
    )
    return Judgement(manifest, evaluation, calibration, reliability)


def _judge_labels(candidate: Candidate, val: Scored, test: Scored) -> Judgement:
    """Do the same where a text has any number of labels: each label has a calibration and a threshold of its own."""
    classes, settings = candidate.run.record.classes, settings_of(candidate.run.configuration)
    check_decision(settings.decision, classes, several=True)
    table = candidate.dataset.answers
    separator = candidate.dataset.manifest.source.label_separator
    targets = table.targets(test.examples.labels)
    several = fit_several(val.logits, table.targets(val.examples.labels), separator)
    answering = Answering(classes, several=several)
    after = answering.probabilities(test.logits)
    given, confidence = answering.given(after), answering.confidence(after)
    evaluation = evaluate_labels(after, given, targets, classes, confidence=confidence)
    calibrated = reliability_of(confidence, (given == targets).all(axis=1))
    reliability = _uncalibrated(test.logits, targets), calibrated
    calibration = CalibrationSummary(
        temperature=1.0,
        ece_before=reliability[0].expected_calibration_error,
        ece_after=reliability[1].expected_calibration_error,
    )
    seen = answering.probabilities(val.logits)
    band = review_band(
        answering.confidence(seen),
        answering.answers(seen) == val.answers,
        target_accuracy=settings.review.target_accuracy,
        max_share=settings.review.max_share,
    )
    manifest = _manifest(candidate, evaluation).model_copy(update={"review": band, "several": several})
    return Judgement(manifest, evaluation, calibration, reliability)


def _uncalibrated(logits: NDArray[np.floating], targets: NDArray[np.bool_]) -> Reliability:
    """Measure how often all labels are right as promised where each is given from one half on, as it was learned."""
    probabilities = sigmoid(np.asarray(logits, np.float64))
    chosen = probabilities >= 1 / 2
    return reliability_of(probability_of_sets(probabilities, chosen), (chosen == targets).all(axis=1))


def _manifest(candidate: Candidate, evaluation: Evaluation | LabelEvaluation) -> Manifest:
    """Return what does not depend on how answers follow from scores."""
    run, dataset = candidate.run, candidate.dataset.manifest
    return Manifest(
        name=run.record.name,
        encoder=candidate.family,
        classes=run.record.classes,
        max_tokens=candidate.max_tokens,
        temperature=1.0,
        review=ReviewBand(below=0, share=0, accuracy_outside=0),
        metrics=bundle_metrics(evaluation),
        data=DataReference(
            name=dataset.name,
            fingerprint=dataset.fingerprint,
            train_examples=dataset.examples("train"),
            test_examples=evaluation.examples,
        ),
        git_commit=run.record.git_commit,
        export=candidate.export,
    )
