"""The load test against the API as it runs."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from textops.benchmark.serving.loadtest.__main__ import main
from textops.benchmark.serving.loadtest.hostility import HOSTILE
from textops.benchmark.serving.loadtest.run import Users, load_test
from textops.benchmark.serving.loadtest.thresholds import Thresholds
from textops.errors import ServiceError
from textops.registry import PRODUCTION, Registry

pytestmark = pytest.mark.slow

LOCUSTFILE = Path(__file__).parents[1] / "performancetests/locustfile.py"
FORGIVING = Thresholds(max_error_share=0.9, max_p95=60_000, max_p99=60_000, min_throughput=0)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Path) -> Registry:
    registry = Registry(tmp_path_factory.mktemp("loadtest") / "registry")
    registry.point(registry.register(tiny_bundle), PRODUCTION, after=None)
    return registry


def test_every_hostile_request_gets_what_is_right_for_it(registry: Registry, start_api: Callable[..., object]) -> None:
    # given
    server = start_api(registry.root)
    url: str = getattr(server, "url")  # noqa: B009 (the fixture's class lies in a conftest)
    # when
    with httpx.Client(base_url=url) as client:
        statuses = {
            hostile.name: client.request(
                hostile.method, hostile.path, content=hostile.body, headers=dict(hostile.headers)
            ).status_code
            for hostile in HOSTILE
        }
    # then
    assert {name: status for name, status in statuses.items() if status == 200} == {}
    assert all(statuses[hostile.name] in hostile.right for hostile in HOSTILE), statuses


def test_users_ask_a_service_that_wants_a_key_and_nothing_fails(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEXTOPS_API_KEY", "let-me-in")
    service = {"TEXTOPS_REGISTRY": str(registry.root), "TEXTOPS_API_KEYS": "let-me-in"}
    # when
    verdict = load_test(None, Users(17, 50, 6), FORGIVING, LOCUSTFILE, environment=service)
    # then
    assert verdict.faults == []
    report = json.loads((tmp_path / "reports/loadtest/loadtest.json").read_text())
    assert report["measured"]["requests"] == verdict.run.requests > 20
    assert (tmp_path / "reports/loadtest/loadtest.html").stat().st_size > 0
    requests = json.loads((tmp_path / "reports/loadtest/requests.json").read_text())
    assert {request["name"].split()[0] for request in requests} >= {"reader", "newsroom", "hostile:"}
    # Overload apart, which a busy machine causes, every answer is right.
    assert {failure.reason for failure in verdict.run.reasons} <= {"status 429"}
    assert sum(failure.count for failure in verdict.run.reasons) == verdict.run.failures


def test_without_the_key_every_user_fails_and_the_thresholds_say_so(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    monkeypatch.chdir(LOCUSTFILE.parents[2])
    monkeypatch.delenv("TEXTOPS_API_KEY", raising=False)
    for name, value in {"REGISTRY": str(registry.root), "API_KEYS": "other", "MODEL": ""}.items():
        monkeypatch.setenv(f"TEXTOPS_{name}", value)
    monkeypatch.delenv("TEXTOPS_MODEL")
    monkeypatch.setattr("textops.benchmark.serving.loadtest.run.REPORTS", tmp_path)
    # when
    code = main(["--users=4", "--seconds=2", "--spawn-rate=10"])
    # then
    assert code == 1
    printed = capsys.readouterr().err
    assert "p95 is not known: no single text was answered" in printed
    assert "401 instead of " in printed


def test_a_locustfile_that_breaks_off_is_said_in_one_line(registry: Registry, tmp_path: Path) -> None:
    # given
    broken = tmp_path / "locustfile.py"
    broken.write_text("import nothing_of_this_name\n")
    service = {"TEXTOPS_REGISTRY": str(registry.root)}
    # when, then
    with pytest.raises(ServiceError, match=r"Locust ended with 1: .*nothing_of_this_name"):
        load_test(None, Users(1, 1, 1), FORGIVING, broken, tmp_path / "reports", service)
    assert not (tmp_path / "reports/loadtest.json").exists()
