"""What goes over the wire where people say what the class of an answered text is."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

MOST_COMMENT_CHARACTERS = 2_000
MOST_LABELS = 1_000


class FeedbackRequest(BaseModel):
    """What somebody says of an answer. Of several for one answer the newest counts."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    prediction_id: UUID = Field(description="`prediction_id` of the answer.")
    label: str | None = Field(None, description="The right class, one of those of the model that answers now.")
    labels: list[str] | None = Field(
        None,
        max_length=MOST_LABELS,
        description="Instead of `label`, where the model gives any number of labels: all that are right, or none.",
    )
    comment: str | None = Field(None, max_length=MOST_COMMENT_CHARACTERS, description="Anything else.")


class FeedbackResponse(BaseModel):
    """It will be in the prediction log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["accepted"] = "accepted"
