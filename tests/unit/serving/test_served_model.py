import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from textops.errors import BundleError, RegistryError
from textops.inference import Prediction, Predictor
from textops.inference.scores import StageTimes
from textops.registry import Registry
from textops.serving.served_model import MeasuredTimes, ServedModel
from textops.serving.settings import ServingSettings

TEXTS = ["the goal", "a chip " * 200, "new code", "a match " * 50] * 50


def loaded(registry: Registry, inline_milliseconds: float) -> ServedModel:
    return ServedModel.load(ServingSettings(registry=str(registry.root), inline_milliseconds=inline_milliseconds))


async def classified(model: ServedModel, texts: Sequence[str], seconds: float = 60) -> list[Prediction]:
    """Ask a model once, then let it go."""
    try:
        return await model.classify(texts, seconds)
    finally:
        model.retire()


@pytest.mark.parametrize("inline_milliseconds", [0, 60_000])
def test_the_answers_keep_the_order_of_the_texts_wherever_they_are_made(
    registry: Registry, inline_milliseconds: float
) -> None:
    model = loaded(registry, inline_milliseconds)

    predictions = asyncio.run(classified(model, TEXTS))

    assert [prediction.label for prediction in predictions] == ["sport", "tech", "tech", "sport"] * 50


class Observed(Predictor):
    """Says in which thread it predicts."""

    threads: list[str]

    def predict(self, texts: Sequence[str], times: StageTimes | None = None) -> list[Prediction]:
        self.threads = [*getattr(self, "threads", []), threading.current_thread().name]
        return super().predict(texts, times)


def observed(registry: Registry, **settings: object) -> ServedModel:
    """A model whose predictor says in which threads it has predicted since it was loaded."""
    version = registry.find()
    predictor = Observed.load(version.path)
    assert isinstance(predictor, Observed)
    model = ServedModel(version, predictor, ServingSettings.model_validate(settings))
    predictor.threads = []
    return model


def test_a_small_text_stays_on_the_event_loop(registry: Registry) -> None:
    model = observed(registry, batching="inline", inline_milliseconds=1_000)

    asyncio.run(classified(model, ["the goal"]))

    assert isinstance(model.predictor, Observed)
    assert model.predictor.threads == ["MainThread"]


def test_a_large_batch_leaves_the_event_loop(registry: Registry) -> None:
    model = observed(registry, batching="inline", inline_milliseconds=0.001)

    asyncio.run(classified(model, TEXTS))

    assert isinstance(model.predictor, Observed)
    assert len(model.predictor.threads) > 2
    assert all(name.startswith("model") for name in model.predictor.threads)


def test_with_a_queue_even_a_small_text_leaves_the_event_loop(registry: Registry) -> None:
    model = observed(registry, batching="queue")

    asyncio.run(classified(model, ["the goal"]))

    assert isinstance(model.predictor, Observed)
    assert [name[:5] for name in model.predictor.threads] == ["model"]


def test_what_comes_too_late_is_not_answered(registry: Registry) -> None:
    model = observed(registry, batching="queue")

    with pytest.raises(TimeoutError):
        asyncio.run(classified(model, ["the goal"], seconds=-1))

    assert isinstance(model.predictor, Observed)
    assert model.predictor.threads == []


@pytest.mark.parametrize(
    ("alone", "together", "hop", "queue"),
    [(100e-6, 90e-6, 50e-6, False), (3e-3, 1e-3, 50e-6, True), (3e-3, 3e-3, 50e-6, False), (60e-6, 60e-6, 0.0, False)],
)
def test_a_queue_is_preferred_where_a_batch_saves_more_than_the_way_costs(
    alone: float,
    together: float,
    hop: float,
    queue: bool,  # noqa: FBT001
) -> None:
    assert MeasuredTimes(alone, together, hop).prefers_queue is queue


def test_a_retired_model_answers_what_it_was_asked_before(registry: Registry) -> None:
    async def retire_in_the_middle() -> list[Prediction]:
        model = observed(registry, batching="queue", batch_texts=8)
        asked = asyncio.create_task(model.classify(TEXTS, 60))
        await asyncio.sleep(0)
        model.retire()
        return await asked

    predictions = asyncio.run(retire_in_the_middle())

    assert [prediction.label for prediction in predictions] == ["sport", "tech", "tech", "sport"] * 50


def test_what_runs_inline_follows_from_the_measured_speed(registry: Registry) -> None:
    assert 0 < loaded(registry, 1).inline_characters < loaded(registry, 10_000).inline_characters


def test_nothing_to_load_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="is empty"):
        loaded(Registry(tmp_path), 10)


def test_nothing_to_load_may_be_waited_for_but_an_altered_model_may_not(tmp_path: Path, registry: Registry) -> None:
    # given
    altered = registry.find()
    altered.path.joinpath("model.onnx").write_bytes(b"altered")
    # then
    assert ServedModel.load_or_wait(ServingSettings(registry=str(tmp_path / "none"), wait_for_model=True)) is None
    with pytest.raises(BundleError, match=r"model\.onnx"):
        ServedModel.load_or_wait(ServingSettings(registry=str(registry.root), wait_for_model=True))
    with pytest.raises(RegistryError, match="is empty"):
        ServedModel.load_or_wait(ServingSettings(registry=str(tmp_path / "none")))
