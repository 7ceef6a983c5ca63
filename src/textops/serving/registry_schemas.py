"""What goes over the wire about the models in the registry."""

from datetime import datetime

from textops.bundle import DataReference, Export, Metric, ReviewBand
from textops.bundle_report import BundleReport
from textops.frozen import Frozen


class VersionFacts(Frozen):
    """What a version is; None is what its bundle does not say."""

    encoder: str
    variant: str | None
    classes: list[str]
    metrics: dict[str, Metric]
    data: DataReference
    created: datetime
    model_bytes: int | None


class VersionSummary(Frozen):
    """A version in the list: `facts`, or why there are none (`damaged`)."""

    version: int
    aliases: list[str]
    damaged: str | None
    facts: VersionFacts | None


class ModelVersions(Frozen):
    """A model: how many versions it has, and the newest of them with all that have an alias."""

    name: str
    total: int
    versions: list[VersionSummary]


class ModelList(Frozen):
    """All models."""

    models: list[ModelVersions]


class AliasMove(Frozen):
    """An alias that was given to a version."""

    alias: str
    version: int
    action: str
    created: datetime
    reason: str | None


class VersionDetail(Frozen):
    """All that is known of one version."""

    name: str
    version: int
    aliases: list[str]
    facts: VersionFacts
    temperature: float
    review: ReviewBand
    git_commit: str | None
    export: Export | None
    card: str | None
    report: BundleReport | None
    moves: list[AliasMove]
