"""What goes over the wire about the models in the registry."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from textops.bundle import DataReference, Decision, Export, Metric, ReviewBand, Task
from textops.bundle_report import BundleReport
from textops.frozen import Frozen
from textops.label_rules import SeveralLabels
from textops.serving.schemas import TASK_DESCRIPTION


class VersionFacts(Frozen):
    """What a version is."""

    encoder: str
    variant: str | None = Field(description="Which form of the model it is; null where its bundle does not say.")
    classes: int = Field(description="How many classes it knows.")
    metrics: dict[str, Metric] = Field(description="Figures on the test set, each with its 95 % interval.")
    data: DataReference
    created: datetime


class VersionSummary(Frozen):
    """A version in the list."""

    version: int
    aliases: list[str] = Field(description="Those that point to it now.")
    damaged: str | None = Field(description="Why nothing is known of it; null where it is sound.")
    facts: VersionFacts | None = Field(description="Null where it is damaged.")


class AliasMove(Frozen):
    """An alias that was given to a version."""

    alias: str
    version: int
    previous: int | None = Field(description="The version that had it before; null where none had.")
    action: Literal["promote", "rollback"]
    created: datetime
    reason: str | None
    gate_passed: bool | None = Field(description="What the promotion gate said; null where it was not asked.")


class ModelVersions(Frozen):
    """A model with its newest versions."""

    name: str
    total: int = Field(description="How many versions it has.")
    versions: list[VersionSummary] = Field(description="The newest, and all that have an alias; the newest first.")
    moves: list[AliasMove] = Field(description="The last moves of its aliases, the last one first.")
    damaged: str | None = Field(description="Why its aliases are not known; null where they are.")


class ModelList(Frozen):
    """All models of the registry."""

    models: list[ModelVersions]


class VersionDetail(Frozen):
    """All that is known of one version."""

    name: str
    version: int
    aliases: list[str] = Field(description="Those that point to it now.")
    facts: VersionFacts
    classes: list[str]
    temperature: float
    review: ReviewBand
    decision: Decision | None = Field(
        None, description="Rule of its answers; null where the most probable class answers."
    )
    task: Task = Field("multiclass", description=TASK_DESCRIPTION)
    several: SeveralLabels | None = Field(None, description="Of `multilabel`: the rule of each label; else null.")
    git_commit: str | None
    export: Export | None
    card: str | None = Field(description="The model card, Markdown; null where its bundle has none.")
    report: BundleReport | None = Field(description="What was measured of it; null where there is none to be read.")
    report_missing: str | None = Field(description="Why there is no report; null where there is one.")
    moves: list[AliasMove] = Field(description="Aliases it got and lost, the last one first.")
