"""What an answer says, for people: its class, or any number of labels."""

from collections.abc import Mapping

from textops.serving.schemas import PredictionResponse

NO_LABEL = "no label"
"""What an answer without any label is called."""


def labels_of(prediction: PredictionResponse) -> tuple[str, ...]:
    """Return the class of an answer, or its labels."""
    return (prediction.label,) if prediction.labels is None else tuple(prediction.labels)


def in_words(labels: tuple[str, ...]) -> str:
    """Return labels as a person reads them."""
    return ", ".join(labels) or NO_LABEL


def explained_label(prediction: PredictionResponse) -> str:
    """Return the class whose score `/explain` explains: of several labels the most probable one, given or not."""
    if prediction.labels is None:
        return prediction.label
    return prediction.labels[0] if prediction.labels else most_probable(prediction.probabilities)


def most_probable(probabilities: Mapping[str, float]) -> str:
    """Return the class with the largest probability."""
    return max(probabilities, key=lambda name: probabilities[name])
