import sys
from pathlib import Path

import pytest

from automation.image_engine import NO_ENGINE, ContainerError, Engine, find_engine, podman_for

PLENTY = 1_048_576


def test_podman_needs_no_options_on_an_ordinary_machine() -> None:
    engine = podman_for(has_hybrid_cgroups=False, most_files=PLENTY, most_processes=-1)

    assert (engine.name, engine.options, engine.run_options) == ("podman", (), ())
    assert engine.build_options == ("--format", "docker")


def test_podman_takes_another_runtime_where_its_own_refuses_both_versions_of_cgroups() -> None:
    engine = podman_for(has_hybrid_cgroups=True, most_files=-1, most_processes=-1)

    assert engine.options[:2] == ("--runtime", "runc")
    assert engine.build_options[-2:] == ("--isolation", "chroot")


@pytest.mark.parametrize(("files", "processes", "wanted"), [(20_000, 96_000, "4096 8192"), (1_000, -1, "1000 8192")])
def test_podman_asks_for_no_more_files_than_the_machine_allows(files: int, processes: int, wanted: str) -> None:
    engine = podman_for(has_hybrid_cgroups=False, most_files=files, most_processes=processes)

    most_files, most_processes = wanted.split()
    assert engine.run_options == (
        "--ulimit", f"nofile={most_files}:{most_files}", "--ulimit", f"nproc={most_processes}:{most_processes}"
    )  # fmt: skip


@pytest.fixture
def only_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has a command `docker` and no Podman; a test writes what the command does."""
    command = tmp_path / "docker"
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("automation.image_engine.shutil.which", {"docker": str(command)}.get)
    return command


def test_docker_is_taken_where_it_runs_and_podman_is_not_installed(only_docker: Path) -> None:
    write_command(only_docker, "exit 0")

    assert find_engine() == Engine("docker")


def test_one_line_says_what_to_install_where_docker_does_not_run(only_docker: Path) -> None:
    write_command(only_docker, "echo 'is the daemon running?' >&2; exit 1")

    with pytest.raises(ContainerError) as refusal:
        find_engine()

    assert str(refusal.value) == NO_ENGINE
    assert "\n" not in NO_ENGINE


def test_a_refusal_is_the_last_line_that_the_engine_wrote() -> None:
    engine = Engine(sys.executable, ("-c", "import sys; sys.exit('first\\nno such image')"))

    with pytest.raises(ContainerError, match="run fails with 1: no such image"):
        engine.call("run", "x")


def test_an_engine_that_hangs_is_not_waited_for() -> None:
    engine = Engine(sys.executable, ("-c", "import time; time.sleep(60)"))

    with pytest.raises(ContainerError, match="build has not ended after 1 s"):
        engine.call("build", seconds=1)


def write_command(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
