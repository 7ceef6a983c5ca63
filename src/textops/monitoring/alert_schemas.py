"""What Alertmanager says of alerts, and what the drift service says of those that fire."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from textops.frozen import Frozen
from textops.monitoring.retrainer import Answer

AlertSource = Literal["alertmanager", "webhook"]


class Alert(BaseModel):
    """One alert, as Alertmanager sends it; what else it sends is not looked at.

    Attributes:
        status: Whether it goes on.
        labels: What tells it from others.
        annotations: What people are to read.
        starts_at: When it began.
        ends_at: When it is over; the year 1 where that is not known.
    """

    model_config = ConfigDict(frozen=True)

    status: Literal["firing", "resolved"]
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)
    starts_at: datetime | None = Field(None, alias="startsAt")
    ends_at: datetime | None = Field(None, alias="endsAt")


class AlertGroup(BaseModel):
    """The body of Alertmanager's webhook, version 4; what else it sends is not looked at."""

    model_config = ConfigDict(frozen=True)

    version: str = "4"
    alerts: tuple[Alert, ...] = Field(max_length=1_000)


class AlertAnswer(Frozen):
    """What follows from alerts.

    Attributes:
        firing: Alerts that fire, by name.
        retraining: `started`; `running` or `too soon` after the last one; `off` where the settings do not want it;
            `not asked` where none fires.
    """

    firing: tuple[str, ...]
    retraining: Answer | Literal["off", "not asked"]


class FiringAlert(Frozen):
    """An alert that fires now.

    Attributes:
        name: Its name.
        severity: `page` calls somebody at once, `ticket` waits for the day; None where its rule does not say.
        summary: What is wrong.
        description: More of it, or what to do.
        runbook: Where more stands: an address, or a place in docs/.
        since: When it began.
    """

    name: str
    severity: str | None
    summary: str | None
    description: str | None
    runbook: str | None
    since: datetime | None


class FiringAlerts(Frozen):
    """All alerts that fire now.

    Attributes:
        source: `alertmanager` where TEXTOPS_ALERTMANAGER_URL says whom to ask; `webhook` for those that came to /alerts
            and are not over.
        alerts: Those that call somebody first, then the oldest first.
        problem: Why it is not known what fires, or that there are more; empty where all is well.
    """

    source: AlertSource
    alerts: list[FiringAlert]
    problem: str
