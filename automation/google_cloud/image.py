"""Container images: which tag is meant, and whether it is there."""

import re
import shutil
import subprocess

from automation.google_cloud.refusal import CommandRefusedError
from automation.google_cloud.shell import ROOT, Shell
from deploy.gcp.configuration import CloudConfiguration
from textops.errors import ConfigurationError

TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


def chosen_tag(tag: str, *, clean: bool = False) -> str:
    """Return the tag that is meant: the given one, or the commit that is checked out.

    Git is asked in a dry run too: it is the only command that is, and it changes nothing.

    Args:
        tag: The given one, empty for none.
        clean: Whether the working copy must be as that commit.

    Raises:
        ConfigurationError: If there is no commit, it is not what lies here, or the tag is not possible.
    """
    if tag:
        if not TAG.fullmatch(tag):
            raise ConfigurationError(f"{tag!r} is no tag of an image: letters, digits, `_`, `.` and `-`, at most 128")
        return tag
    commit = _git("rev-parse", "HEAD")
    if clean and _git("status", "--porcelain"):
        raise ConfigurationError(
            "there are changes that are in no commit, and images are tagged with theirs: commit them, or give --tag"
        )
    return commit


def _git(*words: str) -> str:
    git = shutil.which("git")
    if git is None:
        raise ConfigurationError(
            "git is not installed, and images are tagged with its commit: install it, or give --tag"
        )
    found = subprocess.run([git, *words], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 (fixed words)
    if found.returncode:
        raise ConfigurationError("this folder has no commit that images could be tagged with: give --tag")
    return found.stdout.strip()


def require_image(shell: Shell, cloud: CloudConfiguration, image: str) -> None:
    """See that an image was built and pushed.

    Args:
        shell: Runs the commands.
        cloud: Whose cloud it is.
        image: Its full name, with its tag.

    Raises:
        ConfigurationError: If it was not.
    """
    try:
        shell.ask(
            "gcloud", "artifacts", "docker", "images", "describe", image, f"--project={cloud.project}",
            "--format=value(image_summary.digest)",
        )  # fmt: skip
    except CommandRefusedError as error:
        if not error.missing:
            raise
        task = "invoke gcp.build --cuda" if "-cuda:" in image else "invoke gcp.build"
        raise ConfigurationError(
            f"there is no image {image}: `{task}` makes it from the commit that is checked out, or name "
            f"another with --tag; `gcloud artifacts docker tags list {image.rpartition(':')[0]}` shows those there are"
        ) from error
