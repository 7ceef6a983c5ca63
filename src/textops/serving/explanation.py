"""`/explain`: an answer, and what each word of the text added to it."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from fastapi import FastAPI
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from textops.inference.explanation import Explainer, Explanation, explanation_by
from textops.serving.bodies import read_body
from textops.serving.documentation import PREDICTION_EXAMPLE
from textops.serving.exchange import JSON, exchange_of
from textops.serving.explanation_schemas import ExplanationRequest, ExplanationResponse
from textops.serving.labels import known_label
from textops.serving.prediction_endpoints import PREDICTION_PROBLEMS, in_line
from textops.serving.problems import ProblemError, problem_responses
from textops.serving.request_bodies import json_body
from textops.serving.served_model import ServedModel
from textops.serving.service import Service

_MEMBERS = (b'"text"', b'"title"', b'"label"', b'"record"', b'"top"')

_EXPLANATION = TypeAdapter(ExplanationRequest)
_TEXT = {"text": "They scored twice."}
_EXAMPLE: dict[str, Any] = {
    **PREDICTION_EXAMPLE["content"]["application/json"]["example"],
    "method": "exact",
    "words": [
        {"field": "text", "start": 0, "end": 4, "contribution": 0.1},
        {"field": "text", "start": 5, "end": 11, "contribution": 1.9},
        {"field": "text", "start": 12, "end": 17, "contribution": 0.4},
        {"field": "text", "start": 17, "end": 18, "contribution": 0.0},
    ],
    "scores": {"sport": {"score": 2.5, "bias": 0.1, "rest": 0.0}},
}


def install_explanation(app: FastAPI, service: Service) -> None:
    """Add the endpoint to an app."""
    explanations = Explanations(service)

    @app.post(
        "/explain",
        tags=["predictions"],
        summary="Classify one text, and tell what each word added",
        openapi_extra=json_body(ExplanationRequest, text=_TEXT),
        responses={
            HTTPStatus.OK: {
                "model": ExplanationResponse,
                "content": {"application/json": {"example": _EXAMPLE}},
            },
            **problem_responses(*PREDICTION_PROBLEMS),
        },
    )
    async def explain(request: Request) -> Response:
        model = service.current.get()
        exchange = exchange_of(request)
        body = await read_body(exchange, _EXPLANATION, service.bounds, _MEMBERS)
        wanted = None if body.label is None else known_label(body.label, model.predictor.manifest.classes)
        with in_line(service, 1):
            (answer,) = await service.answer([body.whole], exchange, [body.top], is_recorded=body.record)
            answering = _answering(answer, model, None if service.candidate is None else service.candidate.model)
            labels = explained_labels(answer, wanted)
            whole = body.whole[: service.settings.max_text_characters]
            explanation = await explanations.of(answering, whole, labels)
        first_of_text = len(body.whole) - len(body.text)
        content = await asyncio.to_thread(_content, answer, explanation, labels, first_of_text)
        return Response(content, media_type=JSON.decode())


class Explanations:
    """Explains the answers of whichever model answers; one text after the other, as a long one takes a second."""

    def __init__(self, service: Service) -> None:
        """Take the service whose models answer."""
        self._service = service
        self._explainers: WeakKeyDictionary[ServedModel, Explainer] = WeakKeyDictionary()
        self._one = asyncio.Lock()

    async def of(self, model: ServedModel, text: str, labels: Sequence[str]) -> Explanation:
        """Explain a text.

        Args:
            model: What has answered.
            text: What it has seen.
            labels: Its classes.

        Raises:
            ProblemError: 429, 503 or 504.
        """
        seconds = self._service.settings.timeout_seconds
        try:
            async with asyncio.timeout(seconds), self._one:
                explainer = await self._explainer(model)
                exact = await asyncio.to_thread(explainer.exact, text, labels)
                if exact is not None:
                    return exact
                occlusion = await asyncio.to_thread(explainer.occlusion, text)
                if not self._service.is_answering(model):
                    raise _model_changed()
                with in_line(self._service, len(occlusion.questions)):
                    answers = await model.classify(occlusion.questions, seconds)
        except TimeoutError as error:
            raise ProblemError(
                HTTPStatus.GATEWAY_TIMEOUT, "timeout", f"no explanation within {seconds:g} s: ask again, or for less"
            ) from error
        return explanation_by(occlusion, answers, labels)

    async def _explainer(self, model: ServedModel) -> Explainer:
        explainer = self._explainers.get(model)
        if explainer is None:
            explainer = await asyncio.to_thread(Explainer, model.predictor, Path(model.version.path))
            self._explainers[model] = explainer
        return explainer


def _answering(answer: dict[str, Any], *models: ServedModel | None) -> ServedModel:
    """Return which of some models has answered.

    Raises:
        ProblemError: 503, if none of them.
    """
    for model in models:
        if model is not None and answer["model"] == {"name": model.version.name, "version": model.version.number}:
            return model
    raise _model_changed()


def explained_labels(answer: dict[str, Any], asked: str | None) -> list[str]:
    """Return the classes whose scores are explained: that of the answer, and what was asked for.

    Of several labels it is the most probable one, given or not.
    """
    if "labels" in answer:
        probabilities: dict[str, float] = answer["probabilities"]
        first = answer["labels"][0] if answer["labels"] else max(probabilities, key=probabilities.__getitem__)
    else:
        first = answer["label"]
    return [first] if asked is None else [first, asked]


def _content(answer: dict[str, Any], explanation: Explanation, labels: Sequence[str], first_of_text: int) -> bytes:
    """Return the body of the response; of a long text there are a hundred thousand words."""
    contributions = [explanation.contributions[label] for label in labels]
    names = ("contribution", "other_contribution")
    words = []
    for (start, end), *added in zip(explanation.spans, *contributions, strict=True):
        in_title = start < first_of_text
        begin = 0 if in_title else first_of_text
        field = "title" if in_title else "text"
        word: dict[str, object] = {"field": field, "start": start - begin, "end": end - begin}
        words.append(word | dict(zip(names, added, strict=False)))
    content = {**answer, "method": explanation.method, "words": words}
    if explanation.parts:
        content["scores"] = {
            label: {"score": parts.score, "bias": parts.bias, "rest": parts.rest}
            for label, parts in explanation.parts.items()
        }
    return orjson.dumps(content)


def _model_changed() -> ProblemError:
    return ProblemError(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "model_changed",
        "another version began to answer in the middle of the explanation: ask again",
        headers={"Retry-After": "1"},
    )
