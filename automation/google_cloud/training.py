"""Training at Vertex AI: one machine, one GPU, two replicas, or a hyperparameter search."""

import shlex
from typing import Any

import yaml  # type: ignore[import-untyped]

from automation.google_cloud.account import require_project
from automation.google_cloud.image import chosen_tag, require_image
from automation.google_cloud.rendering import render
from automation.google_cloud.shell import ROOT, Shell
from deploy.gcp.configuration import CloudConfiguration
from textops.errors import ConfigurationError

SEARCH = "search"
# Job -> what else is said for the same on one machine.
HERE = {
    "cpu": (),
    "gpu": ("trainer=gpu",),
    "two_replicas": ("trainer=ddp_cpu",),
    "sharded": ("streaming.shards=shards", "trainer=ddp_cpu"),
    SEARCH: ("-m", "search=ngram"),
}
JOBS = tuple(HERE)


def train(shell: Shell, cloud: CloudConfiguration, job: str, tag: str, *, wait: bool) -> None:
    """Start a job.

    Args:
        shell: Runs the commands.
        cloud: Whose cloud it is.
        job: Which one.
        tag: Tag of the image; empty for the commit that is checked out.
        wait: Whether its log is shown until it ends.

    Raises:
        TextopsError: If something is missing; the message says what.
    """
    if job not in JOBS:
        raise ConfigurationError(f"--job {job}: say one of {', '.join(JOBS)}")
    tag = chosen_tag(tag)
    path = render(f"training/{job}.yaml", cloud, tag=tag)
    document = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    require_project(shell, cloud)
    require_image(shell, cloud, _image(document))
    shell.say(f"the same on this machine: {same_here(job, cloud)}")
    where = (f"--region={cloud.region}", f"--project={cloud.project}")
    kind = "hp-tuning-jobs" if job == SEARCH else "custom-jobs"
    started = shell.create(
        "gcloud", "ai", kind, "create", f"--display-name=textops-{job}-{tag[:12]}", f"--config={path}", *where,
        "--format=value(name)", assumed=f"{kind.replace('-', '_')}/ID",
    )  # fmt: skip
    identity = started.rpartition("/")[2]
    follow = ("gcloud", "ai", kind, "stream-logs", identity, *where)
    if wait:
        shell.run(*follow)
    else:
        shell.say(f"its log, until it ends: {shlex.join(follow)}")


def _image(document: dict[str, Any]) -> str:
    """Return the image of a job with its tag; that for GPUs is another one."""
    pools = document.get("trialJobSpec", document)["workerPoolSpecs"]
    return str(pools[0]["containerSpec"]["imageUri"])


def same_here(job: str, cloud: CloudConfiguration) -> str:
    """Return the command that does on this machine what a job does there."""
    return shlex.join(["textops", "train", *cloud.training, *HERE[job]])
