"""How fast something answers: one text at a time, and many at once."""

import itertools
import time
from collections.abc import Callable, Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

Answer = Callable[[Sequence[str]], object]
"""Answers texts; what it returns is not looked at. It must have finished its work when it returns."""

DEFAULT_CALLS = 200
DEFAULT_BATCHES = 8
BATCH_TEXTS = 64
WARM_UP_CALLS = 20


class Latency(BaseModel):
    """How long one text took.

    Attributes:
        p50_ms: Median, in milliseconds.
        p95_ms: Time within which 95 of 100 were answered, in milliseconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    p50_ms: float
    p95_ms: float


class AnswerSpeed(BaseModel):
    """How fast one process answered.

    Attributes:
        latency: Of one text at a time.
        documents_per_second: Texts a second in batches of `BATCH_TEXTS`, None where none was timed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    latency: Latency
    documents_per_second: float | None


def measure_answers(
    answer: Answer, texts: Sequence[str], *, calls: int = DEFAULT_CALLS, batches: int = DEFAULT_BATCHES
) -> AnswerSpeed:
    """Time single texts, then batches; in this process, after a warm-up.

    Args:
        answer: What is timed, from text to answer: tokenizing belongs to it.
        texts: At least one; they are gone through in turn, and over again where there are fewer than asked for.
        calls: Calls with one text that are timed.
        batches: Batches of `BATCH_TEXTS` that are timed; 0 for none.

    Raises:
        ValueError: If there is no text or no call.
    """
    return AnswerSpeed(
        latency=measure_latency(answer, texts, calls=calls),
        documents_per_second=measure_throughput(answer, texts, batches=batches) if batches else None,
    )


def measure_latency(answer: Answer, texts: Sequence[str], *, calls: int = DEFAULT_CALLS) -> Latency:
    """Time calls with one text; arguments and errors of `measure_answers`."""
    if not texts or calls < 1:
        raise ValueError(f"{len(texts)} texts and {calls} calls measure nothing")
    turn = itertools.cycle(texts)
    for text in itertools.islice(turn, WARM_UP_CALLS):
        answer([text])
    nanoseconds = np.empty(calls)
    for call, text in enumerate(itertools.islice(turn, calls)):
        started = time.perf_counter_ns()
        answer([text])
        nanoseconds[call] = time.perf_counter_ns() - started
    p50, p95 = np.percentile(nanoseconds, [50, 95]) / 1e6
    return Latency(p50_ms=float(p50), p95_ms=float(p95))


def measure_throughput(answer: Answer, texts: Sequence[str], *, batches: int = DEFAULT_BATCHES) -> float:
    """Return the texts a second in batches of `BATCH_TEXTS`; arguments and errors of `measure_answers`."""
    if not texts or batches < 1:
        raise ValueError(f"{len(texts)} texts and {batches} batches measure nothing")
    turn = itertools.cycle(texts)
    answer(list(itertools.islice(turn, BATCH_TEXTS)))
    nanoseconds = 0
    for _ in range(batches):
        batch = list(itertools.islice(turn, BATCH_TEXTS))
        started = time.perf_counter_ns()
        answer(batch)
        nanoseconds += time.perf_counter_ns() - started
    return batches * BATCH_TEXTS / (nanoseconds / 1e9)
