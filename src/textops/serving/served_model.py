"""The model that is being served, and where its predictions run: on the event loop or in a thread."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

from textops.inference import Prediction, Predictor
from textops.inference.scores import batches_of_like_length
from textops.registry import Registry, Version
from textops.serving.settings import ServingSettings

_SAMPLE_TEXT = " ".join(f"word{number}" for number in range(300))
_SAMPLE_RUNS = 3


class ServedModel:
    """A registered version, loaded and measured.

    A small prediction takes less time than handing it to a thread would cost; a large one would keep all
    other requests waiting. Which is which depends on the model, so it is measured once, when it is loaded.
    """

    def __init__(self, version: Version, predictor: Predictor, inline_seconds: float) -> None:
        """Measure the predictor.

        Args:
            version: Where it comes from.
            predictor: The loaded bundle.
            inline_seconds: What should take longer runs in a thread.
        """
        self.version = version
        self.predictor = predictor
        self.inline_characters = int(inline_seconds / _seconds_per_character(predictor))
        # One thread: more would only take the processor from each other and from the event loop.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="model")

    @classmethod
    def load(cls, settings: ServingSettings) -> "ServedModel":
        """Find the version that the settings name, verify it, load it and make it answer.

        Raises:
            RegistryError: If there is nothing to serve.
            BundleError: If it is altered, incomplete or does not answer.
        """
        version = Registry(settings.registry).find(settings.model)
        return cls(version, Predictor.load(version.path), settings.inline_milliseconds / 1000)

    async def classify(self, texts: Sequence[str]) -> list[Prediction]:
        """Classify texts; the answers come in the order of the texts."""
        if sum(map(len, texts)) <= self.inline_characters:
            return self.predictor.predict(texts)
        loop = asyncio.get_running_loop()
        answers: dict[int, Prediction] = {}
        # Batch by batch: requests take turns, and one that was given up ends with its present batch.
        for rows in batches_of_like_length(texts):
            batch = [texts[row] for row in rows]
            predictions = await loop.run_in_executor(self._thread, self.predictor.predict, batch)
            answers.update(zip(rows, predictions, strict=True))
        return [answers[row] for row in range(len(texts))]

    def close(self) -> None:
        """Let the thread end after what it is doing now."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _seconds_per_character(predictor: Predictor) -> float:
    """Measure a text of usual length; the fastest of a few runs, which the machine disturbed least."""
    fastest = float("inf")
    for _ in range(_SAMPLE_RUNS):
        start = perf_counter()
        predictor.predict([_SAMPLE_TEXT])
        fastest = min(fastest, perf_counter() - start)
    return fastest / len(_SAMPLE_TEXT)
