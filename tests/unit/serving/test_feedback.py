import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from textops.prediction_log import LoggedFeedback, PredictionLogSettings, new_prediction_id
from textops.registry import Registry
from textops.serving import feedback
from textops.serving.api import create_app
from textops.serving.schemas import Problem
from textops.serving.service import Service
from textops.serving.settings import ServingSettings

if TYPE_CHECKING:
    from tests.conftest import BundleFactory

SPORT = "the goal of the team"


@pytest.fixture
def log(tmp_path: Path) -> PredictionLogSettings:
    return PredictionLogSettings(
        database_url=SecretStr(f"sqlite:///{tmp_path}/log.sqlite"), log_flush_seconds=0.02, log_spill=tmp_path / "spill"
    )


@pytest.fixture
def client(settings: ServingSettings, log: PredictionLogSettings) -> Iterator[TestClient]:
    with TestClient(create_app(settings, log_settings=log)) as client:
        yield client


def rows(tmp_path: Path, statement: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(tmp_path / "log.sqlite") as connection:
        return connection.execute(statement).fetchall()


def wait_until_written(client: TestClient, rows: int) -> None:
    deadline = time.monotonic() + 60
    log = service_of(client).log
    assert log is not None
    while log.state.written < rows:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def service_of(client: TestClient) -> Service:
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    return service


def answered(client: TestClient) -> str:
    prediction_id: str = client.post("/predict", json={"text": SPORT}).json()["prediction_id"]
    return prediction_id


def id_of(seconds_ago: float) -> str:
    """An id like ours, of another time."""
    digits = f"{int((time.time() - seconds_ago) * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}{new_prediction_id()[13:]}"


def problem_of(client: TestClient, body: object, status: int, error: str) -> Problem:
    response = client.post("/feedback", json=body)
    assert response.status_code == status, response.text
    problem = Problem.model_validate(response.json())
    assert problem.error == error
    return problem


def test_feedback_is_accepted_and_kept(client: TestClient, tmp_path: Path) -> None:
    prediction_id = answered(client)

    response = client.post(
        "/feedback",
        json={"prediction_id": prediction_id, "label": "tech", "comment": "about a chip"},
        headers={"X-Request-ID": "mine"},
    )

    assert (response.status_code, response.json()) == (202, {"status": "accepted"})
    wait_until_written(client, 2)
    assert rows(tmp_path, "SELECT prediction_id, request_id, label, comment FROM feedback") == [
        (prediction_id, "mine", "tech", "about a chip")
    ]
    assert 'textops_feedback_total{label="tech"} 1.0' in client.get("/metrics").text


def test_one_answer_may_get_feedback_several_times(client: TestClient, tmp_path: Path) -> None:
    prediction_id = answered(client)

    for label in ("tech", "sport"):
        assert client.post("/feedback", json={"prediction_id": prediction_id, "label": label}).status_code == 202

    wait_until_written(client, 3)
    assert rows(tmp_path, "SELECT label FROM feedback ORDER BY created") == [("tech",), ("sport",)]


def test_an_id_may_be_written_in_another_way(client: TestClient, tmp_path: Path) -> None:
    prediction_id = answered(client)

    response = client.post("/feedback", json={"prediction_id": prediction_id.upper(), "label": "tech"})

    assert response.status_code == 202
    wait_until_written(client, 2)
    assert rows(tmp_path, "SELECT prediction_id FROM feedback") == [(prediction_id,)]


def test_an_unusual_comment_is_kept_too(client: TestClient) -> None:
    body = {"prediction_id": answered(client), "label": "tech", "comment": "nul \x00 and 🏟 and ' -- \u202e"}

    assert client.post("/feedback", json=body).status_code == 202
    wait_until_written(client, 2)


@pytest.mark.parametrize("seconds_ago", [1, -1, -50], ids=["just now", "by a clock ahead", "before a clock went back"])
def test_an_answer_that_another_process_may_not_have_written_yet_is_believed(
    client: TestClient, tmp_path: Path, seconds_ago: float
) -> None:
    wait_until_open(client)

    response = client.post("/feedback", json={"prediction_id": id_of(seconds_ago), "label": "tech"})

    assert response.status_code == 202
    wait_until_written(client, 2)
    assert rows(tmp_path, "SELECT label FROM feedback") == [("tech",)]


@pytest.mark.parametrize(
    "prediction_id", [str(uuid4()), id_of(120), id_of(-120)], ids=["another kind", "old", "of the future"]
)
def test_an_answer_that_nobody_has_given_is_unknown(
    client: TestClient, prediction_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "_LOOKUP_SECONDS", 60)
    wait_until_open(client)

    problem_of(client, {"prediction_id": prediction_id, "label": "tech"}, 404, "unknown_prediction")


def wait_until_open(client: TestClient) -> None:
    """Let the log reach its database: before, it cannot say what it does not know."""
    answered(client)
    wait_until_written(client, 1)


def test_an_answer_that_was_written_long_ago_is_known(client: TestClient) -> None:
    wait_until_open(client)
    old = id_of(3_600)
    service = service_of(client)
    assert service.log is not None
    with sqlite3.connect(service.log._address.file) as connection:  # type: ignore[arg-type]  # noqa: SLF001
        connection.execute("UPDATE predictions SET prediction_id = ?", [old])

    assert client.post("/feedback", json={"prediction_id": old, "label": "tech"}).status_code == 202


def test_an_answer_of_just_now_may_be_on_its_way_from_another_process(client: TestClient) -> None:
    wait_until_open(client)

    response = client.post("/feedback", json={"prediction_id": new_prediction_id(), "label": "tech"})

    assert response.status_code == 202


def test_where_the_database_is_away_feedback_is_taken(settings: ServingSettings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    log = PredictionLogSettings(
        database_url=SecretStr(f"sqlite:///{tmp_path}/file/log.sqlite"), log_spill=tmp_path / "spill"
    )
    with TestClient(create_app(settings, log_settings=log)) as client:
        response = client.post("/feedback", json={"prediction_id": id_of(3_600), "label": "tech"})

    assert response.status_code == 202


@pytest.fixture
def end_of_lookups(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Lookups in the database wait for it, and nobody waits for them for long."""
    ended = threading.Event()

    def wait(_prediction_id: str) -> None:
        ended.wait(60)

    monkeypatch.setattr(feedback, "_LOOKUP_SECONDS", 0.02)
    monkeypatch.setattr(service_of(client).log, "knows", wait)
    return ended


def test_a_database_that_is_slow_keeps_nobody_waiting(
    client: TestClient, end_of_lookups: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(feedback, "_MOST_LOOKUPS", 2)
    body = {"prediction_id": id_of(3_600), "label": "tech"}
    # when
    responses = [client.post("/feedback", json=body) for _ in range(3)]
    end_of_lookups.set()
    # then two were taken unseen, and a third would have needed another thread
    assert [response.status_code for response in responses] == [202, 202, 429]
    assert responses[2].json()["error"] == "overloaded"
    assert "retry-after" in responses[2].headers


def test_a_database_that_hangs_leaves_threads_for_others(
    client: TestClient, end_of_lookups: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(feedback, "_MOST_LOOKUPS", 40)
    body = {"prediction_id": id_of(3_600), "label": "tech"}
    # when: as many as Python has threads for all together, and more
    responses = [client.post("/feedback", json=body) for _ in range(40)]
    started = time.monotonic()
    model = client.get("/model")
    seconds = time.monotonic() - started
    end_of_lookups.set()
    # then
    assert {response.status_code for response in responses} == {202}
    assert model.status_code == 200
    assert seconds < 30


def test_where_nothing_more_fits_the_client_may_ask_again(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    log = service_of(client).log

    def refuse(_row: LoggedFeedback) -> bool:
        return False

    monkeypatch.setattr(log, "record_feedback", refuse)
    response = client.post("/feedback", json={"prediction_id": answered(client), "label": "tech"})

    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert response.json()["error"] == "log_full"
    assert "textops_feedback_total{" not in client.get("/metrics").text


def test_without_a_log_there_is_no_feedback(settings: ServingSettings) -> None:
    with TestClient(create_app(settings)) as client:
        problem = problem_of(client, {"prediction_id": str(uuid4()), "label": "tech"}, 409, "log_off")

    assert "TEXTOPS_DATABASE_URL" in problem.detail


def test_a_class_that_the_model_does_not_have_is_refused_with_those_it_has(client: TestClient) -> None:
    problem = problem_of(client, {"prediction_id": answered(client), "label": "Sport"}, 422, "unknown_label")

    assert problem.errors is not None
    assert problem.errors[0].pointer == "/label"
    assert "it has sport, tech" in problem.detail


@pytest.mark.parametrize(("own", "sent"), [("caf\u00e9", "cafe\u0301"), ("cafe\u0301", "caf\u00e9")])
def test_a_class_is_known_in_either_form_of_unicode_and_kept_as_the_model_has_it(
    tmp_path: Path, make_bundle: "BundleFactory", log: PredictionLogSettings, own: str, sent: str
) -> None:
    registry = Registry(tmp_path / "accents")
    bundle = make_bundle(tmp_path / "bundle", keywords={"goal": "tech"}, classes=(own, "tech"))
    registry.point(registry.register(bundle), "production", after=None)
    with TestClient(create_app(ServingSettings(registry=str(registry.root)), log_settings=log)) as client:
        body = {"prediction_id": answered(client), "label": sent}
        response = client.post("/feedback", json=body)
        explained = client.post("/explain", json={"text": SPORT, "label": sent, "record": False})
        wait_until_written(client, 2)

    assert response.status_code == 202, response.text
    assert rows(tmp_path, "SELECT label FROM feedback") == [(own,)]
    assert explained.status_code == 200, explained.text
    assert any(word["other_contribution"] < 0 for word in explained.json()["words"])


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"prediction_id": "no uuid"}, "/prediction_id"),
        ({"prediction_id": 5}, "/prediction_id"),
        ({"prediction_id": None}, "/prediction_id"),
        ({"label": 5}, "/label"),
        ({"label": None}, "/label"),
        ({"comment": "x" * 2_001}, "/comment"),
        ({"comment": 5}, "/comment"),
        ({"other": 5}, "/other"),
    ],
)
def test_a_wrong_field_is_named_by_its_pointer(client: TestClient, change: dict[str, object], pointer: str) -> None:
    body = {"prediction_id": str(uuid4()), "label": "tech"} | change

    problem = problem_of(client, body, 422, "invalid_body")

    assert problem.errors is not None
    assert [field.pointer for field in problem.errors] == [pointer]


def test_a_member_may_not_be_there_twice(client: TestClient) -> None:
    body = f'{{"prediction_id": "{uuid4()}", "label": "tech", "label": "sport"}}'

    response = client.post("/feedback", content=body, headers={"content-type": "application/json"})

    assert (response.status_code, response.json()["detail"]) == (422, "/label: Field is there more than once")


def test_the_example_of_the_documentation_is_valid(client: TestClient) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/feedback"]["post"]

    example = operation["requestBody"]["content"]["application/json"]["examples"]["feedback"]["value"]
    assert UUID(example["prediction_id"])
    assert client.post("/feedback", json=example | {"prediction_id": answered(client)}).status_code == 202
    assert {"202", "401", "404", "409", "422", "503"} <= set(operation["responses"])
