"""What is known of the alerts that fire now: from Alertmanager where there is one to ask, else from its webhook."""

from collections.abc import Iterable

from textops.monitoring.alert_memory import AlertMemory
from textops.monitoring.alert_schemas import Alert, FiringAlerts
from textops.monitoring.alertmanager import Alertmanager
from textops.monitoring.firing import in_order
from textops.monitoring.kept import Kept

# However many look, Alertmanager is asked once in this time.
_KEPT_SECONDS = 2.0


class AlertsKnown:
    """Knows which alerts fire."""

    def __init__(self, address: str | None) -> None:
        """Take the address of Alertmanager; None to know only what comes to the webhook.

        Raises:
            ConfigurationError: If it is no address.
        """
        self._memory = AlertMemory()
        self._alertmanager = Alertmanager(address) if address else None
        self._kept: Kept[None, FiringAlerts] = Kept(_KEPT_SECONDS)

    def take(self, alerts: Iterable[Alert]) -> None:
        """Remember what came to the webhook."""
        self._memory.take(alerts)

    async def firing(self) -> FiringAlerts:
        """Return those that fire now."""
        if self._alertmanager is None:
            return FiringAlerts(source="webhook", alerts=in_order(self._memory.firing()), problem="")
        return await self._kept.get(None, self._alertmanager.firing)

    async def close(self) -> None:
        """Ask no more."""
        self._kept.close()
        if self._alertmanager is not None:
            await self._alertmanager.close()
