"""The API as the page asks it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from pydantic import SecretStr, TypeAdapter, ValidationError

from textops.frontend.batch_results import MOST_CLASS_COLUMNS
from textops.frontend.http_service import HttpService, Question
from textops.frontend.problem import ServiceProblemError
from textops.serving.explanation_schemas import ExplanationResponse
from textops.serving.feedback_schemas import FeedbackResponse
from textops.serving.line_schemas import NDJSON, AnsweredLine, RefusedLine
from textops.serving.registry_schemas import ModelList, VersionDetail
from textops.serving.schemas import ModelDescription, PredictionResponse

NAME, BEGUN_NAME = "the API", "The API"

MOST_PORTION_BYTES = 64 * 1024
"""Texts of a portion of a batch: with what JSON adds, they fit into the buffers that any connection has."""

# Of more classes the page shows none but the answer, and a thousand in each line would not fit into the buffers.
_TOP = MOST_CLASS_COLUMNS + 1
_MODEL = TypeAdapter(ModelDescription)
_PREDICTION = TypeAdapter(PredictionResponse)
_EXPLANATION = TypeAdapter(ExplanationResponse)
_FEEDBACK = TypeAdapter(FeedbackResponse)
_MODELS = TypeAdapter(ModelList)
_VERSION = TypeAdapter(VersionDetail)
_LINE: TypeAdapter[AnsweredLine | RefusedLine] = TypeAdapter(AnsweredLine | RefusedLine)


@dataclass(frozen=True)
class BatchLine:
    """One text of a batch.

    Attributes:
        identity: By which its answer is known again.
        text: A title already in front of it.
    """

    identity: int
    text: str


class ApiClient:
    """Asks the API; each method raises `ServiceProblemError` where there is no answer."""

    def __init__(self, address: str, timeout_seconds: float, key: SecretStr | None = None) -> None:
        """Take the address of the API, and the key to show to it."""
        self._service = HttpService(NAME, address, timeout_seconds, key)

    @property
    def address(self) -> str:
        """Where the API is."""
        return self._service.address

    def model(self) -> ModelDescription:
        """Ask what is known of the model that answers."""
        return self._service.ask(Question("GET", "/model"), _MODEL)

    def predict(self, text: str, title: str) -> PredictionResponse:
        """Have a text classified.

        Args:
            text: The text.
            title: Its title, empty for none.
        """
        return self._service.ask(Question("POST", "/predict", _body(text, title)), _PREDICTION)

    def explain(self, text: str, title: str, label: str | None = None) -> ExplanationResponse:
        """Ask what each word of a text added; the text counts as answered already.

        Args:
            text: The text.
            title: Its title, empty for none.
            label: Another class whose score is to be explained too.
        """
        further: dict[str, object] = {"record": False} if label is None else {"record": False, "label": label}
        return self._service.ask(Question("POST", "/explain", _body(text, title, further)), _EXPLANATION)

    def give_feedback(self, prediction_id: str, right: str | Sequence[str]) -> FeedbackResponse:
        """Say which class an answered text really has, or which labels."""
        said = {"label": right} if isinstance(right, str) else {"labels": list(right)}
        document = {"prediction_id": prediction_id, **said}
        return self._service.ask(Question("POST", "/feedback", _encoded(document)), _FEEDBACK)

    def models(self) -> ModelList:
        """Ask for the versions in the registry."""
        return self._service.ask(Question("GET", "/models"), _MODELS)

    def version(self, name: str, number: int) -> VersionDetail:
        """Ask for all that is known of one version."""
        return self._service.ask(Question("GET", f"/models/{quote(name, safe='')}/{number}"), _VERSION)

    def predict_lines(self, lines: Sequence[BatchLine]) -> list[AnsweredLine | RefusedLine]:
        """Have a portion of a batch classified; the answers come in the order of the lines.

        All of it is sent before an answer is read, and the API takes no more while nobody reads: a portion must fit
        into the buffers between the two. One of `MOST_PORTION_BYTES` does, and so does a single line of any length.

        Raises:
            ServiceProblemError: Also where the API stopped in the middle: ask for the portion again.
        """
        body = b"".join(_encoded({"id": line.identity, "text": line.text, "top": _TOP}) + b"\n" for line in lines)
        question = Question("POST", "/predict/batch", body, NDJSON.decode())
        content = self._service.send(question).content
        try:
            answers = [_LINE.validate_json(line, extra="ignore") for line in content.splitlines()]
        except ValidationError as error:
            raise ServiceProblemError(
                f"{BEGUN_NAME} at {self.address} stopped in the middle of an answer.", "broken_off"
            ) from error
        answered = [(answer.line, answer.id) for answer in answers]
        # A line that is too long to be kept is refused without the id that was in it.
        wanted = [
            (number, line.identity if answer.id is not None else None)
            for number, (line, answer) in enumerate(zip(lines, answers, strict=False), start=1)
        ]
        if len(answers) != len(lines) or answered != wanted:
            raise ServiceProblemError(f"{BEGUN_NAME} at {self.address} has not answered every line.", "broken_off")
        return answers


def _body(text: str, title: str, further: dict[str, object] | None = None) -> bytes:
    document: dict[str, object] = {"text": text, **(further or {})}
    if title:
        document["title"] = title
    return _encoded(document)


def _encoded(document: Mapping[str, object]) -> bytes:
    try:
        return json.dumps(document, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        # A text may hold half of a surrogate pair, which UTF-8 has no bytes for; escaped, the API can say so.
        return json.dumps(document).encode("ascii")
