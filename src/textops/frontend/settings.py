"""Settings of the page from the environment, variables TEXTOPS_*."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from textops.header_secret import HeaderSecret
from textops.registry.settings import PREFIX


def _address(text: str) -> str:
    """Return an address without the slash at its end."""
    if not text.startswith(("http://", "https://")) or not text.partition("://")[2].strip("/"):
        raise PydanticCustomError("address", "an address begins with http:// or https://, and names a host")
    return text.rstrip("/")


Address = Annotated[str, AfterValidator(_address)]


class PageSettings(BaseSettings):
    """What the page takes from the environment.

    Attributes:
        api_url: Where the API answers, as seen from the machine of the page; browsers never ask it themselves.
        drift_url: Where the drift service answers, likewise.
        api_key: Key that the page shows to the API, None where it asks for none. Whoever reaches the page asks with it.
        page_timeout_seconds: How long the page waits for an answer.
        ui_host: Address to listen on.
        ui_port: Port to listen on.
        ui_upload_megabytes: Largest file that may be dropped on the page for a batch.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    api_url: Address = "http://127.0.0.1:8000"
    drift_url: Address = "http://127.0.0.1:8001"
    api_key: HeaderSecret | None = None
    page_timeout_seconds: float = Field(15.0, gt=0)
    ui_host: str = "127.0.0.1"
    ui_port: int = Field(8501, ge=1, le=65_535)
    ui_upload_megabytes: int = Field(200, ge=1)
