"""Settings of the prediction log from the environment, variables TEXTOPS_*."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

OFF = "none"
TextPolicy = Literal["full", "redacted", "hash", "none"]


class PredictionLogSettings(BaseSettings):
    """What the prediction log takes from the environment.

    Attributes:
        database_url: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/DATABASE`; `none` switches the log off.
        log_text: What is kept of a text: all of it, all but what names a person, only its hash, or nothing.
        log_redact_names: Whether names behind a title (Mr, Dr, Frau) are taken out too.
        log_hash_key: Makes the hashes worthless to whoever does not know it; without one, short texts can be guessed.
        log_buffer_rows: Rows that may wait for the database; more are dropped and counted.
        log_buffer_characters: Characters of the texts that may wait.
        log_flush_rows: As many waiting rows are written at once; the more, the longer a request may have to wait for
            the processor meanwhile.
        log_flush_seconds: No row waits longer than this while the database answers.
        log_retention_days: Older rows are removed; None keeps all.
        log_spill: Folder for what the database did not take before the service ended; the next start loads it.
    """

    model_config = SettingsConfigDict(env_prefix="TEXTOPS_", frozen=True)

    database_url: SecretStr = SecretStr("sqlite:///data/prediction_log.sqlite")
    log_text: TextPolicy = "redacted"
    log_redact_names: bool = False
    log_hash_key: SecretStr | None = None
    log_buffer_rows: int = Field(20_000, ge=1)
    log_buffer_characters: int = Field(100_000_000, ge=1)
    log_flush_rows: int = Field(100, ge=1, le=100_000)
    log_flush_seconds: float = Field(1.0, gt=0, le=3_600)
    log_retention_days: float | None = Field(None, gt=0, le=100_000)
    log_spill: Path = Path("data/prediction_log_spill")

    @property
    def is_on(self) -> bool:
        """Whether there is a log."""
        return self.database_url.get_secret_value() != OFF
