from collections.abc import Iterator, Mapping
from typing import Protocol

import pytest
from fastapi.testclient import TestClient

from textops.prediction_log import PredictionLogSettings
from textops.registry import Registry
from textops.serving.api import create_app
from textops.serving.schemas import Problem
from textops.serving.settings import ServingSettings

TEXT = {"text": "the goal of the team"}


def client_of(registry: Registry, **settings: object) -> TestClient:
    given = ServingSettings.model_validate({"registry": str(registry.root), **settings})
    return TestClient(create_app(given, None, PredictionLogSettings()), raise_server_exceptions=False)


@pytest.fixture
def limited(registry: Registry) -> Iterator[TestClient]:
    """An API that takes one request in ten seconds from each client."""
    with client_of(registry, rate_limit=0.1) as client:
        yield client


class Answer(Protocol):
    """What is read of a response."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def json(self) -> object: ...


def refusal(response: Answer, status: int) -> str:
    """Check that a response is a problem, and return its name."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate(response.json())
    assert problem.request_id == response.headers["x-request-id"]
    return problem.error


def test_whoever_asks_too_often_is_refused(limited: TestClient) -> None:
    assert limited.post("/predict", json=TEXT).status_code == 200

    response = limited.post("/predict", json=TEXT)

    assert refusal(response, 429) == "rate_limited"
    assert response.headers["retry-after"] == "10"
    assert refusal(limited.get("/model"), 429) == "rate_limited"


def test_probes_and_figures_are_never_too_many(limited: TestClient) -> None:
    for path in ("/health", "/ready", "/metrics", "/v2/health/live", "/v2/health/ready") * 3:
        assert limited.get(path).status_code == 200


def test_nobody_asks_more_often_by_naming_keys_that_are_none(limited: TestClient) -> None:
    statuses = [
        limited.post("/predict", json=TEXT, headers={"X-API-Key": f"invented {number}"}).status_code
        for number in range(3)
    ]

    assert statuses == [200, 429, 429]


def test_each_key_has_a_rate_of_its_own(registry: Registry) -> None:
    with client_of(registry, rate_limit=0.1, api_keys="ann,bob") as client:
        statuses = [
            client.post("/predict", json=TEXT, headers={"X-API-Key": key}).status_code
            for key in ("ann", "bob", "ann", "wrong")
        ]

    assert statuses == [200, 200, 429, 401]


def test_what_is_refused_at_the_door_is_counted(registry: Registry) -> None:
    with client_of(registry, api_keys="ann") as client:
        assert refusal(client.post("/predict", json=TEXT), 401) == "key_missing"
        assert refusal(client.get("/invented"), 401) == "key_missing"
        figures = client.get("/metrics").text

    assert 'http_requests_total{handler="/predict",method="POST",status="4xx"} 1.0' in figures
    assert 'http_requests_total{handler="none",method="GET",status="4xx"} 1.0' in figures


def test_a_method_that_clients_invent_makes_no_figure(registry: Registry) -> None:
    with client_of(registry, api_keys="ann") as client:
        client.request("INVENTED", "/predict")
        figures = client.get("/metrics").text

    assert "INVENTED" not in figures
    assert 'method="other"' in figures


def test_too_many_texts_at_once_are_refused_in_a_batch_too(registry: Registry) -> None:
    with client_of(registry, max_waiting_texts=1) as client:
        client.app.state.service.admission.enter(1)  # type: ignore[attr-defined]
        for path, body in (("/predict", TEXT), ("/predict/batch", {"texts": ["a goal"]})):
            response = client.post(path, json=body)
            assert refusal(response, 429) == "overloaded"
            assert response.headers["retry-after"] == "1"
        figures = client.get("/metrics").text
        assert 'textops_requests_refused_total{reason="overloaded"} 2.0' in figures
        assert 'textops_requests_refused_total{reason="rate_limited"} 0.0' in figures
        assert "textops_texts_waiting 1.0" in figures
        assert "textops_texts_waiting_limit 1.0" in figures
        client.app.state.service.admission.leave(1)  # type: ignore[attr-defined]
        assert client.post("/predict", json=TEXT).status_code == 200


def test_the_refusals_of_the_door_carry_no_body_to_whoever_asks_for_the_head_alone(registry: Registry) -> None:
    with client_of(registry, api_keys="ann") as client:
        assert client.head("/model").status_code == 401
