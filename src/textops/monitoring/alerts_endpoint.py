"""Alerts, as the drift service is told of them, and tells of them."""

import hmac
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import SecretStr
from starlette.requests import Request

from textops.monitoring.alert_schemas import AlertAnswer, AlertGroup, FiringAlerts
from textops.monitoring.firing_alerts import AlertsKnown
from textops.monitoring.problem_documents import problem_documents
from textops.monitoring.watch import Watch
from textops.serving.problems import ProblemError


def alerts_router(watch: Watch, alerts: AlertsKnown, key: SecretStr | None) -> APIRouter:
    """Return the webhook for Alertmanager, and what people ask.

    Args:
        watch: Starts retrainings.
        alerts: Knows what fires.
        key: Which Alertmanager must show; None for everybody who reaches the port.
    """
    router = APIRouter(prefix="/alerts")

    @router.get("", tags=["alerts"], summary="Alerts that fire now; `problem` says where that is not known")
    async def firing() -> FiringAlerts:
        return await alerts.firing()

    @router.post(
        "",
        tags=["loop"],
        summary="The webhook for Alertmanager: an alert that fires starts a retraining, where the settings say so",
        responses=problem_documents(
            HTTPStatus.UNAUTHORIZED, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY
        ),
    )
    async def take(request: Request, group: AlertGroup) -> AlertAnswer:
        _check_key(request, key)
        alerts.take(group.alerts)
        firing = tuple(alert.labels.get("alertname", "unnamed") for alert in group.alerts if alert.status == "firing")
        if not firing:
            return AlertAnswer(firing=firing, retraining="not asked")
        return AlertAnswer(firing=firing, retraining=watch.react(f"alert {firing[0]}") or "off")

    return router


def _check_key(request: Request, key: SecretStr | None) -> None:
    if key is None:
        return
    expected = f"Bearer {key.get_secret_value()}"
    # As it came: Starlette reads each byte of a header as a character.
    given = request.headers.get("Authorization", "").encode("latin-1")
    if not hmac.compare_digest(given, expected.encode()):
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "key_missing",
            "send the key of TEXTOPS_DRIFT_WEBHOOK_KEY as Authorization: Bearer",
            headers={"WWW-Authenticate": "Bearer"},
        )
