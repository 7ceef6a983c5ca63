"""The commands that lead from an experiment file to a model in production."""

import os
import shutil
import sys
from pathlib import Path


def next_steps(name: str) -> list[tuple[str, str]]:
    """Return commands in their order, each with what it does.

    Args:
        name: Of the experiment, which is also that of its model.
    """
    textops = program()
    return [
        (
            f"{textops} prepare --explain experiment={name}",
            "a page about the data: classes, duplicates, leaks, label errors",
        ),
        (f"{textops} train experiment={name}", "a model"),
        (f"{textops} evaluate", "its bundle: exported, calibrated, measured"),
        (f"{textops} register", "a version in the registry, if it beats the most frequent class"),
        # With its name: the demo, or another file, may have put a model beside it.
        (f"{textops} promote {name}", "into production, through the gate"),
        (f'{textops} predict --model {name} "a text of your own"', "one answer"),
        (f"{textops} serve --model {name}", "the API"),
    ]


def program() -> str:
    """Return what to type for textops: its path where the name alone would not find this one."""
    beside = Path(sys.prefix) / "bin" / "textops"
    found = shutil.which("textops")
    if found is not None and Path(found).resolve() == beside.resolve():
        return "textops"
    return os.path.relpath(beside) if beside.is_file() else "textops"
