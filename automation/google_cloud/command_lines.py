"""All command lines of a life in the cloud, and whether gcloud itself takes them for valid."""

import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from invoke.context import Context

from automation.google_cloud import bootstrap, build, data, deployment, destruction, logs, rollback, training
from automation.google_cloud.shell import Shell
from deploy.gcp.configuration import CloudConfiguration
from textops.errors import ConfigurationError

EXAMPLE = CloudConfiguration(project="example-project", region="europe-west1")
TAG = "0123456789abcdef"


def command_lines() -> list[str]:
    """Return what each task shows in a dry run for an example project, remarks left out, each line once."""
    shell, cloud = Shell(Context(), dry_run=True), EXAMPLE
    with redirect_stdout(io.StringIO()) as shown:
        bootstrap.plan(shell, cloud)
        bootstrap.bootstrap(shell, cloud, yes=True)
        data.send(shell, cloud, create=True, only="")
        for cuda in (False, True):
            build.build(shell, cloud, TAG, "push", cuda=cuda)
        for job in training.JOBS:
            for wait in (False, True):
                training.train(shell, cloud, job, TAG, wait=wait)
        deployment.deploy(shell, cloud, "", TAG, move=True)
        rollback.roll_back(shell, cloud, "both", "api", "bbc_news", "")
        for source in logs.SOURCES:
            logs.show(shell, cloud, source, "1h", 100, errors=True, follow=False)
        logs.show(shell, cloud, "api", "1h", 100, errors=True, follow=True)
        for protected in (True, False):
            told = cloud.model_copy(update={"protected": protected})
            destruction.destroy(shell, told, with_data=not protected, confirmed="")
    # A revision is called after what is deployed, which may change without any of these lines.
    text = re.sub(rf"(-c{TAG[:7]}-)[0-9a-f]{{4}}", r"\g<1>0000", shown.getvalue())
    return list(dict.fromkeys(line for line in text.splitlines() if not line.startswith("#")))


def gcloud_lines(lines: Iterable[str]) -> list[str]:
    """Return the command lines that gcloud can judge, also those whose answer goes into another."""
    lines = list(lines)
    inner = [found for line in lines for found in re.findall(r"\$\((gcloud [^|)]+?) *[|)]", line)]
    return list(dict.fromkeys([*(line for line in lines if line.startswith("gcloud ")), *inner]))


def refused_by_gcloud(lines: Sequence[str]) -> dict[str, str]:
    """Return why gcloud, which must be installed, refuses lines; none that it takes. It asks nobody.

    Raises:
        ConfigurationError: If it cannot judge.
    """
    with tempfile.TemporaryDirectory() as folder:
        # All at once: gcloud takes a second or more to start.
        path = Path(folder) / "lines.txt"
        path.write_text("".join(f"```\n{line}\n```\n" for line in lines), encoding="utf-8")
        words = ["gcloud", "meta", "lint-gcloud-commands", f"--commands-text-file={path}"]
        found = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 (our own lines)
    try:
        judged = {each["command_string"]: each for each in json.loads(found.stdout)}
    except ValueError as error:
        raise ConfigurationError(f"gcloud cannot judge command lines: {found.stderr.strip()[:300]}") from error
    if missing := [line for line in lines if line not in judged]:
        raise ConfigurationError(f"gcloud did not judge {missing[0]}")
    reasons = {line: _reason(each) for line, each in judged.items()}
    return {line: reason for line, reason in reasons.items() if reason}


def _reason(judged: dict[str, Any]) -> str:
    """Return why gcloud refuses a line, empty where it does not; a few of its commands overlook unknown options."""
    if not judged["success"]:
        return str(judged["error_message"])
    known = set(_names(judged["args_structure"]))
    unknown = [name for name in judged["command_args"] or () if name.startswith("--") and name[2:] not in known]
    return f"unknown options: {', '.join(unknown)}" if unknown else ""


def _names(structure: dict[str, Any]) -> Iterator[str]:
    """Yield the names of all options of a command; gcloud puts them into groups of groups."""
    for each in structure.get("arguments", []):
        if "group" in each:
            yield from _names(each["group"])
        else:
            yield each["name"]


def keep(path: Path) -> None:
    """Write the lines for the test, once gcloud has taken them.

    Raises:
        ConfigurationError: If it refuses one.
    """
    lines = command_lines()
    if refused := refused_by_gcloud(gcloud_lines(lines)):
        raise ConfigurationError("; ".join(f"gcloud refuses `{line}`: {why}" for line, why in refused.items()))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
