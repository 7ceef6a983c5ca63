"""`textops drift` as it is typed."""

import numpy as np
import pytest
from tests.unit.monitoring.conftest import Log, log, registry, version

from textops.registry import Registry
from textops.simulation.changes import renew_vocabulary

__all__ = ["log", "registry", "version"]


def drifted(texts: list[str]) -> list[str]:
    random = np.random.default_rng(0)
    return [renew_vocabulary(text, 1.0, random).upper() for text in texts]


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, log: Log, registry: Registry) -> None:
    monkeypatch.setenv("TEXTOPS_DATABASE_URL", log.url)
    monkeypatch.setenv("TEXTOPS_REGISTRY", str(registry.root))
