"""What goes over the wire where texts come line by line."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from textops.serving.schemas import PredictionRequest, PredictionResponse, Problem

NDJSON = b"application/x-ndjson"

_MOST_ID_CHARACTERS = 128
# Larger whole numbers are no longer exact in many languages.
_LARGEST_ID = 2**53 - 1


def is_id(value: object) -> bool:
    """Tell whether a client may use a value to know a line again."""
    if isinstance(value, str):
        return len(value) <= _MOST_ID_CHARACTERS
    return type(value) is int and abs(value) <= _LARGEST_ID


def _checked_id(value: object) -> object:
    if value is None or is_id(value):
        return value
    raise PydanticCustomError(
        "invalid_id",
        "Id is neither a string of at most {characters} characters nor a whole number of at most 53 bits",
        {"characters": _MOST_ID_CHARACTERS},
    )


Id = Annotated[str | int | None, BeforeValidator(_checked_id)]


class PredictionLine(PredictionRequest):
    """One text to classify, on a line of its own."""

    id: Id = Field(None, description="Comes back with the answer.")


class AnsweredLine(PredictionResponse):
    """The answer to one line."""

    line: int = Field(description="Number of the line in the request, from 1.")
    id: str | int | None = None


class RefusedLine(BaseModel):
    """Why there is no answer to one line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: int = Field(description="Number of the line in the request, from 1.")
    id: str | int | None = None
    problem: Problem


def with_lines(body: dict[str, Any]) -> dict[str, Any]:
    """Return what an operation says of its body, lines added."""
    description = (
        "Any number of lines, each an object with the members of `PredictionRequest` and, if you like, an `id` (string "
        "or whole number). Read the answers while you send: nothing more is taken while they are not read."
    )
    example = '{"id": 1, "text": "They scored twice."}\n{"id": 2, "text": "Shares fell after the report."}\n'
    content = {
        **body["requestBody"]["content"],
        NDJSON.decode(): {"schema": {"type": "string", "description": description}, "example": example},
    }
    return {"requestBody": {**body["requestBody"], "content": content}}


def with_answered_lines(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what an operation says of its answer, answered lines added."""
    description = (
        "A line for each line that is not blank, in their order: the members of `PredictionResponse` with `line` (its "
        "number in the request) and `id`, or `line`, `id` and `problem`."
    )
    schema = {"type": "string", "description": description}
    return {**answer, "content": {**answer["content"], NDJSON.decode(): {"schema": schema}}}
