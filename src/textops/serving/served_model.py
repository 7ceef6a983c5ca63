"""The model that is being served, and where its predictions run: on the event loop or in a thread."""

import asyncio
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter

from loguru import logger

from textops.bundle_report import Example, report_of
from textops.errors import RegistryError
from textops.inference import Prediction, Predictor
from textops.inference.scores import StageTimes
from textops.registry import Registry, Version
from textops.serving.batch_queue import BatchBounds, BatchQueue
from textops.serving.settings import ServingSettings

ObserveStages = Callable[[StageTimes], None]
"""Measures a call of the model; called from the event loop and from a thread."""

_SAMPLE_TEXT = " ".join(f"word{number}" for number in range(300))
_SAMPLE_RUNS = 5
_HOP_RUNS = 20
_TOGETHER = 8


@dataclass(frozen=True)
class MeasuredTimes:
    """How long predictions take here, in seconds.

    Attributes:
        alone: A text of usual length by itself.
        together: The same in a batch, per text.
        hop: The way of a text through the queue to the thread, and back.
    """

    alone: float
    together: float
    hop: float

    @property
    def prefers_queue(self) -> bool:
        """Whether a batch saves more than the way to the thread costs."""
        return self.alone - self.together > self.hop


class ServedModel:
    """A registered version, loaded and measured.

    A small prediction takes less time than handing it to a thread would cost; a large one would keep all
    other requests waiting. Which is which depends on the model, so it is measured once, when it is loaded.

    Attributes:
        version: Where it comes from.
        predictor: The loaded bundle.
        inline_characters: Requests of so many characters are answered on the event loop.
        observe: Measures each call of the model; None for not at all.
    """

    def __init__(self, version: Version, predictor: Predictor, settings: ServingSettings) -> None:
        """Measure the predictor, and choose where it runs.

        Args:
            version: Where it comes from.
            predictor: The loaded bundle.
            settings: Say how large a batch gets, and what is long.
        """
        self.version = version
        self.predictor = predictor
        self.observe: ObserveStages | None = None
        self.times = measure_times(predictor)
        self.inline_characters = self._inline_characters(settings)
        self._queue = BatchQueue(self.predict, batch_bounds(predictor, settings))
        self._running = 0
        self._retired = False

    @classmethod
    def load(cls, settings: ServingSettings) -> "ServedModel":
        """Find the version that the settings name, verify it, load it and make it answer.

        Raises:
            RegistryError: If there is nothing to serve.
            BundleError: If it is altered, incomplete or does not answer.
        """
        return cls.of_version(Registry(settings.registry).find(settings.model), settings)

    @classmethod
    def load_or_wait(cls, settings: ServingSettings) -> "ServedModel | None":
        """Load what is to be served; None where there is nothing yet, and the settings say that it may come later.

        Raises:
            RegistryError: If there is nothing to serve.
            BundleError: If it is altered, incomplete or does not answer.
        """
        try:
            return cls.load(settings)
        except RegistryError:
            if not settings.wait_for_model:
                raise
            return None

    @classmethod
    def of_version(cls, version: Version, settings: ServingSettings) -> "ServedModel":
        """Verify a version, load it and make it answer.

        Raises:
            BundleError: If it is altered, incomplete or does not answer.
        """
        model = cls(version, Predictor.load(version.path), settings)
        logger.debug(
            "{} takes {:.0f} us a text, {:.0f} us in batches; {}",
            version,
            model.times.alone * 1e6,
            model.times.together * 1e6,
            f"inline up to {model.inline_characters} characters" if model.inline_characters else "from a queue",
        )
        return model

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """Texts to try the model with; read when somebody asks for them first."""
        report = report_of(self.version.path, self.predictor.manifest)
        return () if report is None else report.examples

    async def classify(self, texts: Sequence[str], seconds: float) -> list[Prediction]:
        """Classify texts; the answers come in the order of the texts.

        Args:
            texts: The texts of one request.
            seconds: How long somebody waits for the answer.

        Raises:
            TimeoutError: If that time is over first.
        """
        if self.answers_inline(sum(map(len, texts))):
            return self.predict(texts)
        self._running += 1
        expires = asyncio.get_running_loop().time() + seconds
        try:
            async with asyncio.timeout_at(expires):
                return await self._queue.classify(texts, expires)
        finally:
            self._running -= 1
            self._close_when_done()

    def answers_inline(self, characters: int) -> bool:
        """Tell whether so many characters take less time than the way to a thread."""
        return characters <= self.inline_characters

    def retire(self) -> None:
        """Answer what has been asked, then let go of the thread."""
        self._retired = True
        self._close_when_done()

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Classify texts here and now; from any thread."""
        times = StageTimes()
        predictions = self.predictor.predict(texts, times)
        if self.observe is not None:
            self.observe(times)
        return predictions

    def _close_when_done(self) -> None:
        if self._retired and not self._running:
            self._queue.close()

    def _inline_characters(self, settings: ServingSettings) -> int:
        if settings.batching == "queue" or (settings.batching == "auto" and self.times.prefers_queue):
            return 0
        return int(settings.inline_milliseconds / 1000 / self.times.alone * len(_SAMPLE_TEXT))


def batch_bounds(predictor: Predictor, settings: ServingSettings) -> BatchBounds:
    """Return how large the batches of a model get."""
    return BatchBounds(
        texts=settings.batch_texts,
        tokens=settings.batch_tokens,
        tokens_per_character=predictor.count_tokens(_SAMPLE_TEXT) / len(_SAMPLE_TEXT),
        longest_tokens=predictor.longest_tokens,
    )


def measure_times(predictor: Predictor) -> MeasuredTimes:
    """Measure texts of usual length; the fastest of a few runs, which the machine disturbed least."""
    # In a thread, which has no event loop yet, wherever this is called.
    with ThreadPoolExecutor(1) as thread:
        return MeasuredTimes(
            alone=min(_seconds(predictor, 1) for _ in range(_SAMPLE_RUNS)),
            together=min(_seconds(predictor, _TOGETHER) for _ in range(_SAMPLE_RUNS)) / _TOGETHER,
            hop=thread.submit(asyncio.run, _seconds_of_hop()).result(),
        )


def _seconds(predictor: Predictor, texts: int) -> float:
    start = perf_counter()
    predictor.predict([_SAMPLE_TEXT] * texts)
    return perf_counter() - start


async def _seconds_of_hop() -> float:
    """Measure a queue whose model takes no time."""
    nothing = Prediction("", 0.0, {}, needs_review=False)
    queue = BatchQueue(lambda texts: [nothing] * len(texts), BatchBounds(1, 1, 0.0, None))
    seconds = []
    for _ in range(_HOP_RUNS):
        start = perf_counter()
        await queue.classify([""], math.inf)
        seconds.append(perf_counter() - start)
    queue.close()
    return min(seconds)
