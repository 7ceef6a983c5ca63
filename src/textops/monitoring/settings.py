"""Settings of the drift service from the environment, variables TEXTOPS_*."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from textops.header_secret import HeaderSecret
from textops.registry.settings import DEFAULT_REGISTRY, PREFIX

OnDrift = Literal["nothing", "retrain", "alert"]


class DriftSettings(BaseSettings):
    """What the drift service takes from the environment.

    Attributes:
        registry: Root of the registry.
        model: Whose answers are watched: `name@alias`, `name/3` or `name`; None for the only model in production. An
            alias is followed.
        drift_host: Address to listen on.
        drift_port: Port to listen on; 0 for any free one.
        drift_last: So many of the newest answers are looked at.
        drift_since: Only answers since then: `24h`, `7d` or a date; None for no bound.
        drift_interval_seconds: Time between two looks.
        drift_report_seconds: How long the report by Evidently may take.
        drift_on_drift: What follows: `nothing`, but for what people do; `retrain`: a retraining, on the verdict `drift`
            and on an alert that comes to `/alerts`; `alert`: a retraining on an alert alone.
        drift_retrain_arguments: Arguments of `textops retrain`, as in a shell.
        drift_retrain_pause_seconds: No retraining begins sooner after the last one.
        drift_webhook_key: Alertmanager must send it as `Authorization: Bearer`; None lets everybody in who reaches the
            port.
        alertmanager_url: Alertmanager, who is asked which alerts fire; None to know only those that came to `/alerts`.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    registry: str = Field(DEFAULT_REGISTRY, min_length=1)
    model: str | None = None
    drift_host: str = "127.0.0.1"
    drift_port: int = Field(8001, ge=0, le=65_535)
    drift_last: int = Field(1_000, ge=1)
    drift_since: str | None = None
    drift_interval_seconds: float = Field(60.0, gt=0)
    drift_report_seconds: float = Field(300.0, gt=0)
    drift_on_drift: OnDrift = "nothing"
    drift_retrain_arguments: str = "--to production"
    drift_retrain_pause_seconds: float = Field(3_600.0, ge=0)
    drift_webhook_key: HeaderSecret | None = None
    alertmanager_url: str | None = None
