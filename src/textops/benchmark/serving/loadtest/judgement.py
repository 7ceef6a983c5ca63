"""Whether an answer is right: its status, and what stands in it."""

import math
from collections.abc import Sequence
from typing import Any

_OK, _TOO_MANY = 200, 429
_TOLERANCE = 1e-6


def fault_of_prediction(status: int, answer: object, classes: Sequence[str]) -> str | None:
    """Return what is wrong with the answer to one text, None where nothing is.

    Args:
        status: Its status.
        answer: Its JSON, None where it has none.
        classes: Those of the model.
    """
    if status != _OK:
        return _status_in_words(status)
    if not isinstance(answer, dict):
        return "the answer is no JSON object"
    return _fault(answer, classes)


def fault_of_batch(status: int, answer: object, classes: Sequence[str], texts: int) -> str | None:
    """Return what is wrong with the answer to so many texts, None where nothing is."""
    if status != _OK:
        return _status_in_words(status)
    predictions = answer.get("predictions") if isinstance(answer, dict) else None
    if not isinstance(predictions, list) or len(predictions) != texts:
        return f"there is not one answer for each of the {texts} texts"
    for prediction in predictions:
        fault = _fault(prediction, classes) if isinstance(prediction, dict) else "an answer is no JSON object"
        if fault is not None:
            return fault
    return None


def fault_of_refusal(status: int, wanted: Sequence[int]) -> str | None:
    """Return what is wrong with the answer to a request that is to be refused, None where nothing is.

    Args:
        status: Its status, 0 where there was no answer.
        wanted: What is right; a refusal for overload always is.
    """
    if status in {*wanted, _TOO_MANY}:
        return None
    return f"{status or 'no answer'} instead of {' or '.join(map(str, wanted))}"


def _status_in_words(status: int) -> str:
    return "no answer" if status == 0 else f"status {status}"


def _fault(answer: dict[str, Any], classes: Sequence[str]) -> str | None:
    label, probabilities = answer.get("label"), answer.get("probabilities")
    if not answer.get("prediction_id"):
        return "there is no prediction_id"
    if label not in classes:
        return "the label is no class of the model"
    if not isinstance(probabilities, dict) or set(probabilities) != set(classes):
        return "the probabilities are not those of the classes"
    if not math.isclose(sum(probabilities.values()), 1, abs_tol=_TOLERANCE):
        return "the probabilities do not sum to 1"
    if answer.get("probability") != probabilities[label] or probabilities[label] != max(probabilities.values()):
        return "the label is not the most probable class"
    return None
