"""What the drift service says of the drift: the verdict, and one feature at a time."""

from http import HTTPStatus

from fastapi import APIRouter

from textops.errors import TextopsError
from textops.monitoring.drift_schemas import DriftStatus, FeatureDetail
from textops.monitoring.feature_detail import bins_of
from textops.monitoring.findings import DriftCheck
from textops.monitoring.problem_documents import problem_documents
from textops.monitoring.watch import FIRST_LOOK, Watch
from textops.serving.problems import ProblemError, not_ready


def drift_router(watch: Watch) -> APIRouter:
    """Return the endpoints that tell what the last check found.

    Args:
        watch: Checks.
    """
    router = APIRouter(tags=["drift"])

    @router.get("/drift/status", summary="The verdict, and what it is made of")
    async def status() -> DriftStatus:
        return _status(watch)

    @router.post("/drift/check", summary="Look now", responses=problem_documents(HTTPStatus.SERVICE_UNAVAILABLE))
    async def check_now() -> DriftCheck:
        try:
            return (await watch.look()).found
        except TextopsError as error:
            raise not_ready(str(error)) from error

    @router.get(
        "/drift/features/{name}",
        summary="One feature, with both distributions",
        responses=problem_documents(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE),
    )
    async def feature(name: str) -> FeatureDetail:
        return _detail(watch, name)

    return router


def _status(watch: Watch) -> DriftStatus:
    found = None if watch.last is None else watch.last.found
    starting = watch.problem == FIRST_LOOK
    summary = "no check has ended yet" if starting else watch.problem
    return DriftStatus(
        verdict="unknown" if found is None else found.verdict,
        summary=summary if found is None else found.summary,
        check=found,
        problem=watch.problem,
        starting=starting,
        retraining=watch.retrainer.last,
    )


def _detail(watch: Watch, name: str) -> FeatureDetail:
    if watch.last is None:
        raise not_ready(watch.problem)
    found = watch.last.found
    drift = found.feature(name)
    if drift is None:
        known = ", ".join(each.name for each in found.features)
        raise ProblemError(
            HTTPStatus.NOT_FOUND,
            "unknown_feature",
            f"there is no such feature: {known}" if known else f"nothing was compared: {found.summary}",
        )
    return FeatureDetail(drift=drift, bins=bins_of(watch.last, name), created=found.created)
