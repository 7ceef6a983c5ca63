"""New revisions: that of the API is deployed without traffic, asked, and only then given all of it."""

from typing import Any

from automation.google_cloud import traffic
from automation.google_cloud.account import require_project, require_tools
from automation.google_cloud.image import chosen_tag, require_image
from automation.google_cloud.refusal import CommandRefusedError
from automation.google_cloud.run_document import PARTS, RETRAINING, image, revision_name, secrets, write_document
from automation.google_cloud.secret_value import require_secrets
from automation.google_cloud.shell import Shell
from automation.google_cloud.smoke_test import ask
from deploy.gcp.configuration import CloudConfiguration
from deploy.gcp.revision import Service, candidate, document
from textops.errors import ConfigurationError


def deploy(shell: Shell, cloud: CloudConfiguration, only: str, tag: str, *, move: bool) -> None:
    """Deploy the services and the retraining job, or one of them.

    Args:
        shell: Runs the commands.
        cloud: Whose cloud it is.
        only: Which one, empty for all.
        tag: Tag of the images; empty for the commit that is checked out.
        move: Whether the new revision of the API gets the traffic when it has answered. Without that, nothing else
            is deployed.

    Raises:
        TextopsError: If something is missing or a revision does not answer; the message says what.
    """
    if only and only not in PARTS:
        raise ConfigurationError(f"--only {only}: say one of {', '.join(PARTS)}")
    if only not in {"", "api"} and not move:
        raise ConfigurationError(f"--no-traffic is for the API: leave it out, or --only {only}")
    tag = chosen_tag(tag)
    require_tools(shell, "gcloud", "curl")
    require_project(shell, cloud)
    api, drift = (traffic.described(shell, cloud, name) for name in (cloud.names.api, cloud.names.drift))
    parts = (only,) if only else PARTS
    urls = {"api_url": api.status.url, "drift_url": drift.status.url}
    documents = {part: document(part, cloud, tag, **urls) for part in parts}
    _require(shell, cloud, list(documents.values()))
    for part, filled in documents.items():
        if part == "api":
            _deploy_api(shell, cloud, filled, revision_name(filled, tag), api, move=move)
        elif move:
            kind = "jobs" if part == RETRAINING else "services"
            shell.run("gcloud", "run", kind, "replace", write_document(part, filled), *traffic.place(cloud))


def _require(shell: Shell, cloud: CloudConfiguration, documents: list[dict[str, Any]]) -> None:
    """See that all is there before the first is deployed, so that no half of the system is."""
    for name in dict.fromkeys(image(each) for each in documents):
        require_image(shell, cloud, name)
    require_secrets(shell, cloud, sorted({name for each in documents for name in secrets(each)}))


def _deploy_api(
    shell: Shell, cloud: CloudConfiguration, filled: dict[str, Any], name: str, present: Service, *, move: bool
) -> None:
    service = cloud.names.api
    revision, before = f"{service}-{name}", traffic.shares(present)
    if before == {revision: 100}:
        shell.say(f"{revision} answers already: nothing to deploy")
        return
    path = write_document("api", candidate(filled, name, present))
    try:
        shell.run("gcloud", "run", "services", "replace", path, *traffic.place(cloud))
        ask(shell, cloud, revision, present.candidate_url)
    except CommandRefusedError as error:
        raise CommandRefusedError(
            f"{error}; all traffic stays with {', '.join(before)}; `invoke gcp.logs` shows what the new revision wrote"
        ) from error
    if move:
        traffic.move(shell, cloud, service, revision)
    else:
        shell.say(f"{revision} has no traffic; it is asked at {present.candidate_url}")
