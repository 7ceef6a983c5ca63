"""The whole benchmark, in small."""

import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from textops.benchmark.serving import benchmark as whole
from textops.benchmark.serving.contender import Contender
from textops.benchmark.serving.measurements import EMPTY, LOCKED, RAW, Measurements
from textops.benchmark.serving.own_server import NAME
from textops.benchmark.serving.rivals.all_rivals import RIVALS
from textops.benchmark.serving.rivals.environment import RivalEnvironment
from textops.benchmark.serving.rivals.rival import Rival
from textops.benchmark.serving.soak import soak
from textops.benchmark.serving.texts import write_bodies
from textops.errors import ServiceError


def install_the_first(rival: Rival, _folder: Path) -> RivalEnvironment:
    if rival is not RIVALS[0]:
        raise ServiceError("there is no such package")
    return RivalEnvironment(rival, Path(sys.executable), "1.0")


def stand_in(place: RivalEnvironment, bundle: Path, texts: Sequence[str], label: str, folder: Path) -> Contender:
    """Serve by our own endpoint instead."""
    command = (str(place.python), "-m", "textops.benchmark.serving.endpoints", "plain", "{port}", str(bundle))
    bodies = write_bodies(folder / "stand_in", texts, lambda text: {"text": text})
    return Contender("stand in", command, bodies, label=label)


@pytest.mark.slow
def test_all_is_measured_kept_and_told(tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(whole, "soak", partial(soak, reload_seconds=0.3))
    monkeypatch.setattr(whole, "RIVALS", RIVALS[:2])
    monkeypatch.setattr(whole, "installed", install_the_first)
    monkeypatch.setattr(whole, "contender_of", stand_in)
    plan = whole.Plan(
        tiny_bundle, tiny_bundle, tmp_path, rounds=1, seconds=0.2, overload_seconds=0.3, requests=200, soak_minutes=0.02
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
    assert [rival.name for rival in found.rivals] == ["stand in"]
    assert found.left_out == {RIVALS[1].name: "there is no such package"}
    assert "there is no such package" in markdown


@pytest.mark.slow
def test_without_the_api_nothing_is_kept(tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given servers that cannot begin
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.executable", "/bin/false")
    # when, then
    with pytest.raises(ServiceError, match=f"{EMPTY} cannot be measured: .* ended with 1 before it was ready"):
        whole.benchmark(whole.Plan(tiny_bundle, rounds=1, seconds=0.3))
    assert not list(tmp_path.iterdir())
