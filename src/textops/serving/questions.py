"""What is asked about a text, and what is made of the model's answer: members of the response, a row of the log."""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from textops.inference import Prediction
from textops.inference.most_probable import kept_probabilities, most_probable
from textops.prediction_log import LoggedPrediction
from textops.registry import Version
from textops.serving.served_model import ServedModel
from textops.text.features import features_of


class Question(NamedTuple):
    """A text that somebody asks about.

    Attributes:
        text: What the model sees of it.
        is_cut: Whether the text is longer than that.
        request_id: The request that brought it.
        is_compared: Whether a candidate is asked about it too, behind the answer.
        top: How many classes the answer names; None for all.
    """

    text: str
    is_cut: bool
    request_id: str
    is_compared: bool = False
    top: int | None = None


def response_to(question: Question, version: Version, prediction_id: str, prediction: Prediction) -> dict[str, Any]:
    """Return the members of `PredictionResponse`."""
    response = {
        "prediction_id": prediction_id,
        "label": prediction.label,
        **({} if prediction.labels is None else {"labels": list(prediction.labels)}),
        "probability": prediction.probability,
        "probabilities": prediction.probabilities
        if question.top is None
        else most_probable(prediction.probabilities, question.top),
        "needs_review": prediction.needs_review,
        "model": {"name": version.name, "version": version.number},
    }
    if question.is_cut:
        response["truncated"] = True
    return response


def logged_rows(
    questions: Sequence[Question],
    model: ServedModel,
    ids: Sequence[str],
    predictions: Sequence[Prediction],
    seconds: float,
) -> list[LoggedPrediction]:
    """Return a row of the prediction log for each answer, each of which took so many seconds.

    The features are measured here, of the text as it came: what the log keeps of it says less.
    """
    now = time.time()
    version, familiar = model.version, model.predictor.familiar
    return [
        LoggedPrediction(
            prediction_id,
            now,
            question.request_id,
            version.name,
            version.number,
            prediction.label,
            prediction.probability,
            kept_probabilities(prediction.probabilities),
            prediction.needs_review,
            question.text,
            seconds,
            features_of(question.text, familiar),
        )
        for question, prediction_id, prediction in zip(questions, ids, predictions, strict=True)
    ]
