"""A registry, and an API that answers with what is in it; modules that want other settings give their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger
from starlette.testclient import TestClient

from textops.registry import Registry
from textops.serving.api import create_app
from textops.serving.settings import ServingSettings


@pytest.fixture
def registry(tmp_path: Path, tiny_bundle: Path) -> Registry:
    """One version of `tiny`, in production."""
    registry = Registry(tmp_path / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    return registry


@pytest.fixture
def settings(registry: Registry) -> ServingSettings:
    """Those of a service as it comes."""
    return ServingSettings(registry=str(registry.root))


@pytest.fixture
def client(settings: ServingSettings) -> Iterator[TestClient]:
    """Asks an API with these settings."""
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture
def errors() -> Iterator[list[str]]:
    """What was logged as an error."""
    said: list[str] = []
    sink = logger.add(lambda message: said.append(str(message).strip()), format="{message}", level="ERROR")
    yield said
    logger.remove(sink)
