"""The drift service as the page asks it."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from pydantic import TypeAdapter

from textops.frontend.http_service import HttpService, Question
from textops.monitoring.alert_schemas import FiringAlerts
from textops.monitoring.drift_schemas import DriftStatus, FeatureDetail
from textops.monitoring.traffic_schemas import Traffic

NAME = "the drift service"

_STATUS = TypeAdapter(DriftStatus)
_FEATURE = TypeAdapter(FeatureDetail)
_TRAFFIC = TypeAdapter(Traffic)
_ALERTS = TypeAdapter(FiringAlerts)
_ACCEPTED = 202


@dataclass(frozen=True)
class Report:
    """The report by Evidently.

    Attributes:
        html: A whole page.
        checked: When the check was that it belongs to, None where the service does not say.
    """

    html: str
    checked: datetime | None


class DriftClient:
    """Asks the drift service; each method raises `ServiceProblemError` where there is no answer."""

    def __init__(self, address: str, timeout_seconds: float) -> None:
        """Take the address of the service."""
        self._service = HttpService(NAME, address, timeout_seconds)

    @property
    def address(self) -> str:
        """Where the service is."""
        return self._service.address

    def status(self) -> DriftStatus:
        """Ask for the verdict, and what it is made of."""
        return self._service.ask(Question("GET", "/drift/status"), _STATUS)

    def feature(self, name: str) -> FeatureDetail:
        """Ask for both distributions of a feature."""
        return self._service.ask(Question("GET", f"/drift/features/{name}"), _FEATURE)

    def traffic(self, since: str, bins: int) -> Traffic:
        """Ask what was answered, over time.

        Args:
            since: `24h`, `7d` or a date.
            bins: Into how many parts the time is divided.
        """
        parameters: dict[str, str | int] = {"since": since, "bins": bins}
        return self._service.ask(Question("GET", "/traffic", parameters=parameters), _TRAFFIC)

    def alerts(self) -> FiringAlerts:
        """Ask which alerts fire now."""
        return self._service.ask(Question("GET", "/alerts"), _ALERTS)

    def report(self) -> Report | None:
        """Ask for the page by Evidently; None as long as it is being made."""
        response = self._service.send(Question("GET", "/drift/report"))
        if response.status_code == _ACCEPTED:
            return None
        return Report(response.text, _moment(response.headers.get("Last-Modified")))


def _moment(header: str | None) -> datetime | None:
    try:
        return None if header is None else parsedate_to_datetime(header)
    except ValueError:
        return None
