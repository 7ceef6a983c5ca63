"""The API as the page asks it."""

import json
from collections.abc import Mapping

from pydantic import SecretStr, TypeAdapter

from textops.frontend.http_service import HttpService, Question
from textops.serving.explanation_schemas import ExplanationResponse
from textops.serving.feedback_schemas import FeedbackResponse
from textops.serving.schemas import ModelDescription, PredictionResponse

NAME = "the API"

_MODEL = TypeAdapter(ModelDescription)
_PREDICTION = TypeAdapter(PredictionResponse)
_EXPLANATION = TypeAdapter(ExplanationResponse)
_FEEDBACK = TypeAdapter(FeedbackResponse)


class ApiClient:
    """Asks the API; each method raises `ServiceProblemError` where there is no answer."""

    def __init__(self, address: str, timeout_seconds: float, key: SecretStr | None = None) -> None:
        """Take the address of the API, and the key to show to it."""
        self._service = HttpService(NAME, address, timeout_seconds, key)

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

    def explain(self, text: str, title: str) -> ExplanationResponse:
        """Ask what each word of a text added; the text counts as answered already.

        Args:
            text: The text.
            title: Its title, empty for none.
        """
        body = _body(text, title, {"record": False})
        return self._service.ask(Question("POST", "/explain", body), _EXPLANATION)

    def give_feedback(self, prediction_id: str, label: str) -> FeedbackResponse:
        """Say which class an answered text really has."""
        document = {"prediction_id": prediction_id, "label": label}
        return self._service.ask(Question("POST", "/feedback", _encoded(document)), _FEEDBACK)


def _body(text: str, title: str, further: dict[str, bool] | None = None) -> bytes:
    document: dict[str, object] = {"text": text, **(further or {})}
    if title:
        document["title"] = title
    return _encoded(document)


def _encoded(document: Mapping[str, object]) -> bytes:
    # A text may hold half of a surrogate pair, which UTF-8 has no bytes for; escaped, the API can say so.
    return json.dumps(document).encode("ascii")
