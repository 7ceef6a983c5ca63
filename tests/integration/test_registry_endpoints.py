"""The registry as a started server tells it, beside predictions that go on."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from textops.registry import Registry

if TYPE_CHECKING:
    from tests.conftest import AddReport, BundleFactory
    from tests.integration.conftest import StartApi

pytestmark = pytest.mark.slow

VERSIONS = 60


@pytest.fixture(scope="module")
def registry(
    tmp_path_factory: pytest.TempPathFactory, make_bundle: "BundleFactory", add_report: "AddReport"
) -> Registry:
    """Many versions, the first in production."""
    folder = tmp_path_factory.mktemp("many")
    registry = Registry(folder / "registry")
    for number in range(1, VERSIONS + 1):
        bundle = make_bundle(folder / "bundles" / str(number), points=float(number))
        add_report(bundle)
        version = registry.register(bundle)
        if number == 1:
            registry.point(version, "production", after=None)
    return registry


def test_a_server_tells_what_the_registry_holds_while_others_ask_for_predictions(
    registry: Registry, start_api: "StartApi"
) -> None:
    # given
    server = start_api(registry.root)
    with httpx.Client(base_url=server.url, timeout=30) as client, ThreadPoolExecutor(4) as threads:
        # when
        looks = [threads.submit(client.get, "/models") for _ in range(12)]
        answers = [client.post("/predict", json={"text": "a goal"}).status_code for _ in range(50)]
        # then
        assert set(answers) == {200}
        assert {look.result().status_code for look in looks} == {200}
        (model,) = looks[0].result().json()["models"]
        assert model["total"] == VERSIONS
        assert [version["version"] for version in model["versions"]] == [*range(60, 10, -1), 1]
        # when
        detail = client.get("/models/tiny/60").json()
        # then
        assert detail["report"]["classes"][0]["name"] == "sport"
        assert client.get("/model").json()["examples"][0]["label"] == "sport"


def test_a_version_that_comes_and_moves_is_seen_at_once(
    registry: Registry, start_api: "StartApi", make_bundle: "BundleFactory", tmp_path: Path
) -> None:
    # given
    server = start_api(registry.root, model="tiny/1")
    before = httpx.get(f"{server.url}/models").json()["models"][0]["total"]
    # when
    version = registry.register(make_bundle(tmp_path / "new", points=99.0))
    registry.point(version, "staging", after=None)
    # then
    (model,) = httpx.get(f"{server.url}/models").json()["models"]
    assert model["total"] == before + 1
    assert model["versions"][0]["aliases"] == ["staging"]
    assert model["moves"][0]["created"] <= time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 60))
