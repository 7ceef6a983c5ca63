import asyncio
import math
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.inference import Prediction
from textops.serving.batch_queue import BatchBounds, BatchQueue

Result = TypeVar("Result")

NO_BOUND = 10**9


class Model:
    """Answers each text with itself, and remembers what it was asked; can be held up."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.free = threading.Event()
        self.free.set()
        self.begun = threading.Event()

    def __call__(self, texts: Sequence[str]) -> list[Prediction]:
        self.begun.set()
        assert self.free.wait(60)
        self.batches.append(list(texts))
        if "fail" in texts:
            raise RuntimeError("broken")
        return [Prediction(text, 1.0, {text: 1.0}, needs_review=False) for text in texts]

    @property
    def seen(self) -> list[str]:
        return [text for batch in self.batches for text in batch]


def bounds(texts: int = 4, tokens: int = NO_BOUND) -> BatchBounds:
    """One token for each character, and one more."""
    return BatchBounds(texts, tokens, 1.0, None)


@asynccontextmanager
async def queue_of(model: Model, limits: BatchBounds) -> AsyncIterator[BatchQueue]:
    queue = BatchQueue(model, limits)
    try:
        yield queue
    finally:
        model.free.set()
        queue.close()


@asynccontextmanager
async def held_up(model: Model, limits: BatchBounds) -> AsyncIterator[BatchQueue]:
    """A queue whose model is busy with the text `first` until it is set free."""
    async with queue_of(model, limits) as queue:
        model.free.clear()
        first = asyncio.create_task(queue.classify(["first"], math.inf))
        await asyncio.to_thread(model.begun.wait, 60)
        yield queue
        model.free.set()
        await first


def labels(predictions: Sequence[Prediction]) -> list[str]:
    return [prediction.label for prediction in predictions]


def run(work: Callable[[], Coroutine[object, object, Result]]) -> Result:
    async def in_time() -> Result:
        async with asyncio.timeout(120):
            return await work()

    return asyncio.run(in_time())


def test_what_waits_is_answered_together() -> None:
    model = Model()

    async def ask() -> list[list[Prediction]]:
        async with held_up(model, bounds()) as queue:
            waiting = [asyncio.create_task(queue.classify([text], math.inf)) for text in "abc"]
            await asyncio.sleep(0)
            assert len(queue) == 3
            model.free.set()
            return await asyncio.gather(*waiting)

    assert [labels(answer) for answer in run(ask)] == [["a"], ["b"], ["c"]]
    assert model.batches == [["first"], ["a", "b", "c"]]


def test_a_batch_has_no_more_texts_than_its_bound() -> None:
    model = Model()

    async def ask() -> None:
        async with held_up(model, bounds(texts=2)) as queue:
            waiting = [asyncio.create_task(queue.classify([text], math.inf)) for text in "abcde"]
            await asyncio.sleep(0)
            model.free.set()
            await asyncio.gather(*waiting)

    run(ask)
    assert model.batches[1:] == [["a", "b"], ["c", "d"], ["e"]]


def test_a_batch_has_no_more_padded_tokens_than_its_bound_and_a_longer_text_is_alone() -> None:
    model = Model()

    async def ask() -> None:
        async with held_up(model, bounds(tokens=8)) as queue:
            waiting = [asyncio.create_task(queue.classify([text], math.inf)) for text in ("a", "b", "x" * 50, "cc")]
            await asyncio.sleep(0)
            model.free.set()
            await asyncio.gather(*waiting)

    run(ask)
    assert model.batches[1:] == [["a", "b"], ["x" * 50], ["cc"]]


def test_requests_take_turns() -> None:
    model = Model()

    async def ask() -> None:
        async with held_up(model, bounds(texts=2)) as queue:
            large = asyncio.create_task(queue.classify([f"large {number}" for number in range(6)], math.inf))
            await asyncio.sleep(0)
            small = asyncio.create_task(queue.classify(["small"], math.inf))
            await asyncio.sleep(0)
            model.free.set()
            await asyncio.gather(large, small)

    run(ask)
    assert model.seen.index("small") < model.seen.index("large 4")


def test_a_request_that_was_given_up_never_reaches_the_model() -> None:
    model = Model()

    async def ask() -> int:
        async with held_up(model, bounds()) as queue:
            given_up = asyncio.create_task(queue.classify(["given up", "too"], math.inf))
            kept = asyncio.create_task(queue.classify(["kept"], math.inf))
            await asyncio.sleep(0)
            given_up.cancel()
            await asyncio.sleep(0)
            model.free.set()
            assert labels(await kept) == ["kept"]
            assert given_up.cancelled()
            return queue.dropped

    assert run(ask) == 2
    assert model.seen == ["first", "kept"]


def test_a_request_that_has_expired_never_reaches_the_model() -> None:
    model = Model()

    async def ask() -> int:
        async with held_up(model, bounds()) as queue:
            now = asyncio.get_running_loop().time()
            late = asyncio.create_task(queue.classify(["late"], now + 0.01))
            kept = asyncio.create_task(queue.classify(["kept"], now + 100))
            await asyncio.sleep(0.02)
            model.free.set()
            await kept
            with pytest.raises(TimeoutError):
                await late
            return queue.dropped

    assert run(ask) == 1
    assert model.seen == ["first", "kept"]


def test_a_request_given_up_while_the_model_is_at_it_disturbs_no_other() -> None:
    model = Model()

    async def ask() -> None:
        async with queue_of(model, bounds()) as queue:
            model.free.clear()
            both = [asyncio.create_task(queue.classify([text], math.inf)) for text in "ab"]
            await asyncio.to_thread(model.begun.wait, 60)
            both[0].cancel()
            await asyncio.sleep(0)
            model.free.set()
            assert labels(await both[1]) == ["b"]
            assert labels(await queue.classify(["c"], math.inf)) == ["c"]

    run(ask)


def test_a_model_that_fails_fails_its_requests_and_no_other() -> None:
    model = Model()

    async def ask() -> None:
        async with held_up(model, bounds(texts=2)) as queue:
            waiting = [asyncio.create_task(queue.classify([text], math.inf)) for text in ("fail", "beside", "after")]
            await asyncio.sleep(0)
            model.free.set()
            failed, beside, after = await asyncio.gather(*waiting, return_exceptions=True)
            assert isinstance(failed, RuntimeError)
            assert isinstance(beside, RuntimeError)
            assert not isinstance(after, BaseException)
            assert labels(after) == ["after"]

    run(ask)


def test_a_failure_in_the_middle_of_a_request_leaves_nothing_behind() -> None:
    model = Model()
    complaints: list[object] = []

    async def ask() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
        async with queue_of(model, bounds(texts=3)) as queue:
            with pytest.raises(RuntimeError):
                await queue.classify(["fail", "b", "c"], math.inf)
            assert len(queue) == 0

    run(ask)
    assert complaints == []


def test_a_text_has_no_more_tokens_than_the_model_takes() -> None:
    assert BatchBounds(1, 1, 0.5, None).tokens_of("x" * 100) == 51
    assert BatchBounds(1, 1, 0.5, 10).tokens_of("x" * 100) == 10


@given(
    st.lists(st.lists(st.text("ab", max_size=12), min_size=1, max_size=6), min_size=1, max_size=6),
    st.integers(1, 5),
    st.integers(1, 40),
)
def test_whatever_comes_is_answered_in_its_order_within_the_bounds(
    requests: list[list[str]], texts: int, tokens: int
) -> None:
    model = Model()
    limits = bounds(texts, tokens)

    async def ask() -> list[list[Prediction]]:
        async with queue_of(model, limits) as queue:
            return await asyncio.gather(*(queue.classify(request, math.inf) for request in requests))

    assert [labels(answer) for answer in run(ask)] == requests
    assert sorted(model.seen) == sorted(text for request in requests for text in request)
    for batch in model.batches:
        assert len(batch) <= texts
        assert len(batch) == 1 or max(map(limits.tokens_of, batch)) * len(batch) <= tokens
