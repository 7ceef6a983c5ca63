"""Asking Alertmanager what fires."""

import asyncio
from datetime import datetime
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from textops.errors import ConfigurationError
from textops.monitoring.alert_schemas import FiringAlerts
from textops.monitoring.firing import MOST_ALERTS, firing_alert, in_order

_SECONDS = 2.0
_PATH = "/api/v2/alerts"
# Those that somebody has silenced, or that follow from worse ones, are told to nobody.
_WANTED = {"active": "true", "silenced": "false", "inhibited": "false", "unprocessed": "false"}


class _Known(BaseModel):
    """An alert, as Alertmanager's API tells of it."""

    model_config = ConfigDict(frozen=True)

    labels: dict[str, str]
    annotations: dict[str, str] = Field(default_factory=dict)
    starts_at: datetime | None = Field(None, alias="startsAt")


_ANSWER = TypeAdapter(list[_Known])


class Alertmanager:
    """An Alertmanager behind an address."""

    def __init__(self, address: str) -> None:
        """Take an address; nothing is asked yet.

        Raises:
            ConfigurationError: If it is none.
        """
        url = _address(address)
        # Without a password, should the address have one.
        self._shown = f"{url.scheme}://{url.netloc.decode('ascii')}"
        self._client = httpx.AsyncClient(timeout=_SECONDS)
        self._address = f"{address.rstrip('/')}{_PATH}"

    async def firing(self) -> FiringAlerts:
        """Ask what fires; where there is no answer, `problem` says so."""
        try:
            # httpx bounds each wait alone: an answer in drops would take for ever.
            async with asyncio.timeout(_SECONDS):
                response = await self._client.get(self._address, params=_WANTED)
        except (httpx.HTTPError, TimeoutError) as error:
            return _unknown(f"Alertmanager at {self._shown} does not answer ({type(error).__name__})")
        if response.status_code != httpx.codes.OK:
            return _unknown(f"Alertmanager at {self._shown} answers with {response.status_code}")
        try:
            known = _ANSWER.validate_json(response.content)
        except ValidationError:
            return _unknown(f"what answers at {self._shown} is no Alertmanager: check TEXTOPS_ALERTMANAGER_URL")
        alerts = in_order(firing_alert(alert.labels, alert.annotations, alert.starts_at) for alert in known)
        problem = f"{len(alerts):,} alerts fire; these are {MOST_ALERTS} of them" if len(alerts) > MOST_ALERTS else ""
        return FiringAlerts(source="alertmanager", alerts=alerts[:MOST_ALERTS], problem=problem)

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()


def _address(text: str) -> httpx.URL:
    try:
        # Stricter than httpx, which would complain when somebody asks.
        urlsplit(text)
        url = httpx.URL(text)
    except (ValueError, httpx.InvalidURL) as error:
        raise ConfigurationError(f"TEXTOPS_ALERTMANAGER_URL is no address: {error}") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise ConfigurationError(
            "TEXTOPS_ALERTMANAGER_URL is no address: it begins with http:// or https://, and names a host"
        )
    return url


def _unknown(problem: str) -> FiringAlerts:
    return FiringAlerts(source="alertmanager", alerts=[], problem=f"it is not known what fires: {problem}")
