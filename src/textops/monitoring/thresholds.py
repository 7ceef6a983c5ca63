"""From which effect on somebody should look, and from which on something is to be done."""

from collections.abc import Iterable
from typing import Literal

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Verdict = Literal["too few", "ok", "warn", "drift"]
SEVERITY: dict[Verdict, int] = {"too few": -1, "ok": 0, "warn": 1, "drift": 2}
"""A verdict as a number: for figures, and to find the worst of several."""


class Thresholds(BaseSettings):
    """What a verdict is made of, variables TEXTOPS_DRIFT_*.

    Attributes:
        drift_rows: Fewer answers get no verdict.
        drift_labels: Fewer answers with feedback get none on quality.
        drift_score_warn: From this population stability index on, a feature gives a warning.
        drift_score: From here on it has drifted. 0.1 and 0.25 are what banks have used for decades.
        drift_separation_warn: From this area under the curve on, telling traffic from held-out data gives a warning.
        drift_separation: From here on it is drift; 0.5 is the toss of a coin, 1 tells every text.
        drift_accuracy_warn: The accuracy may lie so far below that on the test set before it gives a warning.
        drift_accuracy: From here on it is drift.
    """

    model_config = SettingsConfigDict(env_prefix="TEXTOPS_", frozen=True)

    drift_rows: int = Field(200, ge=20)
    drift_labels: int = Field(50, ge=5)
    drift_score_warn: float = Field(0.1, gt=0)
    drift_score: float = Field(0.25, gt=0)
    drift_separation_warn: float = Field(0.7, gt=0.5, lt=1)
    drift_separation: float = Field(0.8, gt=0.5, lt=1)
    drift_accuracy_warn: float = Field(0.02, gt=0, lt=1)
    drift_accuracy: float = Field(0.05, gt=0, lt=1)

    @model_validator(mode="after")
    def _warns_first(self) -> "Thresholds":
        for name in ("drift_score", "drift_separation", "drift_accuracy"):
            if getattr(self, f"{name}_warn") > getattr(self, name):
                raise ValueError(f"TEXTOPS_{name.upper()}_WARN must not be above TEXTOPS_{name.upper()}")
        return self


def graded(value: float, warn: float, drift: float) -> Verdict:
    """Return the verdict on an effect."""
    if value >= drift:
        return "drift"
    return "warn" if value >= warn else "ok"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst verdict; `too few` where there is no other."""
    return max(verdicts, key=SEVERITY.__getitem__, default="too few")
