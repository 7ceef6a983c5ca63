"""Micro-batches: what waits is answered together, in one thread, without a timer that makes the first one wait."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from textops.inference import Prediction

Predict = Callable[[Sequence[str]], list[Prediction]]


@dataclass(frozen=True, slots=True)
class BatchBounds:
    """How large a batch gets.

    Attributes:
        texts: Most texts of a batch.
        tokens: Most tokens of a batch, padded to its longest text; a longer text is a batch by itself.
        tokens_per_character: How many tokens a character makes, about.
        longest_tokens: More tokens than this no text has; None for no bound.
    """

    texts: int
    tokens: int
    tokens_per_character: float
    longest_tokens: int | None

    def tokens_of(self, text: str) -> int:
        """Return how many tokens a text has, about."""
        tokens = 1 + int(len(text) * self.tokens_per_character)
        return tokens if self.longest_tokens is None else min(tokens, self.longest_tokens)


@dataclass(frozen=True, slots=True)
class _Waiting:
    text: str
    tokens: int
    expires: float
    answer: "asyncio.Future[Prediction]"


class BatchQueue:
    """Texts of all requests in the order they came; a batch takes as many as wait and fit.

    A text whose request was given up or has expired leaves the queue without reaching the model.

    Attributes:
        dropped: How many texts left it so.
    """

    def __init__(self, predict: Predict, bounds: BatchBounds) -> None:
        """Take what answers, which must be safe to call from a thread."""
        self._predict = predict
        self._bounds = bounds
        self._waiting: deque[_Waiting] = deque()
        self._worker: asyncio.Task[None] | None = None
        # One thread: more would only take the processor from each other and from the event loop.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="model")
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._waiting)

    async def classify(self, texts: Sequence[str], expires: float) -> list[Prediction]:
        """Classify texts; the answers come in the order of the texts.

        Args:
            texts: The texts of one request.
            expires: When nobody waits for the answer any more, by the clock of the event loop.

        Raises:
            TimeoutError: If that time has come first.
        """
        answers: dict[int, Prediction] = {}
        # Padding costs as much as text: like lengths together. Part by part, so that requests take turns.
        rows = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        for start in range(0, len(rows), self._bounds.texts):
            part = rows[start : start + self._bounds.texts]
            predictions = await self._classify_part([texts[row] for row in part], expires)
            answers.update(zip(part, predictions, strict=True))
        return [answers[row] for row in range(len(texts))]

    async def _classify_part(self, texts: Sequence[str], expires: float) -> list[Prediction]:
        loop = asyncio.get_running_loop()
        entries = [_Waiting(text, self._bounds.tokens_of(text), expires, loop.create_future()) for text in texts]
        self._waiting.extend(entries)
        if self._worker is None:
            self._worker = loop.create_task(self._work())
        try:
            return [await entry.answer for entry in entries]
        finally:
            # Where one was given up or has failed, nobody waits for the others either.
            for entry in entries:
                if not entry.answer.cancel() and not entry.answer.cancelled():
                    entry.answer.exception()

    def close(self) -> None:
        """Let the thread end after what it is doing now."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while batch := self._take(loop.time()):
                try:
                    predictions = await loop.run_in_executor(
                        self._thread, self._predict, [entry.text for entry in batch]
                    )
                except Exception as error:  # noqa: BLE001 (handed to each request, which fails with it)
                    _fail(batch, error)
                    continue
                for entry, prediction in zip(batch, predictions, strict=True):
                    if not entry.answer.done():
                        entry.answer.set_result(prediction)
        finally:
            self._worker = None

    def _take(self, now: float) -> list[_Waiting]:
        """Take what waits, in its order, as long as it fits into one batch; empty where nothing waits."""
        batch: list[_Waiting] = []
        longest = 0
        while self._waiting and len(batch) < self._bounds.texts:
            entry = self._waiting[0]
            if entry.answer.done() or entry.expires <= now:
                self._drop(self._waiting.popleft())
                continue
            longest = max(longest, entry.tokens)
            if batch and longest * (len(batch) + 1) > self._bounds.tokens:
                break
            batch.append(self._waiting.popleft())
        return batch

    def _drop(self, entry: _Waiting) -> None:
        self.dropped += 1
        if not entry.answer.done():
            entry.answer.set_exception(TimeoutError())


def _fail(batch: Sequence[_Waiting], error: Exception) -> None:
    for entry in batch:
        if not entry.answer.done():
            entry.answer.set_exception(error)
