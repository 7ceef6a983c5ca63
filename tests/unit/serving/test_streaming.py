import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import onnxruntime
import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

from textops.inference import Prediction, Predictor
from textops.inference.scores import StageTimes
from textops.prediction_log import LogState
from textops.registry import Registry
from textops.serving.admission import MOST_TEXTS
from textops.serving.api import Api, create_app
from textops.serving.line_schemas import AnsweredLine, RefusedLine
from textops.serving.schemas import Problem
from textops.serving.service import Service
from textops.serving.settings import ServingSettings

SPORT = "the goal of the team"
TECH = "a chip with new code"
NDJSON = {"content-type": "application/x-ndjson"}


@pytest.fixture
def settings(tmp_path: Path, tiny_bundle: Path) -> ServingSettings:
    """Small limits, and a registry with one version of `tiny` in production."""
    registry = Registry(tmp_path / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    return ServingSettings(
        registry=str(registry.root), max_body_bytes=2_000, max_text_characters=500, max_batch_texts=4, body_seconds=60
    )


@pytest.fixture
def hasty(settings: ServingSettings) -> ServingSettings:
    """The same, and nobody is waited for."""
    return settings.model_copy(update={"body_seconds": 0.2})


@pytest.fixture
def client(settings: ServingSettings) -> Iterator[TestClient]:
    with TestClient(create_app(settings)) as client:
        yield client


def post(client: TestClient, content: str | bytes) -> list[dict[str, Any]]:
    response = client.post("/predict/batch", content=content, headers=NDJSON)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in response.text.splitlines()]


def lines(*documents: object) -> str:
    return "".join(json.dumps(document) + "\n" for document in documents)


def test_each_line_gets_an_answer_in_its_place(client: TestClient) -> None:
    found = post(client, lines({"text": TECH}, {"id": "b", "text": SPORT}, {"id": 3, "title": SPORT, "text": "x"}))

    answers = [AnsweredLine.model_validate(line) for line in found]
    assert [(answer.line, answer.id, answer.label) for answer in answers] == [
        (1, None, "tech"),
        (2, "b", "sport"),
        (3, 3, "sport"),
    ]
    assert "id" not in found[0]
    assert len({answer.prediction_id for answer in answers}) == 3


def test_there_may_be_more_texts_and_bytes_than_one_body_may_have(client: TestClient) -> None:
    found = post(client, lines(*({"id": number, "text": f"{SPORT} {number}"} for number in range(1_500))))

    assert [line["id"] for line in found] == list(range(1_500))
    assert 'textops_predictions_total{label="sport",model_version="1"} 1500.0' in client.get("/metrics").text


@pytest.mark.parametrize(
    ("line", "error", "pointer"),
    [
        ('{"id": 7, "text": " "}', "invalid_body", "/text"),
        ('{"id": 7, "text": 5}', "invalid_body", "/text"),
        ('{"id": 7}', "invalid_body", "/text"),
        ('{"id": 7, "text": "a", "language": "en"}', "invalid_body", "/language"),
        ('{"id": 7, "text": "a", "text": "b"}', "invalid_body", "/text"),
        ('{"id": 7, "text": "' + "x" * 501 + '"}', "invalid_body", "/text"),
        ('{"id": 7, "text": "cut off', "invalid_json", ""),
        ("[]", "invalid_body", ""),
        ("nonsense", "invalid_json", ""),
        ("[" * 1_500, "invalid_json", ""),
        ('{"id": true, "text": "a"}', "invalid_body", "/id"),
        ('{"id": 9007199254740992, "text": "a"}', "invalid_body", "/id"),
        ('{"id": 1.5, "text": "a"}', "invalid_body", "/id"),
        ('{"id": "' + "x" * 129 + '", "text": "a"}', "invalid_body", "/id"),
        ('{"id": {"a": 1}, "text": "a"}', "invalid_body", "/id"),
        ('{"text": "\\ud800"}', "invalid_json", ""),
        ('{"text": "' + "x" * 3_000 + '"}', "line_too_large", None),
    ],
)
def test_a_bad_line_gets_a_problem_and_ends_nothing(
    client: TestClient, line: str, error: str, pointer: str | None
) -> None:
    first, bad, last = post(client, lines({"text": SPORT}) + line + "\n" + lines({"text": TECH}))

    refused = RefusedLine.model_validate(bad)
    assert (refused.line, refused.problem.error) == (2, error)
    assert (refused.id == 7) == (line.startswith('{"id": 7') and error == "invalid_body")
    assert pointer == (None if refused.problem.errors is None else refused.problem.errors[0].pointer)
    assert (first["label"], last["label"], last["line"]) == ("sport", "tech", 3)


def test_what_is_no_utf_8_is_a_bad_line(client: TestClient) -> None:
    bad, good = post(client, b'{"text": "\xff"}\n' + lines({"text": SPORT}).encode())

    assert (bad["problem"]["error"], good["label"]) == ("invalid_json", "sport")


def test_blank_lines_are_counted_and_passed_over(client: TestClient) -> None:
    found = post(client, "\n \r\n" + json.dumps({"text": SPORT}) + "\r\n\n" + json.dumps({"text": TECH}))

    assert [(line["line"], line["label"]) for line in found] == [(3, "sport"), (5, "tech")]


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_nothing_is_answered_with_nothing(client: TestClient, content: bytes) -> None:
    assert post(client, content) == []


@pytest.mark.parametrize("content_type", ["application/x-ndjson; charset=utf-8", "Application/X-NDJSON"])
def test_lines_may_be_announced_in_several_ways(client: TestClient, content_type: str) -> None:
    response = client.post("/predict/batch", content=lines({"text": SPORT}), headers={"content-type": content_type})

    assert response.json()["label"] == "sport"


@pytest.mark.parametrize(
    "headers", [{"content-type": "application/x-ndjson; charset=latin-1"}, NDJSON | {"content-encoding": "gzip"}]
)
def test_other_encodings_are_refused(client: TestClient, headers: dict[str, str]) -> None:
    response = client.post("/predict/batch", content=lines({"text": SPORT}), headers=headers)

    assert response.status_code == 415
    assert Problem.model_validate(response.json())


def test_a_text_that_is_cut_says_so(settings: ServingSettings) -> None:
    with TestClient(create_app(settings.model_copy(update={"long_texts": "cut"}))) as client:
        (answer,) = post(client, lines({"text": f"{SPORT} " * 50}))

    assert answer["truncated"] is True


def test_without_a_model_the_stream_is_refused_as_a_whole(tmp_path: Path) -> None:
    with TestClient(create_app(ServingSettings(registry=str(tmp_path / "empty")))) as client:
        response = client.post("/predict/batch", content=lines({"text": SPORT}), headers=NDJSON)

    assert response.status_code == 503


class Conversation:
    """A client that sends and reads piece by piece."""

    def __init__(self, app: Api) -> None:
        self.service: Service = app.state.service
        self.sent: asyncio.Queue[Message] = asyncio.Queue()
        self._pieces: asyncio.Queue[Message] = asyncio.Queue()
        self.reads = asyncio.Event()
        self.reads.set()
        scope = {"type": "http", "method": "POST", "path": "/predict/batch", "query_string": b""}
        scope["headers"] = [(b"content-type", b"application/x-ndjson"), (b"x-request-id", b"mine")]
        self.task = asyncio.create_task(app(scope, self._pieces.get, self._send))

    async def _send(self, message: Message) -> None:
        await self.reads.wait()
        self.sent.put_nowait(message)

    def say(self, content: bytes | str, *, more: bool = True) -> None:
        body = content.encode() if isinstance(content, str) else content
        self._pieces.put_nowait({"type": "http.request", "body": body, "more_body": more})

    def leave(self) -> None:
        self._pieces.put_nowait({"type": "http.disconnect"})

    async def hear(self) -> Message:
        return await asyncio.wait_for(self.sent.get(), 60)

    async def hear_lines(self) -> list[dict[str, Any]]:
        message = await self.hear()
        return [json.loads(line) for line in message["body"].splitlines()]


@asynccontextmanager
async def conversation(settings: ServingSettings) -> AsyncIterator[Conversation]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        talk = Conversation(app)
        yield talk
        talk.task.cancel()
        await asyncio.gather(talk.task, return_exceptions=True)
        assert talk.service.admission.texts == talk.service.admission.body_bytes == 0


def test_a_line_is_answered_before_the_next_one_comes(settings: ServingSettings) -> None:
    async def talk() -> None:
        async with conversation(settings) as client:
            client.say('{"text": "the go')
            client.say('al"}\n{"text":')
            assert (await client.hear())["status"] == 200
            assert [line["label"] for line in await client.hear_lines()] == ["sport"]
            client.say('"the chip"}', more=False)
            assert [line["label"] for line in await client.hear_lines()] == ["tech"]
            assert await client.hear() == {"type": "http.response.body", "body": b"", "more_body": False}
            await client.task

    asyncio.run(talk())


def test_a_client_that_leaves_ends_the_work(settings: ServingSettings) -> None:
    async def talk() -> None:
        async with conversation(settings) as client:
            client.say(lines({"text": SPORT}) + '{"text": "half')
            await client.hear()
            client.leave()
            await asyncio.wait_for(client.task, 60)

    asyncio.run(talk())


def test_a_client_that_does_not_read_is_given_up(hasty: ServingSettings) -> None:
    async def talk() -> None:
        async with conversation(hasty) as client:
            client.reads.clear()
            client.say(lines({"text": SPORT}))
            await asyncio.wait_for(client.task, 60)
            assert client.sent.empty()

    asyncio.run(talk())


def test_a_client_that_stops_sending_is_told_at_which_line(hasty: ServingSettings) -> None:
    async def talk() -> None:
        async with conversation(hasty) as client:
            client.say(lines({"text": SPORT}) + '{"text": "half')
            await client.hear()
            await client.hear()
            (line,) = await client.hear_lines()
            assert (line["line"], line["problem"]["error"]) == (2, "body_too_slow")
            assert line["problem"]["request_id"] == "mine"

    asyncio.run(talk())


def test_a_client_that_never_begins_gets_a_problem(hasty: ServingSettings) -> None:
    async def talk() -> None:
        async with conversation(hasty) as client:
            assert (await client.hear())["status"] == 408

    asyncio.run(talk())


def test_a_line_without_end_takes_no_more_room_than_one_line(settings: ServingSettings) -> None:
    async def talk() -> None:
        roomy = settings.model_copy(update={"max_body_bytes": 100_000, "max_waiting_bytes": 250_000})
        async with conversation(roomy) as client:
            client.say('{"text": "')
            for _ in range(9):
                client.say(b"x" * 10_000)
            await until(lambda: client.service.admission.body_bytes == 100_000)
            for _ in range(20):
                client.say(b"x" * 10_000)
            await until(lambda: client.service.admission.body_bytes == 0)
            client.say("\n" + lines({"text": SPORT}), more=False)
            await client.hear()
            bad, good = await client.hear_lines()
            assert (bad["problem"]["error"], good["label"]) == ("line_too_large", "sport")

    asyncio.run(talk())


def test_a_long_line_finds_no_room_where_others_have_it(settings: ServingSettings) -> None:
    async def talk() -> None:
        roomy = settings.model_copy(update={"max_body_bytes": 100_000, "max_waiting_bytes": 150_000})
        async with conversation(roomy) as client:
            client.service.admission.reserve(100_000)
            client.say(b'{"text": "' + b"x" * 70_000)
            client.say(b'"}\n' + lines({"text": SPORT}).encode(), more=False)
            await client.hear()
            bad, good = await client.hear_lines()
            assert (bad["line"], bad["problem"]["error"], good["label"]) == (1, "overloaded", "sport")
            client.service.admission.release(100_000)

    asyncio.run(talk())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 (what the service counts tells nobody)
            await asyncio.sleep(0.001)


def test_a_stream_that_has_not_begun_is_refused_under_overload(settings: ServingSettings) -> None:
    async def talk() -> None:
        async with conversation(settings) as client:
            client.service.admission.enter(MOST_TEXTS)
            client.say(lines({"text": SPORT}))
            assert (await client.hear())["status"] == 429
            client.service.admission.leave(MOST_TEXTS)

    asyncio.run(talk())


def test_a_stream_that_has_begun_waits_for_room(settings: ServingSettings) -> None:
    async def talk() -> None:
        async with conversation(settings) as client:
            client.say(lines({"text": SPORT}))
            await client.hear()
            await client.hear()
            client.service.admission.enter(MOST_TEXTS)
            client.say(lines({"text": TECH}))
            await asyncio.sleep(0.05)
            assert client.sent.empty()
            client.service.admission.leave(MOST_TEXTS)
            assert [line["label"] for line in await client.hear_lines()] == ["tech"]

    asyncio.run(talk())


def test_a_stream_that_waits_too_long_for_room_is_told_line_by_line(settings: ServingSettings) -> None:
    async def talk() -> None:
        async with conversation(settings.model_copy(update={"timeout_seconds": 0.1})) as client:
            client.say(lines({"text": SPORT}))
            await client.hear()
            await client.hear()
            client.service.admission.enter(MOST_TEXTS)
            client.say(lines({"id": 5, "text": TECH}, {"text": 5}))
            found = await client.hear_lines()
            assert [line["problem"]["error"] for line in found] == ["overloaded", "invalid_body"]
            assert found[0]["id"] == 5
            client.service.admission.leave(MOST_TEXTS)

    asyncio.run(talk())


def test_a_fault_is_that_of_the_lines_it_meets(settings: ServingSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Predictor.predict

    def predict(predictor: Predictor, texts: list[str], times: StageTimes | None = None) -> list[Prediction]:
        if "break" in texts:
            raise onnxruntime.capi.onnxruntime_pybind11_state.RuntimeException("inside")
        return real(predictor, texts, times)

    async def talk() -> None:
        async with conversation(settings) as client:
            client.say(lines({"text": SPORT}))
            await client.hear()
            await client.hear()
            monkeypatch.setattr(Predictor, "predict", predict)
            client.say(lines({"text": "break"}))
            (line,) = await client.hear_lines()
            assert line["problem"]["error"] == "internal_error"
            client.say(lines({"text": TECH}))
            assert [line["label"] for line in await client.hear_lines()] == ["tech"]

    asyncio.run(talk())


class BusyLog:
    """A log whose database cannot keep up until it is told so."""

    def __init__(self) -> None:
        self.state = LogState(waiting=10**6, dropped=0, written=0, reachable=True, error=None)
        self.rows = 0

    def record(self, rows: list[object]) -> None:
        self.rows += len(rows)


@pytest.mark.parametrize("relief", [{"waiting": 0}, {"reachable": False}])
def test_a_stream_waits_for_a_log_that_writes(settings: ServingSettings, relief: dict[str, Any]) -> None:
    async def talk() -> None:
        async with conversation(settings) as client:
            log = BusyLog()
            client.service.log = log  # type: ignore[assignment]
            client.say(lines({"text": SPORT}))
            await asyncio.sleep(0.05)
            assert client.sent.empty()
            log.state = LogState(
                **{"waiting": 10**6, "dropped": 0, "written": 0, "reachable": True, "error": None} | relief
            )
            assert (await client.hear())["status"] == 200
            assert log.rows == 1
            client.service.log = None

    asyncio.run(talk())
