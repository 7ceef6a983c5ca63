"""What a service hands over; tuples, because thousands are made in a second beside the requests."""

from typing import NamedTuple


class LoggedPrediction(NamedTuple):
    """An answer that was given.

    Attributes:
        prediction_id: From `new_prediction_id`.
        created: When, as seconds since 1970 (`time.time`).
        request_id: The request that asked.
        model_name: The model that answered.
        model_version: Its version.
        label: The class that was answered.
        probability: Its probability.
        probabilities: Probability by class.
        needs_review: Whether a person should look.
        text: What the model saw; how much of it is kept, the settings say.
        seconds: What the model took for it.
        features: What was measured of the text, by name; None where it was not measured.
    """

    prediction_id: str
    created: float
    request_id: str
    model_name: str
    model_version: int
    label: str
    probability: float
    probabilities: dict[str, float]
    needs_review: bool
    text: str
    seconds: float
    features: dict[str, float | None] | None = None


class ShadowPrediction(NamedTuple):
    """What a candidate says of a text that another version answered; nobody was given it.

    Attributes:
        prediction_id: Of the answer that was given.
        created: When that was, as seconds since 1970.
        model_name: The candidate's model.
        model_version: Its version.
        label: The class it would have answered.
        probability: Its probability.
        seconds: What the candidate took for it.
    """

    prediction_id: str
    created: float
    model_name: str
    model_version: int
    label: str
    probability: float
    seconds: float


class LoggedFeedback(NamedTuple):
    """What a person says the class is.

    Attributes:
        prediction_id: Of which answer.
        created: When, as seconds since 1970.
        request_id: The request that brought it.
        label: The right class.
        comment: Anything else.
    """

    prediction_id: str
    created: float
    request_id: str
    label: str
    comment: str | None
