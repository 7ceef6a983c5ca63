import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.bundle import MODEL_FILE
from textops.registry import Registry, Version
from textops.serving.current_model import CurrentModel, Outcome, without_folders
from textops.serving.metrics import ServingMetrics
from textops.serving.problems import ProblemError
from textops.serving.settings import ServingSettings

if TYPE_CHECKING:
    from tests.conftest import BundleFactory

Loaded = tuple[CurrentModel, ServingMetrics]


def loaded(root: Path | str) -> Loaded:
    metrics = ServingMetrics()
    return CurrentModel(ServingSettings(registry=str(root), reload_seconds=0.01), metrics), metrics


def reload(current: CurrentModel) -> tuple[Outcome, str]:
    return asyncio.run(current.reload())


def figure(metrics: ServingMetrics, name: str) -> float:
    lines = metrics.exposition().decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.split("{")[0].split(" ")[0] == name)


def promote(registry: Registry, version: Version) -> None:
    registry.point(version, "production", after=registry.alias(version.name, "production"))


def spoil(registry: Registry) -> None:
    (registry.resolve() / MODEL_FILE).write_bytes(b"altered")


def test_the_same_version_is_not_loaded_again(registry: Registry) -> None:
    current, _ = loaded(registry.root)
    before = current.get()

    assert reload(current) == ("unchanged", "tiny/1 answers already")
    assert current.get() is before


def test_another_version_answers_once_it_is_loaded(
    registry: Registry, tmp_path: Path, make_bundle: "BundleFactory"
) -> None:
    current, metrics = loaded(registry.root)
    promote(registry, registry.register(make_bundle(tmp_path / "second", points=3.0)))

    assert reload(current) == ("reloaded", "tiny/2 answers from now on")
    assert current.version is not None
    assert current.version.number == 2
    assert figure(metrics, "textops_model_info") == 1
    created = current.get().predictor.manifest.created.timestamp()
    assert figure(metrics, "textops_model_created_timestamp_seconds") == pytest.approx(created, abs=0.01)
    current.close()


def test_a_version_that_cannot_be_loaded_changes_nothing_and_is_said_once(
    registry: Registry, errors: list[str], tmp_path: Path
) -> None:
    current, metrics = loaded(registry.root)
    current.get().version = replace(registry.version("tiny", 1), number=0)
    spoil(registry)

    outcomes = [reload(current) for _ in range(3)]

    assert {outcome for outcome, _ in outcomes} == {"failed"}
    assert f"{MODEL_FILE} was altered" in outcomes[0][1]
    assert str(tmp_path) not in outcomes[0][1]
    assert len(errors) == 1
    assert "tiny/0 goes on answering" in errors[0]
    assert figure(metrics, "textops_reload_failing") == 1
    assert figure(metrics, "textops_ready") == 1


def test_without_a_model_there_is_none_to_get_until_one_is_promoted(
    tmp_path: Path, tiny_bundle: Path, errors: list[str]
) -> None:
    current, metrics = loaded(tmp_path / "registry")
    with pytest.raises(ProblemError, match="there is no model to serve"):
        current.get()
    assert (current.version, reload(current)[0]) == (None, "failed")
    # What was said at the start is not said again at each look.
    (said,) = errors
    assert "nothing to serve" in said
    assert figure(metrics, "textops_model_created_timestamp_seconds") == 0
    assert figure(metrics, "textops_ready") == 0

    registry = Registry(tmp_path / "registry")
    promote(registry, registry.register(tiny_bundle))

    assert reload(current)[0] == "reloaded"
    assert current.check().number == 1
    assert figure(metrics, "textops_ready") == 1
    assert figure(metrics, "textops_reload_failing") == 0


def test_a_model_that_is_altered_from_the_start_is_said_to_be(registry: Registry) -> None:
    spoil(registry)
    current, _ = loaded(registry.root)

    with pytest.raises(ProblemError, match="altered") as caught:
        current.check()

    assert str(registry.root) not in caught.value.detail
    current.close()


def test_a_file_that_goes_away_while_it_is_read_is_a_failure_like_another(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    current, _ = loaded(registry.root)

    def lose(*_: object) -> Version:
        raise FileNotFoundError(2, "No such file or directory", "/some/where/bundle.json")

    monkeypatch.setattr(Registry, "find", lose)

    outcome, message = reload(current)

    assert (outcome, "/some/where" in message) == ("failed", False)
    assert current.version is not None


def test_it_follows_the_registry_until_it_is_cancelled(
    registry: Registry, tmp_path: Path, make_bundle: "BundleFactory"
) -> None:
    current, _ = loaded(registry.root)

    async def follow() -> None:
        following = asyncio.create_task(current.follow())
        promote(registry, registry.register(make_bundle(tmp_path / "second", points=3.0)))
        async with asyncio.timeout(60):
            while current.version is None or current.version.number != 2:  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(0.01)
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following

    asyncio.run(follow())


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("/srv/a b/tiny/model.onnx was altered: see", "model.onnx was altered: see"),
        ("'/srv/models' is empty", "'models' is empty"),
        ("~/models/registry is empty", "registry is empty"),
        ("gs://bucket/models/tiny/1 is broken", "gs://bucket/models/tiny/1 is broken"),
        ("tiny/3 is not there", "tiny/3 is not there"),
        ("either/or", "either/or"),
    ],
)
def test_messages_lose_the_folders_of_the_machine(message: str, told: str) -> None:
    assert without_folders(message) == told
