import os
import shutil
import socket
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from rich.console import Console

from textops import doctor
from textops.data.configuration import read_configuration
from textops.data.prepare import prepare
from textops.data.sharding import Sharding, shard_dataset
from textops.doctor import Finding, examine, findings_table, has_problem
from textops.installation import Package
from textops.registry import Registry

DiskUsage = namedtuple("DiskUsage", ["total", "used", "free"])  # noqa: PYI024


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, without settings from outside, and a port that is free."""
    for name in [*doctor.VARIABLES, *(name for name in os.environ if name.startswith("TEXTOPS_"))]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("TEXTOPS_PORT", str(probe.getsockname()[1]))
    return tmp_path


@pytest.fixture
def data_set(project: Path) -> Path:
    """A prepared data set."""
    folder = project / "data/processed/made_up"
    columns = {"text_columns": ["text"], "label_column": "label"}
    prepare(
        read_configuration({"source": "synthetic", "synthetic": {"rows": 60}, "name": "made_up", **columns}), folder
    )
    return folder


@pytest.fixture
def model(project: Path, tiny_bundle: Path) -> Registry:
    """A registry with one version and no alias."""
    registry = Registry(project / "models/registry")
    registry.register(tiny_bundle)
    return registry


def _finding(name: str) -> Finding:
    (found,) = [finding for finding in examine() if finding.name == name]
    return found


def _shown(findings: list[Finding]) -> str:
    console = Console(width=100, record=True, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    console.print(findings_table(findings))
    return console.export_text()


def test_a_fresh_folder_misses_data_and_models_and_has_no_problem() -> None:
    findings = examine()

    assert not has_problem(findings)
    assert _finding("data sets").state == "missing"
    assert "textops prepare" in _finding("data sets").remedy
    assert _finding("models").state == "missing"
    assert "textops demo" in _finding("models").remedy


def test_looking_changes_nothing(project: Path) -> None:
    examine()

    assert not list(project.iterdir())


def test_machine_and_packages_are_described_without_importing_torch() -> None:
    torch_was_there = "torch" in sys.modules

    assert _finding("Python").state == "ok"
    assert int(_finding("processors").detail) >= 1
    assert "numpy" in _finding("base").detail
    assert "torch 2" in _finding("train").detail
    assert ("torch" in sys.modules) is torch_was_there


def test_missing_extras_are_no_problem_but_a_missing_base_and_a_wrong_version_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given an installation with all kinds of gaps
    present, absent, old = (Package("numpy", ">=2", number) for number in ("2.4", None, "1.26"))
    groups = {
        "base": [present, absent],
        "serve": [present],
        "train": [present, absent],
        "dev": [present, old],
        "gcp": [absent, old],
    }
    monkeypatch.setattr(doctor, "install_groups", lambda: groups)

    # when
    states = {name: _finding(name) for name in groups}

    # then
    assert {name: finding.state for name, finding in states.items()} == {
        "base": "problem",
        "serve": "ok",
        "train": "missing",
        "dev": "problem",
        # What came with something else, a new environment's setuptools say, stops nothing as long as gcp is not in use.
        "gcp": "missing",
    }
    assert states["train"].detail == "missing: numpy"
    assert states["train"].remedy == "pip install 'textops[train]'"
    assert states["base"].remedy == "pip install 'textops'"
    assert "1.26" in states["dev"].detail
    assert "1.26" in states["gcp"].detail


@pytest.mark.parametrize(("version", "build"), [("2.13.0+cpu", "cpu"), ("2.13.0", "the usual one of this platform")])
def test_the_build_of_torch_is_told_from_its_version(version: str, build: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "installed_version", lambda _: version)

    assert _finding("build of torch").detail == build


def test_without_torch_nothing_is_said_of_its_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "installed_version", lambda _: None)

    assert "build of torch" not in {finding.name for finding in examine()}


def test_a_full_disk_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: DiskUsage(10**12, 10**12, 10**8))

    assert _finding("disk").state == "problem"
    assert "0.1 GB free" in _finding("disk").detail


def test_an_unsupported_python_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "SUPPORTED_PYTHON", ((3, 98), (3, 99)))

    assert _finding("Python").state == "problem"
    assert _finding("Python").remedy == "install Python 3.98 to 3.99"


def test_processors_are_counted_where_the_system_knows_no_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)

    assert int(_finding("processors").detail) == os.cpu_count()


def test_a_file_in_the_place_of_a_folder_is_a_problem(project: Path) -> None:
    (project / "outputs").write_text("I am no folder")

    assert _finding("outputs/").state == "problem"
    assert _finding("outputs/").remedy == "allow writing to outputs"
    assert _finding("data/").state == "ok"


def test_a_prepared_data_set_is_counted(data_set: Path) -> None:
    found = _finding(f"data set {data_set.name}")

    assert found.state == "ok"
    assert "train" in found.detail
    assert "2 classes" in found.detail


def test_a_data_set_that_lost_a_file_is_a_problem(data_set: Path) -> None:
    (data_set / "val.parquet").unlink()

    found = _finding(f"data set {data_set.name}")

    assert found.state == "problem"
    assert "val.parquet" in found.detail


def test_a_sharded_data_set_has_lost_nothing_and_then_a_shard(data_set: Path) -> None:
    # given
    sharded = data_set.parent / "sharded"
    shard_dataset(data_set, sharded, Sharding(shards=2))
    # then
    assert _finding("data set sharded").state == "ok"
    # when
    (sharded / "train/part-00001-of-00002.parquet").unlink()
    # then
    found = _finding("data set sharded")
    assert found.state == "problem"
    assert "has lost train/part-00001-of-00002.parquet" in found.detail


def test_a_data_set_with_a_damaged_manifest_is_a_problem(data_set: Path) -> None:
    (data_set / "dataset.json").write_text("{")

    assert _finding(f"data set {data_set.name}").state == "problem"


def test_a_model_without_an_alias_waits_for_its_promotion(model: Registry) -> None:
    (name,) = model.names()

    found = _finding(f"model {name}")

    assert found.state == "missing"
    assert f"textops promote {name}/1" in found.remedy


def test_a_model_in_production_is_named_with_its_alias(model: Registry) -> None:
    (name,) = model.names()
    model.point(model.version(name, 1), "production", after=None)

    found = _finding(f"model {name}")

    assert (found.state, found.detail) == ("ok", "newest version 1; production = 1")


def test_a_registry_that_cannot_be_read_is_a_problem(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "registry").write_text("I am no folder")
    monkeypatch.setenv("TEXTOPS_REGISTRY", str(project / "registry"))

    findings = examine()

    assert has_problem(findings)
    assert [finding.name for finding in findings if finding.state == "problem"] == ["registry"]


def test_a_port_in_use_is_told_with_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        monkeypatch.setenv("TEXTOPS_PORT", str(port))

        found = _finding("port")

    assert found.state == "missing"
    assert str(port) in found.detail
    assert "--port" in found.remedy


def test_an_impossible_setting_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTOPS_PORT", "eight thousand")

    assert _finding("settings").state == "problem"
    assert "TEXTOPS_PORT" in _finding("settings").detail


def test_values_of_variables_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_API_KEY", "a-secret-of-mine")

    findings = examine()

    assert _finding("WANDB_API_KEY").detail == "set"
    assert _finding("GOOGLE_CLOUD_PROJECT").state == "missing"
    assert "a-secret-of-mine" not in repr(findings)


def test_the_table_shows_each_area_once_and_brackets_as_they_are() -> None:
    findings = [
        Finding("packages", "train", "missing", "torch missing", "pip install 'textops[train]'"),
        Finding("packages", "serve", "ok", "httpx 0.28"),
        Finding("files", "data/", "problem", "cannot be [bold]written[/bold]"),
    ]

    shown = _shown(findings)

    assert shown.count("packages") == 1
    assert "textops[train]" in shown
    assert "[bold]written[/bold]" in shown
