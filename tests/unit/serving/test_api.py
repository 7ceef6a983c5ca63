import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Protocol
from uuid import UUID

import onnxruntime
import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

from textops.bundle import MODEL_FILE, read_manifest
from textops.inference import Predictor
from textops.registry import Registry, Version
from textops.serving.api import create_app
from textops.serving.schemas import BatchResponse, ModelDescription, PredictionResponse, Problem
from textops.serving.served_model import ServedModel
from textops.serving.settings import ServingSettings
from textops.text.ngrams import NgramTokenizer
from textops.text.tokenizer import Feed

SPORT = "the goal of the team"
TECH = "a chip with new code"


@pytest.fixture
def settings(registry: Registry) -> ServingSettings:
    """Small limits."""
    return ServingSettings(
        registry=str(registry.root), max_body_bytes=2_000, max_text_characters=500, max_batch_texts=4
    )


class Answer(Protocol):
    """What the tests read of a response, of whichever client."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def json(self) -> object: ...


def problem_of(response: Answer, status: int, error: str) -> Problem:
    """Check that a response is this problem and nothing else."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate(response.json())
    assert (problem.status, problem.error) == (status, error)
    assert problem.request_id == response.headers["x-request-id"]
    return problem


def test_a_text_gets_the_answer_of_the_contract(client: TestClient) -> None:
    response = client.post("/predict", json={"text": SPORT})

    assert response.status_code == 200
    assert list(response.json()) == [
        "prediction_id",
        "label",
        "probability",
        "probabilities",
        "needs_review",
        "model",
    ]
    answer = PredictionResponse.model_validate(response.json())
    assert answer.label == "sport"
    assert answer.probability == answer.probabilities["sport"] == max(answer.probabilities.values())
    assert sum(answer.probabilities.values()) == pytest.approx(1)
    assert answer.needs_review is False
    assert (answer.model.name, answer.model.version) == ("tiny", 1)
    assert UUID(answer.prediction_id)


def test_the_api_answers_what_the_predictor_says(client: TestClient, tiny_bundle: Path) -> None:
    (expected,) = Predictor.load(tiny_bundle).predict([TECH])

    assert client.post("/predict", json={"text": TECH}).json()["probabilities"] == expected.probabilities


def test_every_answer_has_an_id_of_its_own(client: TestClient) -> None:
    ids = {client.post("/predict", json={"text": SPORT}).json()["prediction_id"] for _ in range(3)}

    assert len(ids) == 3


def test_an_uncertain_answer_asks_for_review(client: TestClient) -> None:
    assert client.post("/predict", json={"text": "nothing known"}).json()["needs_review"] is True


def test_a_title_counts_like_a_line_in_front_of_the_text(client: TestClient) -> None:
    apart = client.post("/predict", json={"title": SPORT, "text": "nothing known"}).json()
    joined = client.post("/predict", json={"text": f"{SPORT}\nnothing known"}).json()

    assert apart["probabilities"] == joined["probabilities"]
    assert apart["label"] == "sport"


@pytest.mark.parametrize("batching", ["inline", "queue"])
def test_a_long_text_is_cut_and_the_answer_says_so_where_the_settings_do(
    settings: ServingSettings, batching: str
) -> None:
    # given
    longest = settings.max_text_characters
    seen = (SPORT + " " * longest)[:longest]
    cutting = settings.model_copy(update={"long_texts": "cut", "batching": batching})
    # when
    with TestClient(create_app(cutting)) as client:
        whole = client.post("/predict", json={"text": seen}).json()
        cut = client.post("/predict", json={"text": seen + TECH}).json()
    # then
    assert cut["truncated"] is True
    assert "truncated" not in whole
    assert cut["probabilities"] == whole["probabilities"]


def test_a_batch_is_answered_in_its_order(client: TestClient) -> None:
    response = client.post("/predict/batch", json={"texts": [TECH, SPORT, TECH + " " + TECH, SPORT]})

    answers = BatchResponse.model_validate(response.json()).predictions
    assert [answer.label for answer in answers] == ["tech", "sport", "tech", "sport"]
    assert len({answer.prediction_id for answer in answers}) == 4


def test_a_batch_answers_like_its_texts_alone(client: TestClient) -> None:
    alone = client.post("/predict", json={"text": SPORT}).json()
    (first, _) = client.post("/predict/batch", json={"texts": [SPORT, TECH * 10]}).json()["predictions"]

    assert first["probabilities"] == pytest.approx(alone["probabilities"], abs=1e-6)


@pytest.mark.parametrize(
    "text", ["nul \x00 inside", "emoji 🏟 and 日本語", "x", "\u202eright to left", "tab\tand\nline", "\x00 a"]
)
def test_unusual_characters_are_text_like_any_other(client: TestClient, text: str) -> None:
    assert client.post("/predict", json={"text": text}).status_code == 200


@pytest.mark.parametrize("text", [" ", "\n\t ", "\x00", "\u200b\ufeff", "\u3000\u00a0"])
def test_a_text_without_a_visible_character_is_refused(client: TestClient, text: str) -> None:
    problem = problem_of(client.post("/predict", json={"text": text}), 422, "invalid_body")

    assert problem.errors is not None
    assert problem.errors[0].pointer == "/text"
    assert "no visible character" in problem.detail


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"text": ""}, "/text"),
        ({"text": 5}, "/text"),
        ({"text": None}, "/text"),
        ({"text": ["a"]}, "/text"),
        ({"text": "x" * 501}, "/text"),
        ({"text": "a", "title": "x" * 501}, "/title"),
        ({"text": "a", "title": 5}, "/title"),
        ({}, "/text"),
        ({"text": "a", "language": "en"}, "/language"),
        ({"text": "a", "a/b~c": 1}, "/a~1b~0c"),
        ([], ""),
        ("text", ""),
    ],
)
def test_a_wrong_field_is_named_by_its_pointer(client: TestClient, body: object, pointer: str) -> None:
    problem = problem_of(client.post("/predict", json=body), 422, "invalid_body")

    assert problem.errors is not None
    assert [field.pointer for field in problem.errors] == [pointer]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"texts": []}, "/texts"),
        ({"texts": [SPORT] * 5}, "/texts"),
        ({"texts": [SPORT, " "]}, "/texts/1"),
        ({"texts": [SPORT, 1]}, "/texts/1"),
        ({"texts": SPORT}, "/texts"),
        ({"text": SPORT}, "/texts"),
    ],
)
def test_a_wrong_batch_is_named_by_its_pointer(client: TestClient, body: object, pointer: str) -> None:
    problem = problem_of(client.post("/predict/batch", json=body), 422, "invalid_body")

    assert problem.errors is not None
    assert problem.errors[0].pointer == pointer


def test_many_wrong_fields_are_not_all_listed(client: TestClient) -> None:
    body = {f"field{number}": 1 for number in range(30)}

    problem = problem_of(client.post("/predict", json=body), 422, "invalid_body")

    assert problem.errors is not None
    assert len(problem.errors) == 20
    assert "(and 30 more)" in problem.detail


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"not json",
        b'{"text": "\xff"}',
        rb'{"text": "\ud800 alone"}',
        b'{"text": "a"} trailing',
        b"[" * 1_500,
    ],
)
def test_what_is_no_json_is_refused(client: TestClient, content: bytes) -> None:
    response = client.post("/predict", content=content, headers={"content-type": "application/json"})

    problem_of(response, 422, "invalid_json")


def test_a_refusal_does_not_repeat_what_was_sent(client: TestClient) -> None:
    response = client.post("/predict", json={"text": 5, "title": "secret plan", "other": "secret too"})

    assert "secret" not in response.text


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON;charset=UTF-8"])
def test_json_may_be_announced_in_several_ways(client: TestClient, content_type: str) -> None:
    response = client.post("/predict", content=json.dumps({"text": SPORT}), headers={"content-type": content_type})

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, "unsupported_media_type"),
        ({"content-type": "text/plain"}, "unsupported_media_type"),
        ({"content-type": "application/x-www-form-urlencoded"}, "unsupported_media_type"),
        ({"content-type": "application/json; charset=latin-1"}, "unsupported_media_type"),
        ({"content-type": "application/json", "content-encoding": "gzip"}, "unsupported_encoding"),
    ],
)
def test_other_media_are_refused(client: TestClient, headers: dict[str, str], error: str) -> None:
    response = client.post("/predict", content=b'{"text": "a goal"}', headers=headers)

    problem_of(response, 415, error)


def test_a_body_announced_too_large_is_refused(client: TestClient) -> None:
    problem = problem_of(client.post("/predict", json={"text": "x" * 2_000}), 413, "body_too_large")

    assert "2000 bytes" in problem.detail


def test_a_body_that_turns_out_too_large_is_refused(client: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"text": "'
        for _ in range(100):
            yield b"x" * 100

    response = client.post("/predict", content=chunks(), headers={"content-type": "application/json"})

    problem_of(response, 413, "body_too_large")


def test_an_unknown_address_and_a_wrong_method_are_problems(client: TestClient) -> None:
    problem_of(client.get("/nowhere"), 404, "not_found")
    problem_of(client.post("/predict/", json={"text": SPORT}), 404, "not_found")

    response = client.get("/predict")

    problem_of(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


def test_a_harmless_request_id_is_returned(client: TestClient) -> None:
    response = client.get("/health", headers={"X-Request-ID": "order-66.a_b"})

    assert response.headers["x-request-id"] == "order-66.a_b"


@pytest.mark.parametrize("request_id", ["", "a b", "x" * 129, 'quote"', "line\\n"])
def test_an_odd_request_id_is_replaced(client: TestClient, request_id: str) -> None:
    returned = client.get("/health", headers={"X-Request-ID": request_id}).headers["x-request-id"]

    assert returned != request_id
    assert UUID(returned)


def test_the_process_lives_and_the_model_is_ready(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "alive"}
    assert client.get("/ready").json() == {"status": "ready", "model": {"name": "tiny", "version": 1}}


def test_the_model_describes_itself_with_its_present_aliases(client: TestClient, settings: ServingSettings) -> None:
    registry = Registry(settings.registry)
    registry.point(registry.find("tiny/1"), "staging", after=None)

    description = ModelDescription.model_validate_json(client.get("/model").content)

    assert (description.name, description.version) == ("tiny", 1)
    assert description.aliases == ["production", "staging"]
    assert description.classes == ["sport", "tech"]
    assert description.metrics["accuracy"].low == 0.85


def test_the_model_describes_itself_when_the_registry_has_gone(
    client: TestClient, settings: ServingSettings, tmp_path: Path
) -> None:
    Path(settings.registry).rename(tmp_path / "away")
    Path(settings.registry).write_text("no folder")

    assert client.get("/model").json()["aliases"] is None


def test_the_metrics_count_requests_and_answers(client: TestClient) -> None:
    client.post("/predict", json={"text": SPORT})
    client.post("/predict/batch", json={"texts": [SPORT, TECH, "nothing known"]})
    client.post("/predict", json={})

    response = client.get("/metrics")

    assert response.headers["content-type"].startswith("text/plain; version=")
    figures = response.text
    assert 'textops_predictions_total{label="tech",model_version="1"} 1.0' in figures
    assert 'textops_model_info{name="tiny",version="1"} 1.0' in figures
    assert "textops_predictions_for_review_total 1.0" in figures
    assert "textops_prediction_confidence_ratio_count 4.0" in figures
    assert "textops_text_characters_count 4.0" in figures
    assert "textops_feature_seconds_count 2.0" in figures
    assert "textops_inference_seconds_count 2.0" in figures
    assert "textops_ready 1.0" in figures
    assert 'http_requests_total{handler="/predict",method="POST",status="2xx"} 1.0' in figures
    assert 'http_requests_total{handler="/predict",method="POST",status="4xx"} 1.0' in figures


def test_addresses_that_clients_invent_make_no_figures(client: TestClient) -> None:
    for number in range(5):
        client.get(f"/invented/{number}")

    assert "invented" not in client.get("/metrics").text


def test_two_apps_in_one_process_count_for_themselves(settings: ServingSettings) -> None:
    with TestClient(create_app(settings)) as one, TestClient(create_app(settings)) as other:
        one.post("/predict", json={"text": SPORT})

        assert "textops_text_characters_count 1.0" in one.get("/metrics").text
        assert "textops_text_characters_count 0.0" in other.get("/metrics").text


def test_the_documentation_shows_models_and_examples_that_are_true(client: TestClient) -> None:
    document = client.get("/openapi.json").json()

    assert client.get("/openapi.json").json() == document
    assert {"PredictionRequest", "BatchRequest", "PredictionResponse", "Problem"} <= set(
        document["components"]["schemas"]
    )
    for path in ("/predict", "/predict/batch"):
        operation = document["paths"][path]["post"]
        body = operation["requestBody"]["content"]["application/json"]
        for example in body["examples"].values():
            assert client.post(path, json=example["value"]).status_code == 200
        for status in ("413", "415", "422", "500", "503"):
            example = operation["responses"][status]["content"]["application/problem+json"]["example"]
            assert Problem.model_validate(example).status == int(status)
    answer = document["paths"]["/predict"]["post"]["responses"]["200"]["content"]["application/json"]
    assert PredictionResponse.model_validate(answer["example"])
    assert answer["schema"] == {"$ref": "#/components/schemas/PredictionResponse"}


@pytest.mark.parametrize("path", ["/ready", "/model"])
def test_without_a_model_the_service_lives_but_is_not_ready(tmp_path: Path, path: str) -> None:
    settings = ServingSettings(registry=str(tmp_path / "empty"))

    with TestClient(create_app(settings)) as client:
        response = client.get(path)

        problem = problem_of(response, 503, "not_ready")
        assert "there is no model to serve" in problem.detail
        assert response.headers["retry-after"] == "5"
        assert client.get("/health").status_code == 200
        problem_of(client.post("/predict", json={"text": SPORT}), 503, "not_ready")
        problem_of(client.post("/predict/batch", json={"texts": [SPORT]}), 503, "not_ready")
        assert "textops_ready 0.0" in client.get("/metrics").text


def test_an_altered_model_is_not_served_and_its_path_is_not_told(settings: ServingSettings) -> None:
    model = Registry(settings.registry).resolve() / MODEL_FILE
    model.write_bytes(model.read_bytes() + b"x")

    with TestClient(create_app(settings)) as client:
        response = client.get("/ready")

    problem = problem_of(response, 503, "not_ready")
    assert "altered" in problem.detail
    assert settings.registry not in response.text


@dataclass(frozen=True)
class FailingTokenizer(NgramTokenizer):
    """A tokenizer whose ids, once it is broken, lie outside the model's table."""

    broken: Event = field(default_factory=Event)

    def encode(self, texts: Sequence[str]) -> Feed:
        feed = super().encode(texts)
        return feed | {"input_ids": feed["input_ids"] + 10**6} if self.broken.is_set() else feed


@pytest.fixture
def failing(settings: ServingSettings) -> Iterator[tuple[TestClient, FailingTokenizer]]:
    """An API whose model can be made to fail."""
    version = Registry(settings.registry).find()
    tokenizer = FailingTokenizer(word_bits=12, character_bits=4)
    session = onnxruntime.InferenceSession(version.path / MODEL_FILE)
    model = ServedModel(version, Predictor(version.manifest, tokenizer, session), settings)
    with TestClient(create_app(settings, model), raise_server_exceptions=False) as client:
        yield client, tokenizer


def test_readiness_follows_the_model(failing: tuple[TestClient, FailingTokenizer]) -> None:
    client, tokenizer = failing
    assert client.get("/ready").status_code == 200

    tokenizer.broken.set()
    problem_of(client.get("/ready"), 503, "not_ready")
    assert "textops_ready 0.0" in client.get("/metrics").text

    tokenizer.broken.clear()
    assert client.get("/ready").status_code == 200
    assert "textops_ready 1.0" in client.get("/metrics").text


def test_a_fault_tells_nothing_of_the_inside(failing: tuple[TestClient, FailingTokenizer]) -> None:
    client, tokenizer = failing
    tokenizer.broken.set()

    response = client.post("/predict", json={"text": SPORT}, headers={"X-Request-ID": "mine"})

    assert response.status_code == 500
    problem = Problem.model_validate(response.json())
    assert (problem.error, problem.request_id) == ("internal_error", "mine")
    assert not any(word in response.text for word in ("Gather", "Traceback", "onnx", ".py"))
    assert client.get("/health").status_code == 200


def test_a_model_whose_bundle_has_another_name_answers_under_its_registered_one(
    tmp_path: Path, tiny_bundle: Path
) -> None:
    registry = Registry(tmp_path / "registry")
    version: Version = registry.register(tiny_bundle, "renamed")
    registry.point(version, "production", after=None)

    with TestClient(create_app(ServingSettings(registry=str(registry.root)))) as client:
        assert client.get("/ready").json()["model"] == {"name": "renamed", "version": 1}
    assert read_manifest(version.path).name == "tiny"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/predict", b"application/json"),
        ("/explain", b"application/json"),
        ("/predict/batch", b"application/x-ndjson"),
    ],
)
def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_fault_of_ours(
    settings: ServingSettings, path: str, kind: bytes
) -> None:
    app = create_app(settings)
    sent: list[Message] = []
    messages: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    received = iter(messages)
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(b"content-type", kind)],
    }

    async def receive() -> Message:
        return next(received)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))

    # Whoever has only ended its side of the connection still reads.
    assert sent[0]["status"] == 400
    assert Problem.model_validate_json(sent[1]["body"]).error == "body_incomplete"
    assert app.state.service.admission.body_bytes == 0
    assert 'status="4xx"' in app.state.service.metrics.exposition().decode()


def test_who_asks_for_the_top_gets_the_top(client: TestClient) -> None:
    one = PredictionResponse.model_validate(client.post("/predict", json={"text": SPORT, "top": 1}).json())
    batch = client.post("/predict/batch", json={"texts": [SPORT, TECH], "top": 1}).json()
    lines = client.post(
        "/predict/batch",
        content=json.dumps({"text": SPORT, "top": 1}) + "\n" + json.dumps({"text": TECH}),
        headers={"content-type": "application/x-ndjson"},
    ).text.splitlines()

    assert one.probabilities == {"sport": one.probability}
    assert [list(answer["probabilities"]) for answer in batch["predictions"]] == [["sport"], ["tech"]]
    assert [list(json.loads(line)["probabilities"]) for line in lines] == [["sport"], ["sport", "tech"]]


def test_a_whole_number_may_be_written_with_a_point(client: TestClient) -> None:
    answer = client.post(
        "/predict", content=b'{"text": "the goal", "top": 1.0}', headers={"content-type": "application/json"}
    )

    assert len(answer.json()["probabilities"]) == 1


@pytest.mark.parametrize("top", [0, -1, 1.5, "1", True, 0.0])
def test_a_top_that_is_none_is_refused(client: TestClient, top: object) -> None:
    problem = problem_of(client.post("/predict", json={"text": SPORT, "top": top}), 422, "invalid_body")

    assert problem.errors is not None
    assert problem.errors[0].pointer == "/top"
