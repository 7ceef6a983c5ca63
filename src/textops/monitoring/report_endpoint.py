"""The report by Evidently, as the drift service gives it."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from textops.monitoring.findings import DriftCheck
from textops.monitoring.problem_documents import problem_documents
from textops.monitoring.watch import Watch
from textops.serving.problems import not_ready

_RETRY_AFTER = {"Retry-After": "5"}
_IN_THE_MAKING = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<title>Drift report</title></head><body>
<p>The report is being made; this page asks again by itself.</p></body></html>"""


def report_router(watch: Watch) -> APIRouter:
    """Return the endpoint of the report.

    Args:
        watch: Has it made.
    """
    router = APIRouter(tags=["drift"])

    @router.get(
        "/drift/report",
        summary="The report by Evidently as a page; made in the background, and kept",
        response_class=HTMLResponse,
        responses={
            int(HTTPStatus.ACCEPTED): {"description": "It is being made"},
            **problem_documents(HTTPStatus.SERVICE_UNAVAILABLE),
        },
    )
    async def report() -> Response:
        if watch.last is None:
            raise not_ready(watch.problem)
        if not watch.last.window:
            raise not_ready(f"there is nothing to report: {watch.last.found.summary}")
        watch.print_page()
        if watch.page is None:
            if watch.page_problem:
                raise not_ready(watch.page_problem)
            return HTMLResponse(_IN_THE_MAKING, HTTPStatus.ACCEPTED, _RETRY_AFTER)
        return HTMLResponse(watch.page.html, headers={"Last-Modified": _http_date(watch.page.of)})

    return router


def _http_date(found: DriftCheck) -> str:
    return f"{found.created:%a, %d %b %Y %H:%M:%S GMT}"
