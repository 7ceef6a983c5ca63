"""What all pages share: the settings, and the services that they ask."""

from dataclasses import dataclass
from functools import cache

from textops.frontend.api_client import ApiClient
from textops.frontend.drift_client import DriftClient
from textops.frontend.settings import PageSettings
from textops.registry.settings import read_settings


@dataclass(frozen=True)
class Context:
    """What a page works with.

    Attributes:
        settings: From the environment.
        api: The API.
        drift: The drift service.
    """

    settings: PageSettings
    api: ApiClient
    drift: DriftClient


@cache
def context() -> Context:
    """Return the context of this process: its connections are kept and shared by all who look."""
    settings = read_settings(PageSettings)
    return Context(
        settings,
        ApiClient(settings.api_url, settings.page_timeout_seconds, settings.api_key),
        DriftClient(settings.drift_url, settings.page_timeout_seconds),
    )
