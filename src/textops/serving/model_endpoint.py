"""`/model`: what is known of the model that answers."""

import asyncio
from http import HTTPStatus

from fastapi import FastAPI
from loguru import logger

from textops.errors import RegistryError
from textops.registry import Registry, Version
from textops.serving.candidate import Candidate
from textops.serving.current_model import without_folders
from textops.serving.problems import problem_responses
from textops.serving.schemas import CandidateDescription, ModelDescription
from textops.serving.service import Service, reference_to
from textops.serving.settings import ServingSettings


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
        return await asyncio.to_thread(describe, service)


def describe(service: Service) -> ModelDescription:
    """Tell what is known of the model that answers, with the aliases that the registry gives its version now."""
    model = service.current.get()
    version, manifest = model.version, model.predictor.manifest
    return ModelDescription(
        name=version.name,
        version=version.number,
        aliases=_aliases(Registry(service.settings.registry), version),
        encoder=manifest.encoder,
        classes=list(manifest.classes),
        metrics=manifest.metrics,
        temperature=manifest.temperature,
        review=manifest.review,
        decision=manifest.decision,
        task=manifest.task,
        several=manifest.several,
        data=manifest.data,
        git_commit=manifest.git_commit,
        created=manifest.created,
        candidate=None if service.candidate is None else _candidate(service.candidate, service.settings),
        examples=list(model.examples),
    )


def _candidate(candidate: Candidate, settings: ServingSettings) -> CandidateDescription:
    model = candidate.model
    return CandidateDescription(
        model=None if model is None else reference_to(model.version),
        canary=settings.canary,
        shadow=settings.shadow,
        detail=without_folders(candidate.detail),
    )


def _aliases(registry: Registry, version: Version) -> list[str] | None:
    try:
        events = registry.aliases(version.name)
    except RegistryError as error:
        logger.warning("the aliases of {} cannot be read: {}", version, error)
        return None
    return sorted(alias for alias, event in events.items() if event.version == version.number)
