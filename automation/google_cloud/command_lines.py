"""All command lines of a life in the cloud, and whether gcloud itself takes them for valid."""

import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from pathlib import Path

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
        build.build(shell, cloud, TAG, "deploy")
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
    return {line: str(each["error_message"]) for line, each in judged.items() if not each["success"]}


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
