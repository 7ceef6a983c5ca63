import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from textops.errors import RegistryError
from textops.inference import Prediction, Predictor
from textops.registry import Registry
from textops.serving.served_model import ServedModel
from textops.serving.settings import ServingSettings

TEXTS = ["the goal", "a chip " * 200, "new code", "a match " * 50] * 50


@pytest.fixture
def registry(tmp_path: Path, tiny_bundle: Path) -> Registry:
    registry = Registry(tmp_path / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    return registry


def loaded(registry: Registry, inline_milliseconds: float) -> ServedModel:
    return ServedModel.load(ServingSettings(registry=str(registry.root), inline_milliseconds=inline_milliseconds))


@pytest.mark.parametrize("inline_milliseconds", [0, 60_000])
def test_the_answers_keep_the_order_of_the_texts_wherever_they_are_made(
    registry: Registry, inline_milliseconds: float
) -> None:
    model = loaded(registry, inline_milliseconds)

    predictions = asyncio.run(model.classify(TEXTS))
    model.close()

    assert [prediction.label for prediction in predictions] == ["sport", "tech", "tech", "sport"] * 50


class Observed(Predictor):
    """Says in which thread it predicts."""

    threads: list[str]

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        self.threads = [*getattr(self, "threads", []), threading.current_thread().name]
        return super().predict(texts)


def test_a_small_text_stays_on_the_event_loop_and_a_large_batch_leaves_it(registry: Registry) -> None:
    version = registry.find()
    predictor = Observed.load(version.path)
    assert isinstance(predictor, Observed)
    model = ServedModel(version, predictor, inline_seconds=1)
    model.inline_characters = 100
    predictor.threads.clear()

    asyncio.run(model.classify(["the goal"]))
    asyncio.run(model.classify(TEXTS))
    model.close()

    assert predictor.threads[0] == "MainThread"
    assert len(predictor.threads) > 2
    assert all(name.startswith("model") for name in predictor.threads[1:])


def test_what_runs_inline_follows_from_the_measured_speed(registry: Registry) -> None:
    assert 0 < loaded(registry, 1).inline_characters < loaded(registry, 10_000).inline_characters


def test_nothing_to_load_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="is empty"):
        loaded(Registry(tmp_path), 10)
