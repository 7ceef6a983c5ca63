"""Measures the forms of a model: what they answer, and how fast, all in one run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from loguru import logger
from numpy.typing import NDArray

from textops.bootstrap import Interval, mean_interval
from textops.bundle import MODEL_FILE, TOKENIZER_FILE, Metric
from textops.data.dataset import Examples
from textops.data.label_table import LabelTable
from textops.evaluation.calibration import fit_temperature
from textops.evaluation.label_calibration import fit_several
from textops.evaluation.label_metrics import LabelEvaluation, evaluate_labels
from textops.evaluation.metrics import Evaluation, evaluate
from textops.inference.answering import Answering
from textops.inference.footprint import Footprint, probe_folder, summarize
from textops.inference.probabilities import softmax
from textops.inference.probe import Reading
from textops.inference.scores import Session, score_texts
from textops.inference.session import open_session
from textops.label_sets import DEFAULT_SEPARATOR
from textops.optimization.torch_session import TorchSession, compiled
from textops.optimization.variant import COMPILED_PROBE, Variant
from textops.text.tokenizer import Tokenizer, load_tokenizer
from textops.training.run import TOKENIZER_FILE as TOKENIZER_OF_A_RUN
from textops.training.run import Run
from textops.variant_figures import VariantFigures


@dataclass(frozen=True)
class HeldOut:
    """The examples that no form was trained on.

    Attributes:
        val: Validation set.
        test: Test set.
        table: Which labels their answers have; None where each has one class.
    """

    val: Examples
    test: Examples
    table: LabelTable | None = None


@dataclass(frozen=True)
class Answers:
    """What a form says of the held-out examples: raw logits, float32, shape [examples, classes]."""

    val: NDArray[np.float32]
    test: NDArray[np.float32]


def answers_of(variant: Variant, held_out: HeldOut) -> Answers:
    """Let a form answer all held-out examples."""
    session, tokenizer = _opened(variant)
    return Answers(
        score_texts(session, tokenizer, held_out.val.texts), score_texts(session, tokenizer, held_out.test.texts)
    )


def _opened(variant: Variant) -> tuple[Session, Tokenizer]:
    if variant.ships:
        return open_session(variant.folder / MODEL_FILE), load_tokenizer(variant.folder / TOKENIZER_FILE)
    run = Run.load(variant.folder)
    network = run.encoder().exportable()
    return TorchSession(compiled(network) if variant.probe == COMPILED_PROBE else network), run.tokenizer()


def measure_costs(variants: Sequence[Variant], texts: Sequence[str], rounds: int) -> dict[str, Footprint]:
    """Measure time and memory of each form in processes of their own.

    In each round every form is measured once: what disturbs the machine for a while disturbs all of them.

    Args:
        variants: The forms.
        texts: Texts to answer.
        rounds: Number of rounds.

    Returns:
        What each form costs, by its name.

    Raises:
        BundleError: If one cannot be measured.
    """
    readings: dict[str, list[Reading]] = {variant.name: [] for variant in variants}
    for turn in range(1, rounds + 1):
        for variant in variants:
            logger.info("Measuring {}, round {} of {}", variant.name, turn, rounds)
            readings[variant.name].append(probe_folder(variant.folder, texts, probe=variant.probe))
    return {name: summarize(taken) for name, taken in readings.items()}


def figures_of(
    variant: Variant,
    cost: Footprint,
    answers: Answers,
    checkpoint: Answers,
    held_out: HeldOut,
    classes: tuple[str, ...],
) -> VariantFigures:
    """Put together what was measured of a form.

    Args:
        variant: The form.
        cost: What it costs.
        answers: What it says.
        checkpoint: What the checkpoint says.
        held_out: The examples.
        classes: Class names in the order of the logits.
    """
    judged = judge(answers, held_out, classes)
    return VariantFigures(
        name=variant.name,
        made=True,
        reason=variant.remark,
        file_bytes=_file_bytes(variant),
        resident_bytes=cost.resident_bytes,
        start_seconds=cost.start_seconds,
        latency_p50_ms=cost.latency_p50_ms,
        latency_p95_ms=cost.latency_p95_ms,
        documents_per_second=cost.documents_per_second,
        accuracy=_metric(judged.accuracy),
        macro_f1=_metric(judged.macro_f1),
        ece=_metric(judged.ece),
        agreement=agreement(answers, checkpoint, held_out),
        max_difference=float(np.abs(answers.test - checkpoint.test).max()),
        sparsity=variant.sparsity,
        accuracy_difference=_metric(accuracy_difference(answers, checkpoint, held_out, "test")),
    )


def judge(answers: Answers, held_out: HeldOut, classes: tuple[str, ...]) -> Evaluation | LabelEvaluation:
    """Judge answers on the test set, calibrated on the validation set as what ships is."""
    if held_out.table is not None:
        answering = _several(answers, held_out, held_out.table)
        probabilities = answering.probabilities(answers.test)
        targets, confidence = held_out.table.targets(held_out.test.labels), answering.confidence(probabilities)
        return evaluate_labels(probabilities, answering.given(probabilities), targets, classes, confidence=confidence)
    temperature = fit_temperature(answers.val, held_out.val.labels)
    return evaluate(softmax(answers.test, temperature), held_out.test.labels, classes)


def accuracy_difference(
    answers: Answers, checkpoint: Answers, held_out: HeldOut, split: Literal["val", "test"]
) -> Interval:
    """Return the accuracy minus that of the checkpoint, with the paired bootstrap interval over examples."""
    labels = (held_out.val if split == "val" else held_out.test).labels
    truth = labels if held_out.table is None else held_out.table.targets(labels)
    hits, before = (_same(given(each, held_out, split), truth) for each in (answers, checkpoint))
    return mean_interval(hits.astype(np.float64) - before)


def agreement(answers: Answers, checkpoint: Answers, held_out: HeldOut) -> float:
    """Return the share of the test set to which both give the same class, or the same labels."""
    return float(_same(given(answers, held_out, "test"), given(checkpoint, held_out, "test")).mean())


def given(answers: Answers, held_out: HeldOut, split: Literal["val", "test"]) -> NDArray[np.generic]:
    """Return the class of each answer, shape [examples], or which labels it has, shape [examples, labels]."""
    logits = answers.val if split == "val" else answers.test
    if held_out.table is None:
        return np.asarray(logits.argmax(1))
    answering = _several(answers, held_out, held_out.table)
    return answering.given(answering.probabilities(logits))


def _several(answers: Answers, held_out: HeldOut, table: LabelTable) -> Answering:
    targets = table.targets(held_out.val.labels)
    return Answering((), several=fit_several(answers.val, targets, DEFAULT_SEPARATOR))


def _same(first: NDArray[np.generic], second: NDArray[np.generic]) -> NDArray[np.bool_]:
    same: NDArray[np.bool_] = np.asarray(first == second)
    return same if same.ndim == 1 else np.asarray(same.all(axis=1))


def _file_bytes(variant: Variant) -> int:
    if variant.ships:
        files = [variant.folder / MODEL_FILE, variant.folder / TOKENIZER_FILE]
    else:
        run = Run.load(variant.folder)
        files = [run.folder / run.record.checkpoint, run.folder / TOKENIZER_OF_A_RUN]
    return sum(path.stat().st_size for path in files)


def _metric(interval: Interval) -> Metric:
    return Metric(value=interval.value, low=interval.low, high=interval.high)
