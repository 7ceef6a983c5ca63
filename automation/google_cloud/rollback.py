"""Back to what answered before: a revision of a service, a version of a model, or both."""

from typing import Any

from automation.google_cloud import traffic
from automation.google_cloud.account import require_application_login, require_project
from automation.google_cloud.run_document import SERVICES
from automation.google_cloud.shell import Shell
from deploy.gcp.configuration import CloudConfiguration
from textops.errors import ConfigurationError

WHAT = ("revision", "model", "both")


def roll_back(shell: Shell, cloud: CloudConfiguration, what: str, service: str, model: str, to: str) -> None:
    """Go back.

    Args:
        shell: Runs the commands.
        cloud: Whose cloud it is.
        what: `revision` for the code, `model` for the registry's alias, or `both`.
        service: Which service.
        model: Which model; empty for the only one.
        to: The revision to go to; empty for the one before.

    Raises:
        TextopsError: If there is nothing to go back to; the message says so.
    """
    if what not in WHAT:
        raise ConfigurationError(f"--what {what}: say one of {', '.join(WHAT)}")
    if service not in SERVICES:
        raise ConfigurationError(f"--service {service}: say one of {', '.join(SERVICES)}")
    require_project(shell, cloud)
    if what != "revision":
        require_application_login(shell)
    if what != "model":
        _revision(shell, cloud, cloud.placeholders()[service], to)
    if what != "revision":
        where = f"TEXTOPS_REGISTRY={cloud.registry}"
        shell.run("env", where, "textops", "rollback", *([model] if model else []), "--reason=invoke gcp.rollback")


def _revision(shell: Shell, cloud: CloudConfiguration, service: str, to: str) -> None:
    present = traffic.described(shell, cloud, service)
    revisions: list[dict[str, Any]] = shell.ask_json(
        "gcloud", "run", "revisions", "list", f"--service={service}", *traffic.place(cloud),
        assumed=[_assumed(service, "PRESENT", "2"), _assumed(service, "BEFORE", "1")],
    )  # fmt: skip
    traffic.move(shell, cloud, service, to or before(revisions, traffic.shares(present), service))


def _assumed(service: str, name: str, created: str) -> dict[str, Any]:
    ready = [{"type": "Ready", "status": "True"}]
    return {
        "metadata": {"name": f"{service}-{name}", "creationTimestamp": created},
        "status": {"conditions": ready},
    }


def before(revisions: list[dict[str, Any]], serving: dict[str, int], service: str) -> str:
    """Return the newest good revision that is older than the one that answers most.

    Raises:
        ConfigurationError: If there is none.
    """
    if not serving:
        raise ConfigurationError(f"no revision of {service} answers now: name one with --to")
    present = max(serving, key=lambda name: serving[name])
    times = {each["metadata"]["name"]: each["metadata"]["creationTimestamp"] for each in revisions}
    older = [
        each["metadata"]
        for each in revisions
        if _is_ready(each) and present in times and each["metadata"]["creationTimestamp"] < times[present]
    ]
    if not older:
        raise ConfigurationError(
            f"{present} is the oldest good revision of {service}: there is none to go back to; name one with --to"
        )
    return str(max(older, key=lambda metadata: metadata["creationTimestamp"])["name"])


def _is_ready(revision: dict[str, Any]) -> bool:
    conditions = revision.get("status", {}).get("conditions", [])
    # Cloud Run also takes Ready from revisions that it has put to sleep: Unknown is not a failure.
    return all(each.get("status") != "False" for each in conditions if each.get("type") == "Ready")
