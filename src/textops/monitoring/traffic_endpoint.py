"""What was answered over time, as the drift service tells it."""

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from textops.errors import ConfigurationError, ServiceError, TextopsError
from textops.monitoring.background import in_background
from textops.monitoring.kept import Kept
from textops.monitoring.problem_documents import problem_documents
from textops.monitoring.separators import Separators
from textops.monitoring.traffic import span_until_now, traffic
from textops.monitoring.traffic_schemas import Traffic
from textops.prediction_log.database import Database
from textops.serving.problems import ProblemError, not_ready

MOST_BINS = 500

_KEPT_SECONDS = 2.0
_MOST_SECONDS = 120.0

KeptTraffic = Kept[tuple[str, int], Traffic]

Since = Annotated[str, Query(description="`90s`, `30m`, `24h`, `7d`, `2w`, or a date.", max_length=100)]
Bins = Annotated[int, Query(description="Into how many parts the time is divided.", ge=1, le=MOST_BINS)]


def kept_traffic() -> KeptTraffic:
    """Return what keeps the answers for all who ask the same."""
    return Kept(_KEPT_SECONDS)


def traffic_router(database: Database, kept: KeptTraffic, separators: Separators) -> APIRouter:
    """Return the endpoint of the traffic.

    Args:
        database: The prediction log.
        kept: The answers that were just given.
        separators: Takes answers with several labels apart.
    """
    router = APIRouter(tags=["traffic"])

    @router.get(
        "/traffic",
        summary="Answers, latency, confidence, classes and feedback over time",
        responses=problem_documents(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
    )
    async def traffic_until_now(since: Since = "24h", bins: Bins = 60) -> Traffic:
        try:
            span_until_now(since, bins)
        except ConfigurationError as error:
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_query", str(error)) from error
        try:
            return await kept.get((since, bins), lambda: _counted(database, since, bins, separators))
        except TextopsError as error:
            raise not_ready(str(error)) from error

    return router


async def _counted(database: Database, since: str, bins: int, separators: Separators) -> Traffic:
    try:
        async with asyncio.timeout(_MOST_SECONDS):
            # Until now, which is not when it was asked: others may have had their turn before.
            return await in_background(lambda: traffic(database, span_until_now(since, bins), separators))
    except TimeoutError as error:
        raise ServiceError(
            f"the prediction log has not answered within {_MOST_SECONDS:g} s: ask for a shorter time"
        ) from error
