"""Which commit the code is at."""

import os
import shutil
import subprocess
from pathlib import Path

_THIS_FILE = Path(__file__)


def current_commit(file: Path = _THIS_FILE) -> str | None:
    """Return the commit of the checkout the code runs from, with `-dirty` behind it where files differ.

    Args:
        file: A file of the code.

    Returns:
        None where there is no Git, no commit yet, or a repository that does not hold the code: an environment inside
        somebody's project is no checkout of this one.
    """
    git = shutil.which("git")
    if git is None or not _output(git, file, "ls-files", "--", file.name):
        return None
    return _output(git, file, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*") or None


def uncommitted_changes(file: Path = _THIS_FILE) -> str:
    """Return which files of that checkout differ from its commit, and by how many lines; no content of them.

    Args:
        file: A file of the code.

    Returns:
        The summary of `git diff`, empty where nothing differs or `current_commit` finds no commit.
    """
    git = shutil.which("git")
    if git is None or current_commit(file) is None:
        return ""
    return _output(git, file, "diff", "HEAD", "--stat", "--no-ext-diff", "--no-color", "--", ":/")


def _output(git: str, file: Path, *arguments: str) -> str:
    # In a hook, Git's own variables lead to the repository of the hook.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    result = subprocess.run(  # noqa: S603 (fixed arguments)
        [git, *arguments], cwd=file.parent, capture_output=True, text=True, check=False, env=environment
    )
    return result.stdout.strip()
