"""What goes over the wire where an answer is explained."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from textops.serving.schemas import PredictionRequest, PredictionResponse


class ExplanationRequest(PredictionRequest):
    """One text whose classification is to be explained."""

    label: str | None = Field(None, description="Another class whose score is to be explained beside the answered one.")
    record: bool = Field(
        default=True, description="False where the text was answered before: this answer is neither logged nor counted."
    )


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExplainedWord(_Part):
    """A word, or a run of other visible characters, and what it added."""

    field: Literal["title", "text"] = Field(description="The member of the request that it stands in.")
    start: int = Field(ge=0, description="Its first character, counted in Unicode code points from 0.")
    end: int = Field(description="The character behind its last one.")
    contribution: float = Field(
        description="What it added to the answered class; of several labels, to the most probable one."
    )
    other_contribution: float | None = Field(None, description="What it added to the class that was asked for.")


class ExplainedScore(_Part):
    """What the raw score of a class consists of: score = bias + rest + contributions of all words."""

    score: float
    bias: float = Field(description="What the class has without any text.")
    rest: float = Field(description="What lies on white space alone.")


class ExplanationResponse(PredictionResponse):
    """The model's answer to one text, and what each word of it added."""

    method: Literal["exact", "occlusion"] = Field(
        description="`exact`: contributions are parts of the raw score. `occlusion`: a contribution is by how much the "
        "logarithm of the probability falls without the word; in long texts, neighbouring words share it."
    )
    words: list[ExplainedWord]
    scores: dict[str, ExplainedScore] | None = Field(None, description="By class; only where the method is exact.")
