"""What OpenAPI cannot learn from the endpoints: they validate raw bytes, and their errors are problems."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from textops.serving.access import OPEN_PATHS
from textops.serving.open_inference_schemas import InferRequest
from textops.serving.problems import problem_responses
from textops.serving.schemas import BatchRequest, PredictionRequest, Problem

# By key and by rate, each of them may be refused.
_REFUSALS = {
    str(status): response
    for status, response in problem_responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS).items()
}
_REFERENCE = "#/components/schemas/{model}"

DESCRIPTION = """Classifies texts with a verified model from the registry.

Every error is a problem (RFC 9457, `application/problem+json`): `detail` says what is wrong and what to do,
`error` is its short name for programs, `errors` points at fields. Every response carries `X-Request-ID`."""

_ANSWER = {
    "prediction_id": "0b8f1c9e-6f0e-4c27-9a55-5d6a4d6b6a6f",
    "label": "sport",
    "probability": 0.93,
    "probabilities": {"business": 0.07, "sport": 0.93},
    "needs_review": False,
    "model": {"name": "bbc_news", "version": 3},
}


def _body(model: str, **examples: dict[str, Any]) -> dict[str, Any]:
    content = {
        "schema": {"$ref": _REFERENCE.format(model=model)},
        "examples": {name: {"value": value} for name, value in examples.items()},
    }
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def _answer(example: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"example": example}}}


PREDICTION_BODY = _body(
    "PredictionRequest",
    text={"text": "The home side scored twice in the last five minutes."},
    title_and_text={"title": "Late goals", "text": "The home side scored twice in the last five minutes."},
)
PREDICTION_EXAMPLE = _answer(_ANSWER)
BATCH_BODY = _body("BatchRequest", texts={"texts": ["They scored twice.", "Shares fell after the report."]})
BATCH_EXAMPLE = _answer({"predictions": [_ANSWER]})


_KEYS = {
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "bearer": {"type": "http", "scheme": "bearer"},
}


def install_documentation(app: FastAPI, *, needs_key: bool) -> None:
    """Add to the app's OpenAPI document what it cannot find out by itself.

    Args:
        app: The app.
        needs_key: Whether requests are let in by key.
    """
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            _, definitions = models_json_schema(
                [(model, "validation") for model in (PredictionRequest, BatchRequest, InferRequest, Problem)],
                ref_template=_REFERENCE,
            )
            document["components"]["schemas"].update(definitions["$defs"])
            closed = [operation for path in document["paths"].keys() - OPEN_PATHS for operation in _of(document, path)]
            for operation in closed:
                operation["responses"].update(_REFUSALS | operation["responses"])
            if needs_key:
                document["components"]["securitySchemes"] = _KEYS
                for operation in closed:
                    operation["security"] = [{name: []} for name in _KEYS]
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _of(document: dict[str, Any], path: str) -> list[dict[str, Any]]:
    operations: dict[str, dict[str, Any]] = document["paths"][path]
    return list(operations.values())
