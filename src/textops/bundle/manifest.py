"""What a bundle says of itself: the content of `bundle.json`."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from textops.frozen import Frozen
from textops.label_rules import SeveralLabels
from textops.label_sets import parts

SCHEMA_VERSION = 5
PARITY_TOLERANCE = 1e-4
"""Largest difference of two logits to the checkpoint that a form may have which promises to be exact."""


Task = Literal["multiclass", "multilabel"]


class Metric(Frozen):
    """A figure on the held-out test set with its 95 % interval."""

    value: float
    low: float
    high: float


class ReviewBand(Frozen):
    """The band of top probabilities in which a person should look: below `below`.

    `share` and `accuracy_outside` say what that meant on the validation set: the share of examples inside the
    band, and the accuracy on those outside it.
    """

    below: float = Field(ge=0, le=1)
    share: float = Field(ge=0, le=1)
    accuracy_outside: float = Field(ge=0, le=1)


class Decision(Frozen):
    """Which class is the answer: that with the largest product of probability and weight.

    Attributes:
        rule: What the weights are for: `macro_f1` or `cost`.
        weights: What each class counts, in the order of the classes.
        macro_f1: On the validation set with these weights; for `macro_f1` on examples that the search had not seen.
        macro_f1_before: The same with the most probable class as the answer.
    """

    rule: str
    weights: tuple[Annotated[float, Field(gt=0)], ...]
    macro_f1: float
    macro_f1_before: float


class Parity(Frozen):
    """How far the file that ships is from the checkpoint it was made of, on texts of the test set.

    Attributes:
        texts: Texts compared.
        max_difference: Largest absolute difference of two logits.
        agreement: Share of the texts to which both give the same class.
    """

    texts: int = Field(ge=1)
    max_difference: float = Field(ge=0)
    agreement: float = Field(ge=0, le=1)


class Export(Frozen):
    """Which form of the model ships, and why.

    Attributes:
        variant: `onnx_fp32` for the checkpoint as it is; other names are those of `textops optimize`.
        exact: Whether the variant promises the logits of the checkpoint, rounding aside.
        parity: Proof of how far it is from the checkpoint.
        reason: Why this one was chosen, in words.
    """

    variant: str
    exact: bool
    parity: Parity
    reason: str


class DataReference(Frozen):
    """Which data the model was trained on and measured with."""

    name: str
    fingerprint: str
    train_examples: int
    test_examples: int


class Manifest(Frozen):
    """The content of `bundle.json`.

    Attributes:
        schema_version: Version of this schema; a reader refuses what it does not know.
        name: Name of the model, also its name in the registry.
        encoder: Family of the model (`ngram`, `lstm`).
        classes: Class names in the order of the logits.
        max_tokens: Longest input in tokens, None where the tokenizer alone bounds it.
        temperature: Logits are divided by it before the softmax; 1 where there is none because of `several`.
        review: Band of probabilities of the answer that ask for review.
        decision: Which class is the answer; None: the most probable.
        several: How a text gets any number of labels; None: it has one class.
        metrics: Figures on the test set by name (`accuracy`, `macro_f1`, `ece`, ...).
        data: The data set behind the model.
        git_commit: Commit of the code, None outside a repository.
        export: Which form of the model this is; None in bundles of schema version 1.
        created: When the bundle was written, UTC.
        files: SHA-256 of each other file of the bundle by name.
        own_hash: SHA-256 of all other members, see `own_hash_of`; None in bundles of schema versions 1 to 4.
    """

    schema_version: int = SCHEMA_VERSION
    name: str
    encoder: str
    classes: tuple[str, ...] = Field(min_length=2)
    max_tokens: int | None
    temperature: float = Field(gt=0)
    review: ReviewBand
    decision: Decision | None = None
    several: SeveralLabels | None = None
    metrics: dict[str, Metric]
    data: DataReference
    git_commit: str | None
    export: Export | None = None
    created: datetime = Field(default_factory=lambda: datetime.now(UTC))
    files: dict[str, str] = Field(default_factory=dict)
    own_hash: str | None = None

    @field_validator("classes")
    @classmethod
    def _each_class_once(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(classes)) != len(classes):
            raise ValueError("a class is named twice")
        return classes

    @model_validator(mode="after")
    def _weight_for_each_class(self) -> Self:
        if self.decision is not None and len(self.decision.weights) != len(self.classes):
            raise ValueError(f"{len(self.decision.weights)} weights for {len(self.classes)} classes")
        return self

    @model_validator(mode="after")
    def _rule_for_each_class(self) -> Self:
        if self.several is None:
            return self
        if len(self.several.rules) != len(self.classes):
            raise ValueError(f"{len(self.several.rules)} rules for {len(self.classes)} classes")
        if any(self.several.separator in name for name in self.classes):
            raise ValueError(f"a class holds the separator {self.several.separator!r}")
        return self

    @property
    def task(self) -> Task:
        """`multilabel` where a text has any number of labels, else `multiclass`."""
        return "multiclass" if self.several is None else "multilabel"

    def labels_of(self, answer: str) -> tuple[str, ...]:
        """Return the classes that an answer names: itself, but where a text has any number of labels."""
        return parts(answer, self.separator)

    @property
    def separator(self) -> str | None:
        """What stands between the labels of an answer; None where it is one class."""
        return None if self.several is None else self.several.separator


def own_hash_of(document: Mapping[str, object]) -> str:
    """Return the SHA-256 of what a `bundle.json` says, itself aside; how it is laid out does not matter.

    Classes, temperature and thresholds stand nowhere else: without it, a flipped bit in them would change answers
    and nobody would notice.
    """
    said = {name: value for name, value in document.items() if name != "own_hash"}
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
