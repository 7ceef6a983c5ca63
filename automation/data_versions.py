"""Tasks for versions of data and the pipeline that is made of them: `invoke data.pull` and others."""

import os
import re
import shlex
import sys
from pathlib import Path

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.runners import Result
from invoke.tasks import task

from automation.one_line import one_line
from deploy.gcp.configuration import read_configuration

ROOT = Path(__file__).resolve().parents[1]
REMOTE = "data-bucket"
"""What .dvc/config.local calls the bucket that stands behind the remote `bucket` of .dvc/config."""
SETTING = "deploy/gcp/configuration.yaml"

# What DVC and gcsfs write, and what it means. The first that fits is told.
CAUSES = (
    (rf"remote '{REMOTE}' doesn't exist", "no bucket is known here: `invoke data.remote` takes it from " + SETTING),
    (
        r"Forbidden|\b403\b",
        "no permission for the bucket: whoever is logged in needs roles/storage.objectUser on it",
    ),
    (
        r"default credentials were not found|Anonymous caller|\b401\b",
        "nobody is logged in: `gcloud auth application-default login`",
    ),
    (
        r"\bb/[^/\s]+/o(?![\w/])|specified bucket does not exist",
        f"there is no such bucket: `invoke gcp.bootstrap` makes it, and {SETTING} names it",
    ),
    (r"Cannot connect to host|Name or service not known", "the bucket cannot be reached: look at the network"),
    (
        r"Checkout failed|missing cache|not found in remote|failed to (pull|fetch)",
        "the bucket does not hold all files of this version: `invoke data.push` where they were made",
    ),
)


@task
def remote(context: Context) -> None:
    """Let DVC use the bucket that deploy/gcp/configuration.yaml names; written where Git does not look."""
    with one_line():
        bucket = read_configuration().data_bucket
    _finish(_dvc(context, "remote", "add", "--local", "--force", "--quiet", REMOTE, f"gs://{bucket}"))


@task(help={"to": "A remote of .dvc/config; by default the bucket."})
def push(context: Context, to: str = "") -> None:
    """Send the files of this version to the bucket."""
    _finish(_dvc(context, "push", *_from(to)))


@task(help={"origin": "A remote of .dvc/config; by default the bucket."})
def pull(context: Context, origin: str = "") -> None:
    """Fetch the files of this version from the bucket."""
    _finish(_dvc(context, "pull", *_from(origin)))


@task(
    help={
        "path": "File that DVC keeps; by default what the report on data compares with.",
        "revision": "Commit; by default the first parent: the target of a pull request, where CI has merged it.",
        "output": "File to write.",
    }
)
def before(
    context: Context,
    path: str = "data/processed/bbc_news/dataset.json",
    revision: str = "HEAD^1",
    output: str = "report/dataset.json",
) -> None:
    """Write a file as another commit has it, for a report to compare with; nothing where that commit has none."""
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    # A commit does not know what .dvc/config.local says of the remote.
    local = ROOT / ".dvc" / "config.local"
    given = [f"--config={local}"] if local.is_file() else []
    result = _dvc(context, "get", f"--rev={revision}", f"--out={output}", "--force", *given, ".", path)
    # All that DVC says of a file that a commit does not have is its path.
    if result.failed and f"unexpected error - ['{path}']" in result.stderr:
        sys.stdout.write(f"{revision} has no {path}\n")
        return
    _finish(result)


@task(help={"force": "Run all stages, also those whose code, data and settings are as they were."})
def repro(context: Context, force: bool = False) -> None:  # noqa: FBT001, FBT002 - options of invoke
    """Run the stages of dvc.yaml whose code, data or settings have changed, and write dvc.lock."""
    _finish(_dvc(context, "repro", *(["--force"] if force else []), hide=None))


@task
def check(context: Context) -> None:
    """See that dvc.lock fits code, data and settings; no file of the data is needed for it."""
    result = _dvc(context, "repro", "--dry", "--allow-missing", hide="both")
    # Where data are missing, it fails at the first stage that it would have to run.
    stale = re.search(r"(?:Running stage|failed to reproduce) '(\w+)'", result.stdout + result.stderr)
    if stale is not None:
        raise Exit(f"stage {stale[1]} is not what dvc.lock says: `invoke data.repro` and commit dvc.lock", code=2)
    _finish(result)


def _from(name: str) -> list[str]:
    return [f"--remote={name}"] if name else []


def _dvc(context: Context, *arguments: str, hide: str | None = "err") -> Result:
    # Stages call textops, which lies beside the interpreter.
    environment = {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])}
    with context.cd(ROOT):
        result = context.run(
            shlex.join([sys.executable, "-m", "dvc", *arguments]), env=environment, hide=hide, warn=True
        )
    if result is None:
        raise Exit("a dry run of invoke cannot tell what DVC would say", code=2)
    return result


def _finish(result: Result) -> None:
    """End the task with one line where DVC has failed, instead of its traceback."""
    if result.failed:
        raise Exit(f"dvc: {_explained(result.stderr)}", code=2)


def _explained(output: str) -> str:
    for pattern, meaning in CAUSES:
        if re.search(pattern, output):
            return meaning
    errors = [line.removeprefix("ERROR: ") for line in output.splitlines() if line.startswith("ERROR: ")]
    return errors[-1] if errors else "it failed and said nothing"
