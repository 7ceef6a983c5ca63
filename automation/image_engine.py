"""Podman or Docker: which of them works here, and how it is called."""

import json
import os
import resource
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textops.errors import TextopsError

NO_ENGINE = (
    "no container engine works here: install Podman (Debian, Ubuntu: apt-get install podman runc), "
    "or install Docker and start it"
)
# Podman as root asks for so many open files in a container, whatever the machine allows.
_FILES_PODMAN_ASKS_FOR = 1_048_576
_HYBRID_CGROUPS = Path("/sys/fs/cgroup/unified")


class ContainerError(TextopsError):
    """A container engine that is missing, or that refuses what it is asked for."""


@dataclass(frozen=True)
class Engine:
    """A container engine.

    Attributes:
        name: Its command.
        options: What stands before each verb.
        build_options: What stands behind `build`.
        run_options: What stands behind `run`.
    """

    name: str
    options: tuple[str, ...] = ()
    build_options: tuple[str, ...] = ()
    run_options: tuple[str, ...] = ()

    def call(self, *arguments: str, seconds: float = 60) -> str:
        """Run a command of the engine, and return what it prints.

        Raises:
            ContainerError: If it fails or takes too long, with the last line that it wrote.
        """
        done = self.attempt(*arguments, seconds=seconds)
        if done.returncode:
            last = next(iter(reversed((done.stderr or done.stdout).strip().splitlines())), "it says nothing")
            raise ContainerError(f"{self.name} {arguments[0]} fails with {done.returncode}: {last}")
        return done.stdout.strip()

    def attempt(self, *arguments: str, seconds: float = 60) -> "subprocess.CompletedProcess[str]":
        """Run a command of the engine that may fail.

        Raises:
            ContainerError: If it takes too long.
        """
        command = [self.name, *self.options, *arguments]
        try:
            return subprocess.run(  # noqa: S603 (our own commands)
                command, capture_output=True, text=True, timeout=seconds, check=False, env=_environment()
            )
        except subprocess.TimeoutExpired as error:
            raise ContainerError(f"{self.name} {arguments[0]} has not ended after {seconds:.0f} s") from error

    def inspect(self, name: str, kind: str = "container") -> dict[str, Any]:
        """Return what the engine knows of a container or an image."""
        (found,) = json.loads(self.call(kind, "inspect", name))
        return dict(found)

    def has_image(self, name: str) -> bool:
        """Tell whether an image is there."""
        return self.attempt("image", "inspect", name).returncode == 0


def find_engine() -> Engine:
    """Return Podman where it is installed, else Docker where it runs.

    Raises:
        ContainerError: If there is neither.
    """
    if shutil.which("podman"):
        hybrid = _HYBRID_CGROUPS.is_dir() and shutil.which("runc") is not None
        _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
        _, most_processes = resource.getrlimit(resource.RLIMIT_NPROC)
        return podman_for(has_hybrid_cgroups=hybrid, most_files=most_files, most_processes=most_processes)
    if shutil.which("docker"):
        docker = Engine("docker")
        if docker.attempt("info").returncode == 0:
            return docker
    raise ContainerError(NO_ENGINE)


def podman_for(*, has_hybrid_cgroups: bool, most_files: int, most_processes: int) -> Engine:
    """Return Podman with the options that a machine needs.

    Args:
        has_hybrid_cgroups: Whether the machine has both versions of cgroups, which Podman's usual runtime refuses.
        most_files: Files that a process may open at most; negative for any number.
        most_processes: Processes that a user may have at most; negative for any number.
    """
    options: tuple[str, ...] = ()
    build_options: tuple[str, ...] = ("--format", "docker")
    run_options: tuple[str, ...] = ()
    if has_hybrid_cgroups:
        options = ("--runtime", "runc", "--cgroup-manager", "cgroupfs")
        build_options += ("--isolation", "chroot")
    if 0 <= most_files < _FILES_PODMAN_ASKS_FOR:
        run_options += ("--ulimit", f"nofile={_both(min(most_files, 4_096))}")
        run_options += ("--ulimit", f"nproc={_both(8_192 if most_processes < 0 else min(most_processes, 8_192))}")
    return Engine("podman", options, build_options, run_options)


def _both(limit: int) -> str:
    """Return a soft and a hard limit."""
    return f"{limit}:{limit}"


def _environment() -> dict[str, str]:
    # Podman's own warning about Docker's command is not ours to pass on.
    return {**os.environ, "PODMAN_COMPOSE_WARNING_LOGS": "false", "DOCKER_BUILDKIT": "1"}
