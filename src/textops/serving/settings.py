"""Settings of the API from the environment, variables TEXTOPS_*."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from textops.registry.settings import DEFAULT_REGISTRY, PREFIX


class ServingSettings(BaseSettings):
    """What the API takes from the environment.

    Attributes:
        registry: Root of the registry.
        model: Which version to serve: `name@alias`, `name/3` or `name`; None for the only model in
            production.
        host: Address to listen on.
        port: Port to listen on; 0 for any free one.
        max_body_bytes: Larger request bodies are refused.
        max_text_characters: Longer texts and titles are refused.
        max_batch_texts: Larger batches are refused.
        inline_milliseconds: Predictions that should take longer leave the event loop and run in a thread.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    registry: str = Field(DEFAULT_REGISTRY, min_length=1)
    model: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65_535)
    max_body_bytes: int = Field(10 * 1024 * 1024, ge=1)
    max_text_characters: int = Field(200_000, ge=1)
    max_batch_texts: int = Field(1_000, ge=1)
    inline_milliseconds: float = Field(5.0, ge=0)
