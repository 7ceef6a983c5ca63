"""How rivals are installed and started, shown with one that needs no network: our own endpoint."""

import json
import os
import sys
import sysconfig
from dataclasses import replace
from pathlib import Path

import pytest

from textops.benchmark.serving.contender import ask, first_body, running
from textops.benchmark.serving.rivals.all_rivals import QUIET, RIVALS
from textops.benchmark.serving.rivals.answer import BUNDLE_VARIABLE, answers, load_predictor
from textops.benchmark.serving.rivals.environment import contender_of, installed
from textops.benchmark.serving.rivals.rival import Rival
from textops.errors import ServiceError

pytestmark = pytest.mark.slow

STAND_IN = Rival(
    name="stand in",
    package="numpy",
    requirement="numpy>=2",
    serve=("{python}", "-m", "textops.benchmark.serving.endpoints", "plain", "{port}", "{folder}/bundle"),
    body=lambda text: {"text": text},
    path="/predict",
    ready="/ready",
    prepare=(
        "{python}",
        "-c",
        "import os, sys; os.symlink(os.environ['TEXTOPS_RIVAL_BUNDLE'], sys.argv[1])",
        "{folder}/bundle",
    ),
    files={"settings.json": {"workers": 1}},
    environment={"STAND_IN_PORT": "{second_port}"},
)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No registry of packages is asked."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)


def made(folder: Path) -> Path:
    """Make an environment as if pip had filled it: its Python sees the packages of this one."""
    place = folder / "numpy"
    (place / "bin").mkdir(parents=True)
    (place / "bin/python").symlink_to(sys.executable)
    (place / "pyvenv.cfg").write_text(f"home = {Path(sys.base_prefix) / 'bin'}\n")
    packages = place / f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    packages.mkdir(parents=True)
    (packages / "ours.pth").write_text(sysconfig.get_paths()["purelib"])
    return place


def mark_as_installed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textops.benchmark.serving.rivals.environment._own_requirements", list)
    (place / "installed.json").write_text(json.dumps([STAND_IN.requirement]))


def test_who_cannot_be_installed_is_named_with_the_reason(tmp_path: Path, offline: None) -> None:  # noqa: ARG001 (a fixture)
    with pytest.raises(ServiceError, match=r"stand in cannot be installed: .*[Nn]o matching distribution"):
        installed(STAND_IN, tmp_path)
    assert not (tmp_path / "numpy/installed.json").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    # given
    (tmp_path / "file").touch()
    # when, then
    with pytest.raises(ServiceError, match=r"stand in cannot be installed: .*Not a directory"):
        installed(STAND_IN, tmp_path / "file")


def test_an_installed_rival_serves_our_bundle_with_this_very_textops(
    tmp_path: Path, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    place = made(tmp_path)
    mark_as_installed(place, monkeypatch)
    # when
    environment = installed(STAND_IN, tmp_path)
    server = contender_of(environment, tiny_bundle, ["the goal of the team"], "sport", tmp_path)
    # then
    assert (next(place.glob("lib/*/site-packages/textops")) / "inference").is_dir()
    assert server.name == f"stand in ({environment.version})"
    assert json.loads(first_body(server)) == {"text": "the goal of the team"}
    assert json.loads((tmp_path / "stand_in/settings.json").read_text()) == {"workers": 1}
    assert server.environment["STAND_IN_PORT"].isdecimal()
    assert server.environment.items() >= QUIET.items()
    assert server.environment["PATH"].split(os.pathsep)[0] == str(place / "bin")
    with running(server, None) as started:
        assert ask(started.port, "POST", server.path, first_body(server))[0] == 200


def test_an_environment_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offline: None) -> None:  # noqa: ARG001
    # given
    mark_as_installed(made(tmp_path), monkeypatch)
    # when
    first, second = installed(STAND_IN, tmp_path), installed(STAND_IN, tmp_path)
    # then
    assert first == second


def test_who_cannot_be_prepared_is_named_with_the_reason(
    tmp_path: Path, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    mark_as_installed(made(tmp_path), monkeypatch)
    unprepared = replace(STAND_IN, prepare=("{python}", "-c", "raise SystemExit('no model')"))
    # when, then
    with pytest.raises(ServiceError, match="stand in cannot be installed: no model"):
        contender_of(installed(unprepared, tmp_path), tiny_bundle, ["a"], "sport", tmp_path)


def test_every_rival_answers_by_our_predictor(tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv(BUNDLE_VARIABLE, str(tiny_bundle))
    # when
    (answer,) = answers(load_predictor(), ["a chip with new code"])
    # then
    assert answer["label"] == "tech"
    assert json.loads(json.dumps(answer)) == answer


def test_no_rival_reports_who_uses_it_and_each_says_how_it_is_set() -> None:
    assert {"BENTOML_DO_NOT_TRACK", "MLFLOW_DISABLE_TELEMETRY"} <= QUIET.keys()
    assert all(rival.note for rival in RIVALS)
    assert len({rival.name for rival in RIVALS}) == len(RIVALS)
