"""What a retraining is asked for."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from textops.errors import ConfigurationError
from textops.prediction_log.database import Database
from textops.registry.names import PRODUCTION, STAGING
from textops.registry.store import Registry

DEFAULT_RECORDS = Path("models/retraining")
DEFAULT_MINIMUM = 50
DEFAULT_WINDOW_SHARE = 0.3


@dataclass(frozen=True)
class RetrainPlan:
    """What a retraining is asked for.

    Attributes:
        registry: Where the model is, and where the candidate goes.
        database: The prediction log.
        name: The model; None for the only one that has a version in production.
        overrides: What is to be trained otherwise than production, such as `trainer.max_epochs=1`.
        since: Live traffic from this time on; None from the first.
        until: Live traffic before this time; None to the last.
        to: How far the candidate may go: `staging`, or `production` by way of staging.
        min_labels: Fewer new labelled texts are not worth a training.
        window_share: Share of the new texts that is kept out of every training, to measure on.
        every_form: Make and measure all forms of the candidate, and not just the one that production has.
        from_run: Folder of the run whose training is repeated; None for what production's bundle says.
        records: Where what became of it is kept.
    """

    registry: Registry
    database: Database
    name: str | None = None
    overrides: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    to: str = STAGING
    min_labels: int = DEFAULT_MINIMUM
    window_share: float = DEFAULT_WINDOW_SHARE
    every_form: bool = False
    from_run: Path | None = None
    records: Path = DEFAULT_RECORDS

    def __post_init__(self) -> None:
        if self.to not in {STAGING, PRODUCTION}:
            raise ConfigurationError(f"--to {self.to} is not possible: give {STAGING} or {PRODUCTION}")
        if not 0 < self.window_share < 1:
            raise ConfigurationError(
                f"--window-share {self.window_share} is not possible: give a share between 0 and 1"
            )
        if self.min_labels < 1:
            raise ConfigurationError(f"--min-labels {self.min_labels} is not possible: give at least 1")
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ConfigurationError(f"--since {self.since} is not before --until {self.until}")

    @property
    def aliases(self) -> tuple[str, ...]:
        """The aliases that the candidate is to hold, in the order in which it comes to them."""
        return (STAGING,) if self.to == STAGING else (STAGING, PRODUCTION)
