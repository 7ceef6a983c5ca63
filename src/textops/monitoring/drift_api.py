"""The drift service: its own small API beside the one that predicts, which it never burdens."""

import asyncio
import hmac
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import numpy as np
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_fastapi_instrumentator import Instrumentator
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from textops import __version__
from textops.errors import TextopsError
from textops.monitoring.alert_schemas import AlertAnswer, AlertGroup
from textops.monitoring.check import Comparison
from textops.monitoring.drift_schemas import Bin, DriftReadiness, DriftStatus, FeatureDetail
from textops.monitoring.effects import count_in_bins, count_names, quantile_edges
from textops.monitoring.feature_drift import LABEL
from textops.monitoring.findings import DriftCheck
from textops.monitoring.settings import DriftSettings
from textops.monitoring.thresholds import Thresholds
from textops.monitoring.watch import FIRST_LOOK, Watch
from textops.prediction_log import PredictionLogSettings
from textops.serving.pace import Pace
from textops.serving.problems import ProblemError, install_problem_handlers, not_ready
from textops.serving.schemas import Health, Problem

_REFUSALS_PER_SECOND = 100.0
_RETRY_AFTER = {"Retry-After": "5"}
_DESCRIPTION = """Watches what the model meets: compares live traffic with the held-out data of its bundle.

Every error is a problem (RFC 9457, `application/problem+json`): `detail` says what is wrong and what to do."""
_IN_THE_MAKING = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<title>Drift report</title></head><body>
<p>The report is being made; this page asks again by itself.</p></body></html>"""
_PROBLEMS = {
    int(status): {"model": Problem, "description": status.phrase}
    for status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED)
}


def create_drift_app(settings: DriftSettings, log_settings: PredictionLogSettings, thresholds: Thresholds) -> FastAPI:
    """Build the drift service; it starts whatever the log and the registry are like, and says when they are not there.

    Raises:
        ServiceError: If the address of the prediction log is none.
        ConfigurationError: If a setting is not possible.
    """
    watch = Watch(settings, log_settings, thresholds)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        following = asyncio.create_task(watch.follow())
        yield
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await watch.close()

    app = FastAPI(title="textops drift", description=_DESCRIPTION, version=__version__, lifespan=lifespan)
    app.state.watch = watch
    Instrumentator(registry=watch.metrics.registry).instrument(app)
    install_problem_handlers(app, Pace(_REFUSALS_PER_SECOND, 1))
    app.exception_handler(RequestValidationError)(_answer_invalid)
    _install_drift(app, watch)
    _install_operations(app, watch)
    _install_alerts(app, watch, settings)
    return app


def _install_drift(app: FastAPI, watch: Watch) -> None:
    @app.get("/drift/status", tags=["drift"], summary="The verdict, and what it is made of")
    async def status() -> DriftStatus:
        return _status(watch)

    @app.post("/drift/check", tags=["drift"], summary="Look now", responses=_some(HTTPStatus.SERVICE_UNAVAILABLE))
    async def check_now() -> DriftCheck:
        try:
            return (await watch.look()).found
        except TextopsError as error:
            raise not_ready(str(error)) from error

    @app.get(
        "/drift/features/{name}",
        tags=["drift"],
        summary="One feature, with both distributions",
        responses=_some(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE),
    )
    async def feature(name: str) -> FeatureDetail:
        return _detail(_last(watch), name)

    @app.get(
        "/drift/report",
        tags=["drift"],
        summary="The report by Evidently as a page; made in the background, and kept",
        response_class=HTMLResponse,
        responses={HTTPStatus.ACCEPTED: {"description": "It is being made"}, **_some(HTTPStatus.SERVICE_UNAVAILABLE)},
    )
    async def report() -> Response:
        last = _last(watch)
        if not last.window:
            raise not_ready(f"there is nothing to report: {last.found.summary}")
        watch.print_page()
        if watch.page is None:
            if watch.page_problem:
                raise not_ready(watch.page_problem)
            return HTMLResponse(_IN_THE_MAKING, HTTPStatus.ACCEPTED, _RETRY_AFTER)
        return HTMLResponse(watch.page.html, headers={"Last-Modified": _http_date(watch.page.of)})


def _install_operations(app: FastAPI, watch: Watch) -> None:
    @app.get("/health", tags=["operations"], summary="Whether the process lives")
    async def health() -> Health:
        return Health()

    @app.get(
        "/ready",
        tags=["operations"],
        summary="Whether the last look at the log and the reference worked",
        responses=_some(HTTPStatus.SERVICE_UNAVAILABLE),
    )
    async def ready() -> DriftReadiness:
        if watch.problem:
            raise not_ready(watch.problem)
        return DriftReadiness(model=_last(watch).found.model)

    @app.get("/metrics", tags=["operations"], summary="Figures for Prometheus", response_class=PlainTextResponse)
    async def metrics() -> Response:
        return Response(watch.metrics.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _install_alerts(app: FastAPI, watch: Watch, settings: DriftSettings) -> None:
    @app.post(
        "/alerts",
        tags=["loop"],
        summary="The webhook for Alertmanager: an alert that fires starts a retraining, where the settings say so",
        responses=_some(HTTPStatus.UNAUTHORIZED),
    )
    async def alerts(request: Request, group: AlertGroup) -> AlertAnswer:
        _check_key(request, settings)
        firing = tuple(alert.labels.get("alertname", "unnamed") for alert in group.alerts if alert.status == "firing")
        if not firing:
            return AlertAnswer(firing=firing, retraining="not asked")
        return AlertAnswer(firing=firing, retraining=watch.react(f"alert {firing[0]}") or "off")


def _check_key(request: Request, settings: DriftSettings) -> None:
    if settings.drift_webhook_key is None:
        return
    expected = f"Bearer {settings.drift_webhook_key.get_secret_value()}"
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "key_missing",
            "send the key of TEXTOPS_DRIFT_WEBHOOK_KEY as Authorization: Bearer",
            headers={"WWW-Authenticate": "Bearer"},
        )


def _status(watch: Watch) -> DriftStatus:
    if watch.last is None:
        summary = "no check has ended yet" if watch.problem == FIRST_LOOK else watch.problem
        return DriftStatus(
            verdict="unknown", summary=summary, check=None, problem=watch.problem, retraining=watch.retrainer.last
        )
    found = watch.last.found
    return DriftStatus(
        verdict=found.verdict,
        summary=found.summary,
        check=found,
        problem=watch.problem,
        retraining=watch.retrainer.last,
    )


def _last(watch: Watch) -> Comparison:
    if watch.last is None:
        raise not_ready(watch.problem)
    return watch.last


def _detail(last: Comparison, name: str) -> FeatureDetail:
    drift = last.found.feature(name)
    if drift is None:
        known = ", ".join(each.name for each in last.found.features)
        raise ProblemError(
            HTTPStatus.NOT_FOUND,
            "unknown_feature",
            f"there is no such feature: {known}" if known else f"nothing was compared: {last.found.summary}",
        )
    return FeatureDetail(drift=drift, bins=_bins(last, name), created=last.found.created)


def _bins(last: Comparison, name: str) -> tuple[Bin, ...]:
    if name == LABEL:
        names = sorted({*last.reference.manifest.classes, *last.window.predicted})
        before, now = count_names(last.reference.predicted, names), count_names(last.window.predicted, names)
    else:
        values = last.reference.features[name], last.window.features[name]
        known = [each[np.isfinite(each)] for each in values]
        if not all(map(len, known)):
            return ()
        edges = quantile_edges(known[0])
        before, now = (count_in_bins(each, edges) for each in known)
        bounds = ["", *(f"{edge:.6g}" for edge in edges), ""]
        names = [f"{low} to {high}".strip() for low, high in itertools.pairwise(bounds)]
    shares = before / before.sum(), now / now.sum()
    return tuple(
        Bin(name=each, reference=float(first), window=float(second))
        for each, first, second in zip(names, *shares, strict=True)
    )


async def _answer_invalid(_request: Request, error: Exception) -> Response:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    first = problems[0] if problems else {"loc": (), "msg": str(error)}
    where = "/".join(str(part) for part in first["loc"][1:])
    problem = Problem(
        title=HTTPStatus.UNPROCESSABLE_ENTITY.phrase,
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        detail=f"/{where}: {first['msg']}"[:500],
        error="invalid_body",
    )
    return Response(
        problem.model_dump_json(exclude_none=True),
        status_code=HTTPStatus.UNPROCESSABLE_ENTITY,
        media_type="application/problem+json",
    )


def _some(*statuses: HTTPStatus) -> dict[int | str, dict[str, object]]:
    return {int(status): _PROBLEMS[int(status)] for status in statuses}


def _http_date(found: DriftCheck) -> str:
    return f"{found.created:%a, %d %b %Y %H:%M:%S GMT}"
