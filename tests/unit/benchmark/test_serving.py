"""The whole benchmark, in small."""

import json
from functools import partial
from pathlib import Path

import pytest

from textops.benchmark.serving import benchmark as whole
from textops.benchmark.serving.measurements import EMPTY, LOCKED, RAW, Measurements
from textops.benchmark.serving.own_server import NAME
from textops.benchmark.serving.soak import soak
from textops.errors import ServiceError


@pytest.mark.slow
def test_all_is_measured_kept_and_told(tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(whole, "soak", partial(soak, reload_seconds=0.3))
    plan = whole.Plan(
        tiny_bundle, tiny_bundle, rounds=1, seconds=0.2, overload_seconds=0.3, requests=200, soak_minutes=0.02
    )
    # when
    markdown = whole.benchmark(plan)
    # then
    folder = tmp_path / "reports/benchmarks"
    found = Measurements.model_validate(json.loads((folder / "serving.json").read_text()))
    assert {server.name for server in found.compared if server.rounds} >= {EMPTY, NAME, LOCKED, RAW}
    assert found.logged_share == 1
    assert found.overload is not None
    assert found.overload.result.errors == 0
    assert found.overload.result.statuses.keys() <= {200, 429}
    assert found.memory is not None
    assert found.memory.before > 20
    assert found.soak is not None
    assert found.soak.missing == 0
    assert found.soak.failed_reloads == 0
    assert found.soak.reloads >= 2
    assert found.soak.result.failed == 0
    assert (folder / "serving.md").read_text() == markdown
    assert (folder / "serving.png").stat().st_size > 0
    assert "not asked for (--rivals)" in markdown


@pytest.mark.slow
def test_without_the_api_nothing_is_kept(tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given servers that cannot begin
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.executable", "/bin/false")
    # when, then
    with pytest.raises(ServiceError, match=f"{EMPTY} cannot be measured: .* ended with 1 before it was ready"):
        whole.benchmark(whole.Plan(tiny_bundle, rounds=1, seconds=0.3))
    assert not list(tmp_path.iterdir())
