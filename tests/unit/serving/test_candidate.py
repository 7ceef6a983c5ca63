"""A second version on a share of the traffic; both versions know the same words and tell them apart by their labels."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import onnxruntime
import pytest
from fastapi.testclient import TestClient
from loguru import logger

from textops.bundle import MODEL_FILE
from textops.inference import Predictor
from textops.prediction_log import PredictionLogSettings
from textops.registry import Registry, Version
from textops.serving import shadow
from textops.serving.api import create_app
from textops.serving.served_model import ServedModel
from textops.serving.settings import ServingSettings
from textops.text.ngrams import NgramTokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.conftest import BundleFactory
    from textops.text.tokenizer import Feed

TEXTS = [f"a goal of team {number}" for number in range(100)]
# A shadow takes a tenth of the time at most: of many texts, a busy machine makes minutes.
FEW = TEXTS[:20]
# What version 2 says of a goal, which is sport for version 1.
OTHER_WAY_ROUND = {"goal": "tech", "chip": "sport", "code": "tech"}
SECONDS = 60


@pytest.fixture
def registry(tmp_path: Path, tiny_bundle: Path, make_bundle: "BundleFactory") -> Registry:
    """Version 1 in production, version 2 in staging."""
    registry = Registry(tmp_path / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    second = registry.register(make_bundle(tmp_path / "second", keywords=OTHER_WAY_ROUND))
    registry.point(second, "staging", after=None)
    return registry


@pytest.fixture
def said() -> Iterator[list[str]]:
    lines: list[str] = []
    sink = logger.add(lambda message: lines.append(str(message).strip()), format="{level} {message}", level="INFO")
    yield lines
    logger.remove(sink)


@pytest.fixture
def start(registry: Registry) -> Iterator[Callable[..., TestClient]]:
    """Start services that end with the test; they look into the registry when they are told to."""
    clients: list[TestClient] = []

    def start_service(log: PredictionLogSettings | None = None, **given: object) -> TestClient:
        settings = ServingSettings.model_validate({"registry": str(registry.root), "reload_seconds": 0, **given})
        client = TestClient(create_app(settings, log_settings=log))
        clients.append(client)
        return client.__enter__()

    yield start_service
    for client in clients:
        client.__exit__(None, None, None)


def versions(client: TestClient, texts: "Sequence[str]" = TEXTS, **headers: str) -> list[int]:
    """Return which version answers each of the texts, alone."""
    answers = [client.post("/predict", json={"text": text}, headers=headers).json() for text in texts]
    return [answer["model"]["version"] for answer in answers]


def figure(client: TestClient, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.rsplit(" ", 1)[0] == name)


def candidate(client: TestClient) -> dict[str, object]:
    found: dict[str, object] = client.get("/model").json()["candidate"]
    return found


def move(registry: Registry, version: str, alias: str) -> None:
    registry.point(registry.find(version), alias, after=registry.alias("tiny", alias))


def wait_for(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_without_a_share_production_answers_all_and_nothing_is_loaded(start: Callable[..., TestClient]) -> None:
    client = start()
    assert set(versions(client)) == {1}
    assert client.get("/model").json()["candidate"] is None
    assert figure(client, "textops_canary_share_ratio") == 0


def test_the_candidate_answers_its_share_and_always_the_same_texts(start: Callable[..., TestClient]) -> None:
    client = start(canary="30%")
    first = versions(client)
    # then: about so many, and the same again, also for a service that has just been started
    assert 20 <= Counter(first)[2] <= 40
    assert versions(client) == first
    assert versions(start(canary=0.3)) == first
    # and: a larger share only adds
    larger = versions(start(canary="60%"))
    assert all(new == 2 for old, new in zip(first, larger, strict=True) if old == 2)
    # and: it is said who answers
    assert candidate(client) == {
        "model": {"name": "tiny", "version": 2},
        "canary": 0.3,
        "shadow": 0.0,
        "detail": "tiny/2 answers 30 % of the requests",
    }
    assert figure(client, 'textops_candidate_info{name="tiny",version="2"}') == 1
    assert figure(client, "textops_canary_share_ratio") == 0.3
    assert figure(client, 'textops_predictions_total{label="tech",model_version="2"}') == 2 * Counter(first)[2]
    assert figure(client, "textops_candidate_inference_seconds_count") >= 2 * Counter(first)[2]


def test_all_texts_of_a_client_get_one_version(start: Callable[..., TestClient]) -> None:
    client = start(canary="50%")
    answered = {name: set(versions(client, **{"X-Client-Id": name})) for name in ("ann", "bob", "eve", "joe", "kim")}
    assert all(len(found) == 1 for found in answered.values())
    assert set.union(*answered.values()) == {1, 2}


def test_all_texts_of_a_request_get_the_version_of_its_first_text(start: Callable[..., TestClient]) -> None:
    client = start(canary="50%")
    alone = dict(zip(TEXTS, versions(client), strict=True))
    for first in TEXTS[:10]:
        batch = client.post("/predict/batch", json={"texts": [first, *TEXTS[:30]]}).json()["predictions"]
        assert {answer["model"]["version"] for answer in batch} == {alone[first]}
        explained = client.post("/explain", json={"text": first, "label": "tech"})
        assert explained.status_code == 200
        assert explained.json()["model"]["version"] == alone[first]
        assert explained.json()["label"] == ("tech" if alone[first] == 2 else "sport")


def test_a_stream_gets_one_version_however_long_it_is(start: Callable[..., TestClient]) -> None:
    client = start(canary="50%")
    alone = versions(client)
    for first in (alone.index(1), alone.index(2)):
        lines = "".join(f'{{"text": "{text}"}}\n' for text in [TEXTS[first], *TEXTS])
        headers = {"content-type": "application/x-ndjson"}
        answers = client.post("/predict/batch", content=lines, headers=headers).text.splitlines()
        assert len(answers) == len(TEXTS) + 1
        assert all(f'"version":{alone[first]}' in line for line in answers)


def test_who_names_a_version_gets_no_other(start: Callable[..., TestClient]) -> None:
    client = start(canary="100%")
    body = {"inputs": [{"name": "text", "datatype": "BYTES", "shape": [1], "data": ["a goal"]}]}
    named = client.post("/v2/models/tiny/versions/1/infer", json=body).json()
    unnamed = client.post("/v2/models/tiny/infer", json=body).json()
    assert (named["model_version"], unnamed["model_version"]) == ("1", "2")


def test_a_promoted_candidate_answers_all_and_a_rollback_ends_that(
    start: Callable[..., TestClient], registry: Registry
) -> None:
    client = start(canary="50%")
    assert set(versions(client)) == {1, 2}
    # when
    move(registry, "tiny/2", "production")
    assert client.post("/admin/reload").json()["outcome"] == "reloaded"
    # then
    assert set(versions(client)) == {2}
    assert candidate(client)["detail"] == "tiny/2 answers already"
    assert figure(client, "textops_canary_share_ratio") == 0
    assert figure(client, 'textops_candidate_info{name="tiny",version="2"}') == 0
    # and
    registry.rollback("tiny")
    client.post("/admin/reload")
    assert set(versions(client)) == {1, 2}


def test_the_candidate_follows_its_alias(
    start: Callable[..., TestClient], registry: Registry, tmp_path: Path, make_bundle: "BundleFactory"
) -> None:
    client = start(canary="100%")
    registry.register(make_bundle(tmp_path / "third", points=3.0))
    move(registry, "tiny/3", "staging")
    assert client.post("/admin/reload").json()["outcome"] == "unchanged"
    assert set(versions(client)) == {3}


def test_a_candidate_may_be_named(start: Callable[..., TestClient], registry: Registry) -> None:
    move(registry, "tiny/1", "staging")
    assert set(versions(start(canary="100%", candidate="tiny/2"))) == {2}


def test_a_named_candidate_that_is_not_there_leaves_all_to_production(start: Callable[..., TestClient]) -> None:
    client = start(canary="100%", candidate="tiny@next")
    assert set(versions(client)) == {1}
    assert "next" in str(candidate(client)["detail"])
    assert figure(client, "textops_candidate_failing") == 1


def test_no_staging_is_no_fault(tmp_path: Path, tiny_bundle: Path, said: list[str]) -> None:
    registry = Registry(tmp_path / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    with TestClient(create_app(ServingSettings(registry=str(registry.root), canary=0.5))) as client:
        assert set(versions(client)) == {1}
        assert figure(client, "textops_candidate_failing") == 0
    assert said.count("INFO candidate: tiny has no alias staging") == 1
    assert not any(line.startswith("ERROR") for line in said)


def test_a_service_without_any_model_is_not_ready_with_a_share_either(tmp_path: Path) -> None:
    with TestClient(create_app(ServingSettings(registry=str(tmp_path), canary=0.5))) as client:
        assert client.post("/predict", json={"text": "a goal"}).status_code == 503


def spoil(registry: Registry, _folder: Path, _make_bundle: "BundleFactory") -> str:
    (registry.resolve("tiny/2") / MODEL_FILE).write_bytes(b"altered")
    return "was altered"


def change_classes(registry: Registry, folder: Path, make_bundle: "BundleFactory") -> str:
    registry.register(make_bundle(folder / "classes", keywords={}, classes=("tech", "sport")))
    move(registry, "tiny/3", "staging")
    return "tiny/3 has other classes than tiny/1, or in another order"


@pytest.mark.parametrize("change", [spoil, change_classes])
def test_a_candidate_that_cannot_be_tried_leaves_all_to_production(
    start: Callable[..., TestClient],
    registry: Registry,
    tmp_path: Path,
    make_bundle: "BundleFactory",
    said: list[str],
    change: Callable[..., str],
) -> None:
    reason = change(registry, tmp_path, make_bundle)
    client = start(canary="100%")
    for _ in range(3):
        client.post("/admin/reload")
    assert set(versions(client)) == {1}
    assert reason in str(candidate(client)["detail"])
    assert str(tmp_path) not in str(candidate(client)["detail"])
    assert figure(client, "textops_candidate_failing") == 1
    assert figure(client, "textops_canary_share_ratio") == 0
    assert len([line for line in said if line.startswith("ERROR candidate") and reason in line]) == 1


def test_a_version_of_another_model_is_no_candidate(
    start: Callable[..., TestClient], registry: Registry, tmp_path: Path, make_bundle: "BundleFactory"
) -> None:
    registry.register(make_bundle(tmp_path / "other", name="large"))
    client = start(canary="100%", candidate="large/1")
    assert set(versions(client)) == {1}
    assert candidate(client)["detail"] == "large/1 is no version of tiny, the model that answers"


def test_a_registry_that_is_away_for_a_moment_changes_nothing(
    start: Callable[..., TestClient], registry: Registry, tmp_path: Path
) -> None:
    client = start(canary="100%")
    Path(registry.root).rename(tmp_path / "away")
    Path(registry.root).write_text("no folder")
    assert client.post("/admin/reload").status_code == 409
    assert set(versions(client)) == {2}
    assert figure(client, "textops_candidate_failing") == 1


@dataclass(frozen=True)
class FailingTokenizer(NgramTokenizer):
    """A tokenizer whose ids, once it is broken, lie outside the model's table."""

    broken: Event = field(default_factory=Event)

    def encode(self, texts: "Sequence[str]") -> "Feed":
        feed = super().encode(texts)
        return feed | {"input_ids": feed["input_ids"] + 10**6} if self.broken.is_set() else feed


@pytest.fixture
def tokenizer(monkeypatch: pytest.MonkeyPatch) -> FailingTokenizer:
    """Break it, and version 2 fails at every text."""
    tokenizer = FailingTokenizer(word_bits=12, character_bits=4)
    load = ServedModel.of_version

    def load_failing(version: Version, settings: ServingSettings) -> ServedModel:
        if version.number != 2:
            return load(version, settings)
        session = onnxruntime.InferenceSession(version.path / MODEL_FILE)
        return ServedModel(version, Predictor(version.manifest, tokenizer, session), settings)

    monkeypatch.setattr(ServedModel, "of_version", load_failing)
    return tokenizer


@pytest.mark.parametrize("batching", ["inline", "queue"])
def test_production_answers_where_the_candidate_fails(
    start: Callable[..., TestClient], tokenizer: FailingTokenizer, said: list[str], batching: str
) -> None:
    client = start(canary="100%", batching=batching)
    tokenizer.broken.set()
    assert set(versions(client)) == {1}
    batch = client.post("/predict/batch", json={"texts": TEXTS[:3]})
    assert {answer["model"]["version"] for answer in batch.json()["predictions"]} == {1}
    assert client.post("/explain", json={"text": "a goal"}).json()["model"]["version"] == 1
    # then: counted each time, said once
    assert figure(client, "textops_candidate_failures_total") == len(TEXTS) + 2
    assert len([line for line in said if "the candidate tiny/2 fails" in line]) == 1
    # and
    tokenizer.broken.clear()
    assert set(versions(client)) == {2}


def test_a_candidate_that_takes_too_long_leaves_time_for_production(
    start: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = hold_up_candidate(monkeypatch)
    client = start(canary="100%", batching="queue", timeout_seconds=2)
    response = client.post("/predict", json={"text": "a goal"})
    hold.set()
    assert response.json()["model"]["version"] == 1
    assert figure(client, "textops_candidate_failures_total") == 1


def hold_up_candidate(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Let version 2 answer nothing until an event is set."""
    predict, hold = ServedModel.predict, Event()

    def predict_late(self: ServedModel, texts: "Sequence[str]") -> object:
        if self.version.number == 2:
            hold.wait(SECONDS)
        return predict(self, texts)

    monkeypatch.setattr(ServedModel, "predict", predict_late)
    return hold


@pytest.mark.parametrize("batching", ["inline", "queue"])
def test_a_shadow_is_compared_and_kept_and_answers_nothing(
    start: Callable[..., TestClient], tmp_path: Path, batching: str
) -> None:
    # given
    file = tmp_path / "log.sqlite"
    log = PredictionLogSettings.model_validate({"database_url": f"sqlite:///{file}", "log_flush_seconds": 0.05})
    client = start(log, shadow="100%", batching=batching)
    # when: of a goal they say different things, of code the same
    assert set(versions(client, FEW)) == {1}
    client.post("/predict/batch", json={"texts": ["some code", "more code"]})
    # then
    compared = 'textops_shadow_comparisons_total{{agreement="{}"}}'.format
    wait_for(lambda: figure(client, compared("different")) + figure(client, compared("same")) == len(FEW) + 2)
    assert figure(client, compared("different")) == len(FEW)
    assert figure(client, "textops_shadow_share_ratio") == 1
    wait_for(lambda: figure(client, "textops_prediction_log_written_total") == 2 * (len(FEW) + 2))
    with closing(sqlite3.connect(file)) as connection:
        answered = connection.execute(
            "select p.label, s.label, s.model_version, count(*) from shadow_predictions s join predictions p using "
            "(prediction_id) where p.model_version = 1 group by 1, 2, 3 order by 4"
        ).fetchall()
        assert connection.execute("select count(*) from predictions").fetchone() == (len(FEW) + 2,)
    assert answered[-1] == ("sport", "tech", 2, len(FEW))


def test_a_shadow_delays_no_answer_however_long_it_takes(
    start: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = hold_up_candidate(monkeypatch)
    client = start(shadow="100%", batching="queue")
    different = 'textops_shadow_comparisons_total{agreement="different"}'
    # when: answers come while the shadow has none
    for text in TEXTS[:5]:
        assert client.post("/predict", json={"text": text}).json()["model"]["version"] == 1
    assert figure(client, different) == 0
    hold.set()
    # then
    wait_for(lambda: figure(client, different) == 5)


def test_a_shadow_of_a_share_is_asked_about_that_share(start: Callable[..., TestClient]) -> None:
    client = start(shadow="30%")
    tried = Counter(versions(start(canary="30%")))[2]
    versions(client)
    wait_for(lambda: figure(client, 'textops_shadow_comparisons_total{agreement="different"}') == tried)


def test_a_shadow_that_fails_is_counted_and_disturbs_nobody(
    start: Callable[..., TestClient], tokenizer: FailingTokenizer
) -> None:
    client = start(shadow="100%")
    tokenizer.broken.set()
    assert set(versions(client, FEW)) == {1}
    wait_for(lambda: figure(client, "textops_candidate_failures_total") == len(FEW))
    tokenizer.broken.clear()
    client.post("/predict", json={"text": "a goal"})
    wait_for(lambda: figure(client, 'textops_shadow_comparisons_total{agreement="different"}') == 1)


def test_what_does_not_fit_is_dropped_and_counted(
    start: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "MOST_WAITING", 10)
    client = start(shadow="100%")
    assert client.post("/predict/batch", json={"texts": TEXTS}).status_code == 200
    assert figure(client, "textops_shadow_dropped_total") == len(TEXTS) - 10
    wait_for(lambda: figure(client, 'textops_shadow_comparisons_total{agreement="different"}') == 10)
