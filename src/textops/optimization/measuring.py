"""Measures the forms of a model: what they answer, and how fast, all in one run."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from loguru import logger
from numpy.typing import NDArray

from textops.bootstrap import Interval, mean_interval
from textops.bundle import MODEL_FILE, TOKENIZER_FILE, Metric
from textops.data.dataset import Examples
from textops.evaluation.calibration import fit_temperature
from textops.evaluation.metrics import Evaluation, evaluate
from textops.inference.footprint import Footprint, probe_folder, summarize
from textops.inference.probabilities import softmax
from textops.inference.probe import Reading
from textops.inference.scores import Session, score_texts
from textops.inference.session import open_session
from textops.optimization.torch_session import TorchSession, compiled
from textops.optimization.variant import COMPILED_PROBE, Variant
from textops.text.tokenizer import Tokenizer, load_tokenizer
from textops.training.run import TOKENIZER_FILE as TOKENIZER_OF_A_RUN
from textops.training.run import Run
from textops.variant_figures import VariantFigures


@dataclass(frozen=True)
class HeldOut:
    """The examples that no form was trained on."""

    val: Examples
    test: Examples


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
        agreement=agreement(answers.test, checkpoint.test),
        max_difference=float(np.abs(answers.test - checkpoint.test).max()),
        sparsity=variant.sparsity,
        accuracy_difference=_metric(
            accuracy_difference(answers.test, checkpoint.test, held_out.test.labels),
        ),
    )


def judge(answers: Answers, held_out: HeldOut, classes: tuple[str, ...]) -> Evaluation:
    """Judge answers on the test set, calibrated on the validation set as what ships is."""
    temperature = fit_temperature(answers.val, held_out.val.labels)
    return evaluate(softmax(answers.test, temperature), held_out.test.labels, classes)


def accuracy_difference(
    answers: NDArray[np.float32], checkpoint: NDArray[np.float32], labels: NDArray[np.int64]
) -> Interval:
    """Return the accuracy minus that of the checkpoint, with the paired bootstrap interval over examples."""
    hits, hits_of_checkpoint = answers.argmax(1) == labels, checkpoint.argmax(1) == labels
    return mean_interval(hits.astype(np.float64) - hits_of_checkpoint)


def agreement(answers: NDArray[np.float32], checkpoint: NDArray[np.float32]) -> float:
    """Return the share of examples to which both give the same class."""
    return float((answers.argmax(1) == checkpoint.argmax(1)).mean())


def _file_bytes(variant: Variant) -> int:
    if variant.ships:
        files = [variant.folder / MODEL_FILE, variant.folder / TOKENIZER_FILE]
    else:
        run = Run.load(variant.folder)
        files = [run.folder / run.record.checkpoint, run.folder / TOKENIZER_OF_A_RUN]
    return sum(path.stat().st_size for path in files)


def _metric(interval: Interval) -> Metric:
    return Metric(value=interval.value, low=interval.low, high=interval.high)
