import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient

from textops.inference.explanation import Explainer
from textops.registry import Registry
from textops.serving.api import create_app
from textops.serving.explanation_schemas import ExplanationResponse
from textops.serving.schemas import Problem
from textops.serving.service import Service
from textops.serving.settings import ServingSettings

TEXT = "A late goal, on a chip"


@pytest.fixture
def settings(registry: Registry) -> ServingSettings:
    """Small limits."""
    return ServingSettings(registry=str(registry.root), max_text_characters=500)


def explained(client: TestClient, body: object) -> ExplanationResponse:
    response = client.post("/explain", json=body)
    assert response.status_code == 200, response.text
    return ExplanationResponse.model_validate(response.json())


def words_of(answer: ExplanationResponse, **texts: str) -> list[str]:
    return [texts[word.field][word.start : word.end] for word in answer.words]


def test_an_answer_comes_with_what_each_word_added(client: TestClient) -> None:
    answer = explained(client, {"text": "the team and its goal again"})

    assert (answer.label, answer.model.version, answer.method, answer.scores) == ("sport", 1, "occlusion", None)
    assert words_of(answer, text="the team and its goal again") == ["the", "team", "and", "its", "goal", "again"]
    added = [word.contribution for word in answer.words]
    assert min(added[1], added[4]) > 0.01 > max(added[0], added[5])
    assert all(word.other_contribution is None for word in answer.words)


def test_the_answer_is_that_of_predict_and_counted_like_one(client: TestClient) -> None:
    plain = client.post("/predict", json={"text": TEXT}).json()
    answer = explained(client, {"text": TEXT})

    assert answer.probabilities == pytest.approx(plain["probabilities"])
    assert f'textops_predictions_total{{label="{answer.label}",model_version="1"}} 2.0' in client.get("/metrics").text


def test_a_text_that_was_answered_before_is_explained_without_being_counted_again(client: TestClient) -> None:
    plain = client.post("/predict", json={"text": TEXT}).json()
    answer = explained(client, {"text": TEXT, "record": False})

    assert answer.probabilities == pytest.approx(plain["probabilities"])
    assert f'textops_predictions_total{{label="{answer.label}",model_version="1"}} 1.0' in client.get("/metrics").text


def test_another_class_is_explained_on_request(client: TestClient) -> None:
    answer = explained(client, {"text": "the team and its chip goal", "label": "tech"})

    chip = answer.words[4]
    assert answer.label == "sport"
    assert chip.other_contribution is not None
    assert chip.contribution < 0 < chip.other_contribution


def test_title_and_text_are_told_apart(client: TestClient) -> None:
    answer = explained(client, {"title": "Late goal!", "text": "\u0301Chip 🏟 team"})

    assert words_of(answer, title="Late goal!", text="\u0301Chip 🏟 team") == [
        "Late",
        "goal",
        "!",
        "\u0301Chip",
        "🏟",
        "team",
    ]
    assert [word.field for word in answer.words] == ["title"] * 3 + ["text"] * 3


def test_an_empty_title_is_none(client: TestClient) -> None:
    answer = explained(client, {"title": "", "text": "goal"})

    assert [(word.field, word.start, word.end) for word in answer.words] == [("text", 0, 4)]


def test_of_a_text_that_is_cut_the_part_that_was_seen_is_explained(settings: ServingSettings) -> None:
    with TestClient(create_app(settings.model_copy(update={"long_texts": "cut"}))) as client:
        answer = explained(client, {"text": "goal " * 200})

    assert answer.truncated is True
    assert len(answer.words) == 100


def test_an_unknown_class_is_refused_with_those_there_are(client: TestClient) -> None:
    response = client.post("/explain", json={"text": TEXT, "label": "politics"})

    problem = Problem.model_validate(response.json())
    assert (problem.status, problem.error) == (422, "unknown_label")
    assert "sport, tech" in problem.detail


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"text": " "}, "/text"),
        ({"text": "a", "label": 5}, "/label"),
        ({"text": "a", "top": 0}, "/top"),
        ({"text": "a", "words": 5}, "/words"),
    ],
)
def test_a_wrong_field_is_named_by_its_pointer(client: TestClient, body: object, pointer: str) -> None:
    problem = Problem.model_validate(client.post("/explain", json=body).json())

    assert problem.errors is not None
    assert problem.errors[0].pointer == pointer


def test_without_a_model_nothing_is_explained(tmp_path: Path) -> None:
    with TestClient(create_app(ServingSettings(registry=str(tmp_path / "empty")))) as client:
        assert client.post("/explain", json={"text": TEXT}).status_code == 503


def test_an_explanation_that_takes_too_long_is_given_up(
    settings: ServingSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = Event()

    def wait(_explainer: Explainer, _text: str, _labels: Sequence[str]) -> None:
        over.wait(60)

    monkeypatch.setattr(Explainer, "exact", wait)
    with TestClient(create_app(settings.model_copy(update={"timeout_seconds": 0.1}))) as client:
        response = client.post("/explain", json={"text": TEXT})
        over.set()

    assert (response.status_code, response.json()["error"]) == (504, "timeout")


@pytest.mark.parametrize("changes", ["before", "after"])
def test_a_model_that_changes_in_the_middle_explains_nothing(
    client: TestClient,
    settings: ServingSettings,
    changes: str,
    tmp_path: Path,
    make_bundle: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given a change before the answer, or between the answer and its explanation
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    registry = Registry(settings.registry)
    new = registry.register(make_bundle(tmp_path / "new", points=3.0))
    registry.point(new, "production", after=registry.aliases("tiny")["production"])
    if changes == "before":
        answer = service.answer

        async def reload_and_answer(*arguments: Any, **more: Any) -> object:  # noqa: ANN401 (whatever it takes)
            await service.current.reload()
            return await answer(*arguments, **more)

        monkeypatch.setattr(service, "answer", reload_and_answer)
    else:
        of = Explainer.occlusion

        def reload_and_ask(explainer: Explainer, text: str) -> object:
            asyncio.run(service.current.reload())
            return of(explainer, text)

        monkeypatch.setattr(Explainer, "occlusion", reload_and_ask)
    # when
    response = client.post("/explain", json={"text": TEXT})
    # then
    assert (response.status_code, response.json()["error"]) == (503, "model_changed")
    assert response.headers["retry-after"] == "1"


def test_the_examples_of_the_documentation_are_true(client: TestClient) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/explain"]["post"]

    body = operation["requestBody"]["content"]["application/json"]["examples"]["text"]["value"]
    assert client.post("/explain", json=body).status_code == 200
    answer = operation["responses"]["200"]["content"]["application/json"]["example"]
    example = ExplanationResponse.model_validate(answer)
    words = [body["text"][word.start : word.end] for word in example.words]
    assert words == ["They", "scored", "twice", "."]
    assert example.scores is not None
    parts = example.scores["sport"]
    assert parts.bias + parts.rest + sum(word.contribution for word in example.words) == pytest.approx(parts.score)
