"""A virtual environment for each rival: their requirements fight with each other's and with ours."""

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import distribution, requires
from pathlib import Path

from loguru import logger
from packaging.requirements import Requirement

import textops
from textops.benchmark.serving.contender import Contender, free_port
from textops.benchmark.serving.rivals.all_rivals import QUIET
from textops.benchmark.serving.rivals.answer import BUNDLE_VARIABLE
from textops.benchmark.serving.rivals.rival import Rival
from textops.benchmark.serving.texts import write_bodies
from textops.errors import ServiceError
from textops.files import write_text

_INSTALL_SECONDS = 1_200
_PREPARE_SECONDS = 120
_VERSION = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"


@dataclass(frozen=True)
class RivalEnvironment:
    """Where a rival is installed.

    Attributes:
        rival: Which one.
        python: Its Python.
        version: Its version.
    """

    rival: Rival
    python: Path
    version: str


def installed(rival: Rival, folder: Path) -> RivalEnvironment:
    """Make the environment of a rival, or find it made.

    Args:
        rival: Which one.
        folder: Holds the environments, one for each.

    Raises:
        ServiceError: If it cannot be installed.
    """
    place = folder / rival.package
    python = place / "bin" / "python"
    mark = place / "installed.json"
    wanted = sorted([rival.requirement, *_own_requirements()])
    try:
        if not mark.is_file() or mark.read_text(encoding="utf-8") != json.dumps(wanted):
            logger.info("Installing {} into {}", rival.name, place)
            place.mkdir(parents=True, exist_ok=True)
            _run(rival, [sys.executable, "-m", "venv", str(place)])
            _run(rival, [str(python), "-m", "pip", "install", "--quiet", *wanted])
            write_text(mark, json.dumps(wanted))
        _lend_textops(place)
    except OSError as error:
        raise ServiceError(f"{rival.name} cannot be installed: {error}") from error
    return RivalEnvironment(rival, python, _run(rival, [str(python), "-c", _VERSION, rival.package]).strip())


def contender_of(place: RivalEnvironment, bundle: Path, texts: Sequence[str], label: str, folder: Path) -> Contender:
    """Return a rival as a contender.

    Args:
        place: Where it is installed.
        bundle: What it serves.
        texts: What it is asked.
        label: What it must answer to the first of them.
        folder: A folder for its files.

    Raises:
        ServiceError: If it cannot be prepared.
    """
    rival = place.rival
    own = folder / rival.name.replace(" ", "_")
    own.mkdir()
    for name, content in rival.files.items():
        write_text(own / name, json.dumps(content))
    values = {
        "{python}": str(place.python),
        "{folder}": str(own),
        "{second_port}": str(free_port()),
        "{third_port}": str(free_port()),
    }
    environment = {name: _filled(text, values) for name, text in rival.environment.items()}
    # MLflow starts the `uvicorn` that it finds first: it must be the one beside it, not that of another environment.
    own_path = os.pathsep.join([str(place.python.parent), os.environ.get("PATH", os.defpath)])
    environment |= {**QUIET, BUNDLE_VARIABLE: str(bundle.resolve()), "PATH": own_path}
    if rival.prepare:
        _run(rival, [_filled(part, values) for part in rival.prepare], environment, seconds=_PREPARE_SECONDS)
    return Contender(
        name=f"{rival.name} ({place.version})",
        command=[_filled(part, values) for part in rival.serve],
        bodies=write_bodies(own / "bodies.jsonl", texts, rival.body),
        environment=environment,
        ready=rival.ready,
        path=rival.path,
        label=label,
        note=rival.note,
    )


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def _own_requirements() -> list[str]:
    """Return what a prediction needs, and what makes uvicorn fast, as the rivals' documentation advises."""
    own = [Requirement(text) for text in requires("textops") or ()]
    return [*(str(requirement) for requirement in own if requirement.marker is None), "httptools", "uvloop"]


def _lend_textops(place: Path) -> None:
    """Show the environment this very textops, with its compiled kernel, and its metadata, which names its version."""
    paths = sysconfig.get_paths("venv", vars={"base": str(place), "platbase": str(place)})
    packages = Path(paths["purelib"])
    files = distribution("textops").files or []
    metadata = next(Path(str(file.locate())).parent for file in files if file.name == "METADATA")
    for source in (Path(textops.__file__).parent, metadata):
        link = packages / source.name
        if link.is_symlink() and link.resolve() == source.resolve():
            continue
        link.unlink(missing_ok=True)
        link.symlink_to(source.resolve(), target_is_directory=True)


def _run(
    rival: Rival, command: Sequence[str], environment: dict[str, str] | None = None, seconds: int = _INSTALL_SECONDS
) -> str:
    try:
        ended = subprocess.run(  # noqa: S603 (commands of ours)
            command,
            env={**os.environ, **QUIET, **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServiceError(f"{rival.name} cannot be installed: {error}") from error
    if ended.returncode != 0:
        last = next(iter(reversed(ended.stderr.strip().splitlines())), f"it ended with {ended.returncode}")
        raise ServiceError(f"{rival.name} cannot be installed: {last}")
    return ended.stdout
