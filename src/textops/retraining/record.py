"""What became of a retraining, as it is kept: `models/retraining/<model>/<time>.json`."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field

from textops.files import write_text
from textops.frozen import Frozen
from textops.registry.gate import GateReport
from textops.retraining.comparison import Comparison
from textops.retraining.placement import PlacementCounts
from textops.retraining.traffic import TrafficCounts

SCHEMA_VERSION = 1

Outcome = Literal["promoted", "staged", "refused", "nothing_new"]


class Retraining(Frozen):
    """A retraining that came to its end, whichever.

    Attributes:
        schema_version: Of this record.
        model: Name of the model.
        production: The version that held production when it began.
        candidate: The version that came of it; None where nothing was trained.
        outcome: `promoted` to production, `staged`, `refused` by the gate, or `nothing_new` to learn.
        reason: Why, in one line.
        started: When it began, UTC.
        seconds: How long it took.
        since: Live traffic from this time on; None from the first.
        until: Live traffic before this time; None to the last.
        overrides: What was trained otherwise than production.
        traffic: What became of the feedback.
        placement: What became of the labelled texts.
        dataset: Folder of the data set with live traffic; None where nothing was trained.
        fingerprint: Of that data set.
        train_examples: What the candidate was trained on.
        run: Folder of the training; None where nothing was trained.
        form: Form of the model that the candidate has.
        test: Candidate and production on the frozen test set.
        window: Candidate and production on live traffic that neither was trained on; None without such traffic.
        gates: Alias -> what the gate saw before it.
    """

    schema_version: int = SCHEMA_VERSION
    model: str
    production: int
    candidate: int | None = None
    outcome: Outcome
    reason: str
    started: datetime
    seconds: float
    since: datetime | None
    until: datetime | None
    overrides: tuple[str, ...]
    traffic: TrafficCounts
    placement: PlacementCounts
    dataset: str | None = None
    fingerprint: str
    train_examples: int | None = None
    run: str | None = None
    form: str | None = None
    test: Comparison | None = None
    window: Comparison | None = None
    gates: dict[str, GateReport] = Field(default_factory=dict)


def write_record(folder: Path, record: Retraining) -> Path:
    """Write a record below a folder, under the time when its retraining began."""
    path = folder / record.model / f"{record.started:%Y-%m-%dT%H-%M-%S-%f}.json"
    write_text(path, record.model_dump_json(indent=2) + "\n")
    return path
