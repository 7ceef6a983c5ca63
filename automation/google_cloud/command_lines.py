"""All command lines of a life in the cloud, and whether gcloud itself takes them for valid."""

import io
import json
import shlex
import subprocess
from collections.abc import Iterable
from contextlib import redirect_stdout

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
    return list(dict.fromkeys(line for line in shown.getvalue().splitlines() if not line.startswith("#")))


def gcloud_lines(lines: Iterable[str]) -> list[str]:
    """Return the command lines that gcloud can judge."""
    return [line for line in lines if line.startswith("gcloud ")]


def refused_by_gcloud(lines: Iterable[str]) -> dict[str, str]:
    """Return why gcloud, which must be installed, refuses lines; none that it takes. It asks nobody.

    Raises:
        ConfigurationError: If it cannot judge.
    """
    refused = {}
    for line in lines:
        words = ["gcloud", "meta", "lint-gcloud-commands", f"--command-string={line}"]
        found = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 (our own lines)
        try:
            (judged,) = json.loads(found.stdout)
        except ValueError as error:
            raise ConfigurationError(
                f"gcloud cannot judge `{shlex.join(words)}`: {found.stderr.strip()[:300]}"
            ) from error
        if not judged["success"]:
            refused[line] = f"{judged['error_type']}: {judged['error_message']}"
    return refused
