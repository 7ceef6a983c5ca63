"""Which revision of a service answers."""

from typing import Any

from automation.google_cloud.refusal import CommandRefusedError
from automation.google_cloud.shell import Shell
from deploy.gcp.configuration import CloudConfiguration
from deploy.gcp.revision import Service
from textops.errors import ConfigurationError


def place(cloud: CloudConfiguration) -> tuple[str, str]:
    """Return the options that say where a service is."""
    return (f"--region={cloud.region}", f"--project={cloud.project}")


def described(shell: Shell, cloud: CloudConfiguration, name: str) -> Service:
    """Return what Cloud Run knows of a service.

    Raises:
        ConfigurationError: If there is none.
        CommandRefusedError: If it does not tell.
    """
    try:
        found = shell.ask_json("gcloud", "run", "services", "describe", name, *place(cloud), assumed=_assumed(name))
    except CommandRefusedError as error:
        if error.missing:
            raise ConfigurationError(
                f"there is no service {name} in {cloud.region}: `invoke gcp.bootstrap` makes it"
            ) from error
        raise
    return Service.model_validate(found)


def _assumed(name: str) -> dict[str, Any]:
    """Return what a dry run takes for a service: one revision answers everything."""
    traffic = [{"revisionName": f"{name}-PRESENT", "percent": 100}]
    return {"status": {"url": f"https://{name}-PROJECT.a.run.app", "traffic": traffic}}


def shares(service: Service) -> dict[str, int]:
    """Return the revisions that answer, with their percent."""
    found: dict[str, int] = {}
    for share in service.status.traffic:
        if share.revision and share.percent:
            found[share.revision] = found.get(share.revision, 0) + share.percent
    return found


def move(shell: Shell, cloud: CloudConfiguration, name: str, revision: str) -> None:
    """Let a revision answer everything.

    Raises:
        CommandRefusedError: If that is refused.
    """
    shell.run("gcloud", "run", "services", "update-traffic", name, f"--to-revisions={revision}=100", *place(cloud))
