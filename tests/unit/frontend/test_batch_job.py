"""A batch while it is being answered: against an API that answers as it is told to."""

import gc
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Sequence

import pyarrow as pa
import pytest

from textops.frontend import batch_job
from textops.frontend.api_client import MOST_PORTION_BYTES, BatchLine
from textops.frontend.batch_columns import BatchTexts
from textops.frontend.batch_job import BatchJob, Progress
from textops.frontend.batch_progress_view import duration, told
from textops.frontend.batch_results import BatchResults
from textops.frontend.problem import ServiceProblemError
from textops.serving.line_schemas import AnsweredLine, RefusedLine
from textops.serving.schemas import ModelReference, Problem

Answers = list[AnsweredLine | RefusedLine]
Before = Callable[[Sequence[BatchLine]], None]


def answered(number: int, line: BatchLine) -> AnsweredLine:
    return AnsweredLine(
        line=number,
        id=line.identity,
        prediction_id="0190b2c4-6f0e-7c27-9a55-5d6a4d6b6a6f",
        label=line.text,
        probability=0.9,
        probabilities={line.text: 0.9},
        needs_review=False,
        model=ModelReference(name="tiny", version=1),
    )


def refused(number: int, line: BatchLine, status: int, detail: str) -> RefusedLine:
    problem = Problem(title="t", status=status, detail=detail, error="e", request_id="r-1")
    return RefusedLine(line=number, id=line.identity, problem=problem)


class Api:
    """Answers each text with itself as its class, unless something is told to happen before."""

    def __init__(self, before: Before | None = None, refusals: dict[str, list[tuple[int, str]]] | None = None) -> None:
        self.portions: list[int] = []
        self.asked: Counter[int] = Counter()
        self._before = before
        self._refusals = refusals or {}
        self._lock = threading.Lock()

    def __call__(self, lines: Sequence[BatchLine]) -> Answers:
        with self._lock:
            self.portions.append(len(lines))
            if self._before is not None:
                self._before(lines)
            self.asked.update(line.identity for line in lines)
            return [self._answer(number, line) for number, line in enumerate(lines, start=1)]

    def _answer(self, number: int, line: BatchLine) -> AnsweredLine | RefusedLine:
        refusals = self._refusals.get(line.text)
        if not refusals:
            return answered(number, line)
        status, detail = refusals.pop(0)
        return refused(number, line, status, detail)


def texts_of(texts: Sequence[str | None]) -> BatchTexts:
    return BatchTexts(pa.chunked_array([[None if text is None else text.encode() for text in texts]], pa.binary()))


def batch_of(
    texts: Sequence[str | None], api: Callable[[Sequence[BatchLine]], Answers]
) -> tuple[BatchJob, BatchResults]:
    faults = {row: "There is no text" for row, text in enumerate(texts) if text is None}
    results = BatchResults(len(texts), faults)
    return BatchJob(api, texts_of(texts), results, pause_seconds=0.01), results


def run(texts: Sequence[str | None], api: Callable[[Sequence[BatchLine]], Answers]) -> tuple[Progress, BatchResults]:
    job, results = batch_of(texts, api)
    job.start()
    assert job.wait(60)
    return job.progress(), results


def labels(results: BatchResults) -> list[str | None]:
    return [results.labels[number] if number >= 0 else None for number in results.label_of]


@pytest.fixture
def away() -> Callable[..., Before]:
    """Make an API that is away so many times before it answers."""

    def times(number: int, problem: ServiceProblemError | None = None) -> Before:
        left = [number]

        def before(_: Sequence[BatchLine]) -> None:
            left[0] -= 1
            if left[0] >= 0:
                raise problem or ServiceProblemError("The API does not answer.", "away")

        return before

    return times


def test_every_row_gets_its_own_answer_once() -> None:
    # given
    texts: list[str | None] = [f"text {number}" for number in range(3_000)]
    texts[7] = None
    api = Api()
    # when
    progress, results = run(texts, api)
    # then
    assert (progress.phase, progress.done, progress.problem) == ("finished", 3_000, None)
    assert labels(results) == texts
    assert results.problems == {7: "There is no text"}
    assert set(api.asked.values()) == {1}


def test_portions_grow_but_fit_into_the_buffers_between() -> None:
    api = Api()
    run(["x"] * 5_000, api)
    assert max(api.portions) == 512
    long = "x" * (MOST_PORTION_BYTES // 3)
    api = Api()
    run([long] * 20 + ["y" * 10 * MOST_PORTION_BYTES], api)
    assert max(api.portions) == 3


@pytest.mark.parametrize(
    "problem",
    [
        ServiceProblemError("Away.", "away"),
        ServiceProblemError("Busy.", "overloaded", status=429, retry_after=0.01),
        ServiceProblemError("No model.", "not_ready", status=503),
        ServiceProblemError("Proxy.", "not_understood", status=502),
        ServiceProblemError("Broken off.", "broken_off"),
    ],
)
def test_an_api_that_comes_back_loses_no_row(away: Callable[..., Before], problem: ServiceProblemError) -> None:
    texts: list[str | None] = [f"text {number}" for number in range(500)]
    progress, results = run(texts, Api(away(5, problem)))
    assert (progress.phase, progress.problem) == ("finished", None)
    assert labels(results) == texts


def test_a_wait_is_told_while_it_lasts() -> None:
    # given
    there = threading.Event()

    def before(_: Sequence[BatchLine]) -> None:
        if not there.is_set():
            raise ServiceProblemError("The API does not answer.", "away")

    job, _ = batch_of(["a"] * 10, Api(before))
    # when
    job.start()
    # then
    deadline = time.monotonic() + 60
    while job.progress().phase != "waiting":
        assert time.monotonic() < deadline
        time.sleep(0.005)
    problem = job.progress().problem
    assert problem is not None
    assert problem.error == "away"
    there.set()
    assert job.wait(60)
    assert job.progress().phase == "finished"


def test_rows_that_the_api_refuses_are_marked_with_its_reason() -> None:
    api = Api(refusals={"long": [(422, "/text: Text has 7 characters, at most 5 are allowed")]})
    progress, results = run(["a", "long", "b"], api)
    assert (progress.phase, labels(results)) == ("finished", ["a", None, "b"])
    assert results.problems == {1: "Text has 7 characters, at most 5 are allowed"}


def test_rows_that_the_api_was_too_busy_for_are_asked_again() -> None:
    api = Api(refusals={"b": [(429, "busy"), (503, "not ready")]})
    _, results = run(["a", "b", "c"], api)
    assert labels(results) == ["a", "b", "c"]
    assert api.asked == {0: 1, 1: 3, 2: 1}


def test_a_text_that_breaks_the_service_is_found_and_the_others_are_answered() -> None:
    # given
    def before(lines: Sequence[BatchLine]) -> None:
        if any(line.text == "poison" for line in lines):
            raise ServiceProblemError("The service failed.", "internal_error", status=500)

    texts: list[str | None] = [f"text {number}" for number in range(300)]
    texts[123] = "poison"
    # when
    progress, results = run(texts, Api(before))
    # then
    assert (progress.phase, results.answered) == ("finished", 299)
    assert results.problems == {123: "The service failed."}


def test_a_service_that_fails_always_stops_the_batch() -> None:
    # given
    def before(_: Sequence[BatchLine]) -> None:
        raise ServiceProblemError("The service failed.", "internal_error", status=500, request_id="r-1")

    # when
    progress, results = run(["a"] * 500, Api(before))
    # then
    assert progress.phase == "stopped"
    assert progress.problem is not None
    assert progress.problem.request_id == "r-1"
    assert len(results.problems) < 30


def test_a_key_that_is_refused_stops_the_batch_which_can_go_on_later(away: Callable[..., Before]) -> None:
    # given
    texts: list[str | None] = [f"text {number}" for number in range(200)]
    refusal = ServiceProblemError("Send an API key.", "key_missing", status=401)
    progress, results = run(texts, Api(away(9, refusal)))
    assert (progress.phase, progress.problem) == ("stopped", refusal)
    # when
    job = BatchJob(Api(), texts_of(texts), results)
    job.start()
    # then
    assert job.wait(60)
    assert labels(results) == texts


def test_a_batch_that_is_stopped_keeps_what_it_has_and_goes_on_with_the_rest() -> None:
    # given
    reached = threading.Event()
    go_on = threading.Event()

    def before(lines: Sequence[BatchLine]) -> None:
        if lines[0].identity >= 100:
            reached.set()
            go_on.wait(60)

    texts: list[str | None] = [f"text {number}" for number in range(2_000)]
    job, results = batch_of(texts, Api(before))
    job.start()
    assert reached.wait(60)
    # when
    job.cancel()
    go_on.set()
    # then
    assert job.wait(60)
    assert job.progress().phase == "cancelled"
    assert 0 < results.answered < 2_000
    # when
    api = Api()
    rest = BatchJob(api, texts_of(texts), results)
    pending = len(results.pending())
    rest.start()
    # then
    assert rest.wait(60)
    assert labels(results) == texts
    assert sum(api.asked.values()) == pending


def test_only_so_many_batches_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr(batch_job, "_SLOTS", threading.BoundedSemaphore(1))
    go_on = threading.Event()

    def wait(_: Sequence[BatchLine]) -> None:
        go_on.wait(60)

    first, _ = batch_of(["a"], Api(wait))
    second, results = batch_of(["b"], Api())
    third, _ = batch_of(["c"], Api())
    first.start()
    while first.progress().phase == "queued":
        time.sleep(0.005)
    # when
    second.start()
    third.start()
    third.cancel()
    # then
    assert third.wait(60)
    assert (second.progress().phase, third.progress().phase) == ("queued", "cancelled")
    go_on.set()
    assert second.wait(60)
    assert labels(results) == ["b"]


def test_an_error_of_our_own_ends_the_batch_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)

    def fail(_: Sequence[BatchLine]) -> Answers:
        raise ZeroDivisionError

    progress, _ = run(["a"], fail)
    assert progress.phase == "stopped"
    assert progress.problem is not None
    assert progress.problem.error == "internal_error"


def test_nothing_of_an_ended_batch_stays() -> None:
    job, results = batch_of(["a"] * 100, Api())
    job.start()
    assert job.wait(60)
    of_job, of_results = weakref.ref(job), weakref.ref(results)
    del job, results
    gc.collect()
    assert (of_job(), of_results()) == (None, None)


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (59, "59 s"), (130, "2 min"), (5_400, "1.5 h")])
def test_times_are_told_for_people(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_progress_is_told_with_rate_and_time_left() -> None:
    progress = Progress("running", 40_000, 100_000, 3_000.0, None)
    assert told(progress) == "40,000 of 100,000 rows · 3,000 rows a second · 20 s left"
    assert told(Progress("waiting", 40_000, 100_000, 3_000.0, None)) == "40,000 of 100,000 rows"
