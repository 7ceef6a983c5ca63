"""What goes over the wire: requests, responses, problems."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from textops.bundle import DataReference, Decision, Metric, ReviewBand, Task
from textops.bundle_report import Example
from textops.label_rules import SeveralLabels

# White space, control characters and the characters of no width that people paste without seeing them.
_VISIBLE = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2060\ufeff]")


@dataclass(frozen=True)
class Limits:
    """How much a request may ask for; the context of its validation.

    Attributes:
        text_characters: Longest text, None for any length.
        batch_texts: Most texts of a batch.
    """

    text_characters: int | None
    batch_texts: int


def _checked_length(text: str, info: ValidationInfo) -> str:
    limits = cast("Limits", info.context)
    if limits.text_characters is not None and len(text) > limits.text_characters:
        raise PydanticCustomError(
            "text_too_long",
            "Text has {characters} characters, at most {limit} are allowed",
            {"characters": len(text), "limit": limits.text_characters},
        )
    return text


def _checked_visibility(text: str) -> str:
    if _VISIBLE.search(text) is None:
        raise PydanticCustomError("text_blank", "Text has no visible character")
    return text


def _checked_count(texts: list[str], info: ValidationInfo) -> list[str]:
    limits = cast("Limits", info.context)
    if len(texts) > limits.batch_texts:
        raise PydanticCustomError(
            "too_many_texts",
            "Batch has {texts} texts, at most {limit} are allowed",
            {"texts": len(texts), "limit": limits.batch_texts},
        )
    return texts


def _as_whole_number(value: object) -> object:
    """Take 5.0 for 5: to JSON Schema, as to JSON, they are the same number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Top = Annotated[int, Field(ge=1), BeforeValidator(_as_whole_number)]
Title = Annotated[str, AfterValidator(_checked_length)]
Text = Annotated[
    str,
    Field(min_length=1, json_schema_extra={"pattern": _VISIBLE.pattern}),
    AfterValidator(_checked_length),
    AfterValidator(_checked_visibility),
]


_TOP = (
    "So many of the most probable classes in `probabilities`, the most probable first; all, in the order of the model, "
    "without it or where there are no more."
)


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class PredictionRequest(_Request):
    """One text to classify.

    Attributes:
        text: The text.
        title: A title; it is put in front of the text with a line break, as in the training data.
        top: How many of the most probable classes `probabilities` names; all without it.
    """

    text: Text = Field(description="The text to classify.")
    title: Title | None = Field(None, description="Put in front of the text with a line break.")
    top: Top | None = Field(None, description=_TOP)

    @property
    def whole(self) -> str:
        """Title and text as the model sees them."""
        return f"{self.title}\n{self.text}" if self.title else self.text


class BatchRequest(_Request):
    """Several texts to classify; the answers come in their order."""

    texts: Annotated[list[Text], Field(min_length=1), AfterValidator(_checked_count)] = Field(
        description="The texts to classify, a title already in front of each."
    )
    top: Top | None = Field(None, description=_TOP)


TASK_DESCRIPTION = "`multiclass`: a text gets one class. `multilabel`: it gets any number of labels."


class _Response(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelReference(_Response):
    """Which version answered."""

    name: str
    version: int


class PredictionResponse(_Response):
    """The model's answer to one text."""

    prediction_id: str = Field(description="UUID of this answer.")
    label: str = Field(
        description="The answer: the most probable class, or that of the model's rule of decision, see /model. Of a "
        "model that gives any number of labels: all of them in alphabetical order, with its separator in between."
    )
    labels: list[str] | None = Field(
        None,
        description="Only of a model that gives any number of labels: those that this text gets, the most probable "
        "first; it may be none.",
    )
    probability: float = Field(
        ge=0, le=1, description="The calibrated probability that the answer is right; of several labels, all of it."
    )
    probabilities: dict[str, float] = Field(
        description="Calibrated probability of every class, or of as many as `top` asks for."
    )
    needs_review: bool = Field(description="Whether a person should look.")
    model: ModelReference
    truncated: bool | None = Field(
        None, description="True where the text was longer than the service takes and its rest was not looked at."
    )


class BatchResponse(_Response):
    """The model's answers to a batch, in the order of the texts."""

    predictions: list[PredictionResponse]


class Health(_Response):
    """The process lives."""

    status: Literal["alive"] = "alive"


class Readiness(_Response):
    """The model has just answered."""

    status: Literal["ready"] = "ready"
    model: ModelReference


class Reload(_Response):
    """What came of looking for another version."""

    outcome: Literal["reloaded", "unchanged", "failed"]
    detail: str = Field(description="One line; for a failure, why. The version before goes on answering.")
    model: ModelReference | None = Field(description="Which version answers now; null where none does.")


class CandidateDescription(_Response):
    """The version that is tried on a share of the traffic."""

    model: ModelReference | None = Field(description="Which one; null where the model answers everything itself.")
    canary: float = Field(description="Share of the requests that it is to answer.")
    shadow: float = Field(description="Share of the requests whose answers it is to be compared with.")
    detail: str = Field(description="One line; where there is no candidate, why.")


class ModelDescription(_Response):
    """What is known of the model that answers."""

    name: str
    version: int
    aliases: list[str] | None = Field(
        description="Aliases that point to this version now; null where the registry cannot be read."
    )
    encoder: str
    classes: list[str]
    metrics: dict[str, Metric] = Field(description="Figures on the test set, each with its 95 % interval.")
    temperature: float
    review: ReviewBand
    decision: Decision | None = Field(
        None, description="Rule by which another class than the most probable one may be the answer; null without one."
    )
    task: Task = Field("multiclass", description=TASK_DESCRIPTION)
    several: SeveralLabels | None = Field(
        None, description="Calibration and threshold of each label, and what stands between labels; null for one class."
    )
    data: DataReference
    git_commit: str | None
    created: datetime
    candidate: CandidateDescription | None = Field(
        None, description="What is tried beside it; null where no share of the traffic is set aside."
    )
    examples: list[Example] = Field(default=[], description="Texts to try the model with; none where it brings none.")


class FieldProblem(_Response):
    """What is wrong with one field."""

    pointer: str = Field(description="JSON pointer (RFC 6901); empty for the whole document.")
    detail: str


class Problem(_Response):
    """An error as RFC 9457 describes it (application/problem+json)."""

    type: str = "about:blank"
    title: str = Field(description="Name of the HTTP status.")
    status: int
    detail: str = Field(description="What is wrong and what to do.")
    error: str = Field(description="Short name of the error for programs.")
    request_id: str | None = None
    errors: list[FieldProblem] | None = Field(None, description="Fields that are wrong, at most 20.")
