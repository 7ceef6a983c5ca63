"""Which commit the code is at."""

import shutil
import subprocess
from pathlib import Path


def current_commit() -> str | None:
    """Return the commit of the checkout this package runs from, with `-dirty` behind it where files differ.

    Returns:
        None where there is no Git, no checkout or no commit yet.
    """
    git = shutil.which("git")
    if git is None:
        return None
    result = subprocess.run(  # noqa: S603 (fixed arguments)
        [git, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout.strip() or None
