"""What a build asks of a revision without traffic, asked of the API as it runs."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from textops.registry import PRODUCTION, Registry

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def checks(**environment: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith(("TEXTOPS_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/deployed/api_checks.py"],
        cwd=ROOT,
        env={**known, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Path) -> Registry:
    registry = Registry(tmp_path_factory.mktemp("deployed") / "registry")
    registry.point(registry.register(tiny_bundle), PRODUCTION, after=None)
    return registry


def test_a_good_service_passes(registry: Registry, start_api: Callable[..., Any]) -> None:
    server = start_api(registry.root, api_keys="key-1,key-2")

    passed = checks(TEXTOPS_TEST_ADDRESS=server.url, TEXTOPS_API_KEY="key-2")

    assert passed.returncode == 0, passed.stdout


def test_a_service_that_does_not_let_the_key_in_does_not_pass(
    registry: Registry, start_api: Callable[..., Any]
) -> None:
    server = start_api(registry.root, api_keys="key-1")

    assert checks(TEXTOPS_TEST_ADDRESS=server.url, TEXTOPS_API_KEY="another").returncode == 1


def test_without_an_address_it_says_what_is_missing() -> None:
    failed = checks()

    assert failed.returncode == 1
    assert "set TEXTOPS_TEST_ADDRESS to the address of a service" in failed.stdout
