"""Releases: `invoke release.notes`, `release.build` and `release.propose-update`."""

import re
import shlex
import tempfile
import tomllib
import venv
from datetime import UTC, datetime
from pathlib import Path

from invoke.context import Context
from invoke.tasks import task

from automation.one_line import in_one_line
from automation.python_modules import ROOT, run_module
from textops.errors import ConfigurationError


def notes_of(tag: str, changelog: str, version: str) -> str:
    """Return what the changelog says of a version.

    Args:
        tag: `v` and the version.
        changelog: The whole of it.
        version: That of the project.

    Raises:
        ConfigurationError: If the tag is not the project's version, or the changelog does not know it.
    """
    if tag != f"v{version}":
        raise ConfigurationError(f"the tag {tag} is not the version {version} of pyproject.toml: change one of them")
    found = re.search(rf"^## \[{re.escape(version)}\].*?\n(.*?)(?=^## \[|\Z)", changelog, re.DOTALL | re.MULTILINE)
    if found is None or not found[1].strip():
        raise ConfigurationError(f"CHANGELOG.md says nothing of {version}: give it a heading ## [{version}]")
    return found[1].strip() + "\n"


@task(help={"tag": "The tag, such as v1.2.3.", "output": "Markdown file to write."})
@in_one_line
def notes(_context: Context, tag: str, output: str) -> None:
    """Write what the changelog says of a tagged version; refuses a tag that is not the version."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    text = notes_of(tag, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), version)
    Path(output).write_text(text, encoding="utf-8")


@task(help={"output": "Folder to write to."})
def build(context: Context, output: str = "dist") -> None:
    """Build the wheel, which fits one platform, and the sources for all others; list what an installation holds."""
    folder = Path(output).resolve()
    run_module(context, "pip", "wheel", "--quiet", "--no-deps", f"--wheel-dir={folder}", ".")
    run_module(context, "hatchling", "build", "--target=sdist", f"--directory={folder}")
    (wheel,) = folder.glob("textops-*.whl")
    with tempfile.TemporaryDirectory() as name:
        # What serves, and not what builds: no tool of this environment, and no pip.
        venv.create(name)
        python = str(Path(name) / "bin" / "python")
        constraint = str(ROOT / "requirements" / "dev.txt")
        run_module(context, "pip", f"--python={python}", "install", "--quiet", "-c", constraint, f"{wheel}[serve]")
        what = ("--pyproject=pyproject.toml", "--output-reproducible", f"--output-file={folder / 'sbom.cdx.json'}")
        run_module(context, "cyclonedx_py", "environment", *what, python)


@task
def propose_update(context: Context) -> None:
    """Propose changed pins as a pull request, where any has changed."""
    with context.cd(ROOT):
        if not context.run("git status --porcelain requirements", hide=True).stdout.strip():
            context.run("echo 'no pin has changed'")
            return
        branch = f"update-pins-{datetime.now(UTC):%Y-%m-%d}"
        who = ("-c", "user.name=github-actions", "-c", "user.email=github-actions@users.noreply.github.com")
        for line in (
            ("git", "switch", "--create", branch),
            ("git", *who, "commit", "--message", "Take the newest versions that fit", "requirements"),
            ("git", "push", "--set-upstream", "origin", branch),
            ("gh", "pr", "create", "--fill", "--base", "main", "--head", branch),
        ):
            context.run(shlex.join(line), echo=True)
