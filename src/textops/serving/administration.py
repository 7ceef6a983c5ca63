"""`/admin/reload`: let the version answer that the registry names now."""

from http import HTTPStatus

from fastapi import FastAPI
from starlette.responses import Response

from textops.serving.problems import problem_responses
from textops.serving.schemas import Reload
from textops.serving.service import Service


def install_administration(app: FastAPI, service: Service) -> None:
    """Add the endpoint to an app."""

    @app.post(
        "/admin/reload",
        tags=["administration"],
        summary="Let the version answer that the registry names now; the one before answers until it can",
        responses={
            HTTPStatus.CONFLICT: {"model": Reload, "description": "It cannot be loaded; the one before goes on."},
            **problem_responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
        },
    )
    async def reload(response: Response) -> Reload:
        outcome, detail = await service.current.reload()
        service.shared_reloads.tell()
        if outcome == "failed":
            response.status_code = HTTPStatus.CONFLICT
        return Reload(outcome=outcome, detail=detail, model=service.reference())
