"""The files in requirements/: the exact versions of each install group, made from the ranges in pyproject.toml."""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from invoke.context import Context
from invoke.exceptions import Exit

from automation.python_modules import ROOT, run_module

REQUIREMENTS = ROOT / "requirements"
OLDEST_PYTHON = (3, 11)

# Install group -> its extras. The last one holds all others and is the constraint of every installation.
GROUPS = {
    "base": (),
    "serve": ("serve",),
    "train": ("train",),
    "monitor": ("serve", "monitor"),
    "ui": ("ui",),
    "dev": (
        "serve",
        "train",
        "monitor",
        "ui",
        "experiments",
        "pretrained",
        "gcp",
        "cloud",
        "mlflow",
        "otel",
        "granian",
        "function",
        "dvc",
        "sql",
        "datasets",
        "scale",
        "dev",
    ),
}
ALL = "dev"
HEADER = """\
# Made by `invoke requirements` from pyproject.toml: do not edit.
# Exact versions for the install group `{group}`{extras}.
# Use: pip install -c requirements/{group}.txt '{target}'
# Chosen on {platform} with Python {python}, the oldest that textops runs on, so that later ones find them too. As
# constraints (-c) they hold on Linux and macOS, Python 3.11 to 3.14; packages that only another platform or another
# build of torch needs are not listed, and pip chooses their versions.
"""


def write_requirements(context: Context, *, upgrade: bool) -> None:
    """Choose versions for each install group, and write them down.

    Args:
        context: Of the task.
        upgrade: Whether to take the newest versions that fit, instead of keeping what fits.

    Raises:
        Exit: If this is not the oldest Python that textops runs on.
    """
    if sys.version_info[:2] != OLDEST_PYTHON:
        raise Exit(f"take Python {'.'.join(map(str, OLDEST_PYTHON))}: what it can use, later ones can use too")
    # The group that holds all others goes first, so that no two of them disagree.
    for group in sorted(GROUPS, key=lambda name: name != ALL):
        with tempfile.TemporaryDirectory() as name:
            output = Path(name) / f"{group}.txt"
            present = REQUIREMENTS / f"{group}.txt"
            if present.is_file() and not upgrade:
                shutil.copy(present, output)
            constraint = None if group == ALL else REQUIREMENTS / f"{ALL}.txt"
            choose_versions(context, GROUPS[group], output, constraint)
            pins = _pins(output.read_text(encoding="utf-8"))
        target = f"textops[{','.join(GROUPS[group])}]" if GROUPS[group] else "textops"
        extras = f" (extras: {', '.join(GROUPS[group])})" if GROUPS[group] else ""
        python = ".".join(map(str, OLDEST_PYTHON))
        header = HEADER.format(group=group, extras=extras, target=target, platform=sys.platform, python=python)
        present.write_text(f"{header}{pins}", encoding="utf-8")


def choose_versions(context: Context, extras: Iterable[str], output: Path, constraint: Path | None = None) -> None:
    """Write the exact versions of all that textops needs with some extras.

    Args:
        context: Of the task.
        extras: Names of extras.
        output: Where to; what stands there and fits is kept.
        constraint: A file of versions that none may leave.
    """
    options = ["--no-header", "--no-annotate", "--strip-extras", "--quiet", "--newline=lf"]
    # Where packages come from is the business of each machine, not of the project.
    options += ["--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--no-emit-options"]
    options += [f"--extra={extra}" for extra in extras]
    if constraint is not None:
        options.append(f"--constraint={constraint}")
    run_module(context, "piptools", "compile", *options, f"--output-file={output}", "pyproject.toml")


def _pins(text: str) -> str:
    """Return the pins alone, without the local part of a version: `2.13.0+cpu` is one machine's build of 2.13.0."""
    lines = [re.sub(r"(==[^+\s;]+)\+[^\s;]+", r"\1", line) for line in text.splitlines()]
    return "".join(f"{line}\n" for line in lines if re.match(r"[a-z0-9]", line))
