"""What a profiler has seen, as Markdown in the folder of the profiles."""

import importlib.util
import shlex
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from loguru import logger

import textops
from textops.files import shown, write_bytes
from textops.training.profiling.profiler import Phase

_TITLES: dict[Phase, str] = {"data": "Preparing and loading the data", "training": "Training"}
_BUILT_IN = "~"
_THIS_PACKAGE = Path(textops.__file__).parents[1]
_INSTALLED = tuple(Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib", "stdlib"))


def title(phase: Phase) -> str:
    """Return what a page about a phase is called."""
    return f"# {_TITLES[phase]}"


def write_page(path: Path, lines: Sequence[str]) -> None:
    """Write a page, or say why not."""
    write(path, "\n".join(lines).encode("utf-8", "backslashreplace") + b"\n")


def write(path: Path, content: bytes) -> bool:
    """Write a file, or say why not: a training must not be lost because its profile is.

    Returns:
        Whether it was written.
    """
    try:
        write_bytes(path, content)
    except OSError as error:
        tell_lost(path, error)
        return False
    return True


def tell_lost(path: Path, error: Exception) -> None:
    """Say that a profile could not be written."""
    logger.error("the profile {} cannot be written ({}): set profiler.folder elsewhere", shown(path), error)


def tell(phase: Phase, command: Sequence[str], module: str) -> None:
    """Say what shows a profile, and how to get it where it is not installed.

    Args:
        phase: What was profiled.
        command: What shows it.
        module: What the command needs.
    """
    line = shlex.join(command)
    if importlib.util.find_spec(module) is None:
        line += "  (after pip install 'textops[experiments]')"
    logger.info("{}, profiled: {}", _TITLES[phase], line)


def short_path(file: str) -> str:
    """Return the path of a source file from its package on: what comes before names this machine."""
    path = Path(file)
    for root in (_THIS_PACKAGE, *_INSTALLED):
        if path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return "/".join(path.parts[-2:])


def function_name(file: str, line: int, name: str) -> str:
    """Return how a page names a function."""
    # Angle brackets would be markup on a page.
    shown_name = name.replace("<", "").replace(">", "")
    return shown_name if file == _BUILT_IN else f"{short_path(file).strip('<>')}:{line} {shown_name}"
