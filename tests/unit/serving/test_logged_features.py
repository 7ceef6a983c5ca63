"""The features of a text, as they are kept with its answer."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import select

from textops.bundle import WORDS_FILE, read_manifest, seal
from textops.errors import BundleError
from textops.inference import Predictor
from textops.prediction_log import PredictionLogSettings
from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.prediction_log.spill import read_spilled
from textops.prediction_log.stored import PREDICTION_COLUMNS
from textops.prediction_log.tables import predictions
from textops.registry import Registry
from textops.serving.api import create_app
from textops.serving.settings import ServingSettings
from textops.text.familiar_words import FamiliarWords
from textops.text.features import FEATURE_NAMES, features_of

TEXT = "The team scored; call +49 170 1234567 or write to ann@example.org!"
FAMILIAR = FamiliarWords.of_texts(["the team scored a goal"])

Logged = Callable[..., list[dict[str, float | None]]]


@pytest.fixture
def logged(tmp_path: Path, make_bundle: Callable[..., Path]) -> Logged:
    """Ask a service, end it, and return the features that its log has."""

    def ask(send: Callable[[TestClient], object], *, words: bool = True, **log: str) -> list[dict[str, float | None]]:
        folder = make_bundle(tmp_path / "bundle")
        if words:
            FAMILIAR.save(folder / WORDS_FILE)
            seal(folder, read_manifest(folder))
        registry = Registry(tmp_path / "registry")
        registry.point(registry.register(folder), "production", after=None)
        url = f"sqlite:///{tmp_path / 'log.sqlite'}"
        settings = PredictionLogSettings.model_validate(
            {"database_url": SecretStr(url), "log_spill": tmp_path / "spill", **log}
        )
        with TestClient(create_app(ServingSettings(registry=str(registry.root)), None, settings)) as client:
            send(client)
        with Database(parse_address(url)).reading() as connection:
            return list(connection.execute(select(predictions.c.features)).scalars())

    return ask


def one(client: TestClient) -> None:
    assert client.post("/predict", json={"text": TEXT}).status_code == 200


def several(client: TestClient) -> None:
    assert client.post("/predict/batch", json={"texts": [TEXT]}).status_code == 200


def lines(client: TestClient) -> None:
    body = orjson.dumps({"text": TEXT}) + b"\n"
    headers = {"Content-Type": "application/x-ndjson"}
    assert client.post("/predict/batch", content=body, headers=headers).status_code == 200


def by_open_inference(client: TestClient) -> None:
    body = {"inputs": [{"name": "text", "datatype": "BYTES", "shape": [1], "data": [TEXT]}]}
    assert client.post("/v2/models/tiny/infer", json=body).status_code == 200


@pytest.mark.parametrize("send", [one, several, lines, by_open_inference])
def test_each_answer_is_logged_with_the_features_of_its_text(
    logged: Logged, send: Callable[[TestClient], None]
) -> None:
    # when
    (features,) = logged(send)
    # then
    assert tuple(features) == FEATURE_NAMES
    assert features == features_of(TEXT, FAMILIAR)
    assert features["unseen_share"] not in {None, 0.0, 1.0}


@pytest.mark.parametrize("policy", ["full", "redacted", "hash", "none"])
def test_the_features_are_those_of_the_text_as_it_came_whatever_is_kept_of_it(logged: Logged, policy: str) -> None:
    assert logged(one, log_text=policy) == [features_of(TEXT, FAMILIAR)]


def test_what_training_has_seen_is_not_known_of_an_old_bundle(logged: Logged) -> None:
    # when
    (features,) = logged(one, words=False)
    # then
    assert features == features_of(TEXT, None)
    assert features["unseen_share"] is None


def test_a_bitmap_of_another_size_is_no_bundle(tmp_path: Path, make_bundle: Callable[..., Path]) -> None:
    # given
    folder = make_bundle(tmp_path / "bundle")
    (folder / WORDS_FILE).write_bytes(b"short")
    seal(folder, read_manifest(folder))
    # then
    with pytest.raises(BundleError, match="5 bytes instead of 262,144"):
        Predictor.load(folder)


def test_rows_that_an_older_textops_has_spilled_have_no_features(tmp_path: Path) -> None:
    # given
    path = tmp_path / "1-1.jsonl"
    old = {name: "x" for name in PREDICTION_COLUMNS if name != "features"}
    path.write_bytes(orjson.dumps(old) + b"\n")
    # when
    found = read_spilled(path)
    # then
    assert found[0] == [(*old.values(), None)]
