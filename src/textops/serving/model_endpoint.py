"""`/model`: what is known of the model that answers."""

import asyncio
from http import HTTPStatus

from fastapi import FastAPI

from textops.serving.problems import problem_responses
from textops.serving.schemas import ModelDescription
from textops.serving.service import Service


def install_model_endpoint(app: FastAPI, service: Service) -> None:
    """Add the endpoint to an app."""

    @app.get(
        "/model",
        tags=["model"],
        summary="What is known of the model that answers",
        responses=problem_responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE),
    )
    async def model() -> ModelDescription:
        # The registry may lie on a slow disk.
        return await asyncio.to_thread(service.describe)
