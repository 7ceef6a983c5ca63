"""What services, builds and trainings wrote."""

import re

from automation.google_cloud.account import require_project
from automation.google_cloud.run_document import RETRAINING, SERVICES
from automation.google_cloud.shell import Shell
from automation.google_cloud.traffic import place
from deploy.gcp.configuration import CloudConfiguration
from textops.errors import ConfigurationError

OTHERS = (RETRAINING, "training", "build")
SOURCES = (*SERVICES, *OTHERS)
SPAN = re.compile(r"[1-9][0-9]*[smhd]")
SHOWN = "value(timestamp,severity,jsonPayload.message,textPayload,httpRequest.status,httpRequest.requestUrl)"


def show(
    shell: Shell, cloud: CloudConfiguration, source: str, since: str, limit: int, *, errors: bool, follow: bool
) -> None:
    """Show a log, the newest line first, or each line as it comes.

    Args:
        shell: Runs the commands.
        cloud: Whose cloud it is.
        source: A service, `build` or `training`.
        since: How far back, such as `1h`.
        limit: Most lines.
        errors: Whether only errors are shown.
        follow: Whether lines are shown as they come.

    Raises:
        TextopsError: If something is missing; the message says what.
    """
    if source not in SOURCES:
        raise ConfigurationError(f"--service {source}: say one of {', '.join(SOURCES)}")
    if not SPAN.fullmatch(since):
        raise ConfigurationError(f"--since {since}: say a number and s, m, h or d, such as 30m")
    if limit < 1:
        raise ConfigurationError(f"--limit {limit}: say at least 1")
    if follow and source in OTHERS:
        raise ConfigurationError(f"--follow: the log of a {source} is followed by what starts it; leave --follow out")
    require_project(shell, cloud)
    if follow:
        chosen = ["--log-filter=severity>=ERROR"] if errors else []
        shell.run(
            "gcloud", "beta", "run", "services", "logs", "tail", cloud.placeholders()[source], *chosen, *place(cloud)
        )
        return
    wanted = _filter(cloud, source) + (" AND severity>=ERROR" if errors else "")
    shell.run(
        "gcloud", "logging", "read", wanted, f"--freshness={since}", f"--limit={limit}", f"--format={SHOWN}",
        f"--project={cloud.project}",
    )  # fmt: skip


def _filter(cloud: CloudConfiguration, source: str) -> str:
    if source == "build":
        return 'resource.type="build"'
    if source == "training":
        return 'resource.type="ml_job"'
    name = cloud.placeholders()[source]
    if source == RETRAINING:
        return f'resource.type="cloud_run_job" AND resource.labels.job_name="{name}"'
    return f'resource.type="cloud_run_revision" AND resource.labels.service_name="{name}"'
