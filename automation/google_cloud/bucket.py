"""Buckets: whether they are there, and where."""

from automation.google_cloud.refusal import CommandRefusedError
from automation.google_cloud.shell import Shell
from deploy.gcp.configuration import CloudConfiguration
from textops.errors import ConfigurationError


def state_bucket(cloud: CloudConfiguration) -> str:
    """Return the bucket that holds what the infrastructure code knows of what it made."""
    return f"{cloud.project}-textops-state"


def is_there(shell: Shell, cloud: CloudConfiguration, name: str, *, assumed: bool) -> bool:
    """Return whether a bucket is there, and see that it lies in the configured region.

    Args:
        shell: Runs the commands.
        cloud: Whose cloud it is.
        name: Of the bucket.
        assumed: What a dry run takes for the answer.

    Raises:
        ConfigurationError: If it lies elsewhere.
    """
    try:
        found = shell.ask_json(
            "gcloud", "storage", "buckets", "describe", f"gs://{name}", assumed={"location": cloud.region.upper()}
        )
    except CommandRefusedError as error:
        if error.missing:
            return False
        raise
    if shell.dry_run:
        return assumed
    location = str(found.get("location", "")).lower()
    if location != cloud.region:
        raise ConfigurationError(
            f"gs://{name} lies in {location or 'no known place'}, and the region is {cloud.region}: buckets cannot "
            "be moved; set region in deploy/gcp/configuration.yaml to where it lies, or name another bucket there"
        )
    return True


def create(shell: Shell, cloud: CloudConfiguration, name: str) -> None:
    """Make a bucket that is closed to the public and keeps old versions of its objects."""
    shell.run(
        "gcloud", "storage", "buckets", "create", f"gs://{name}", f"--project={cloud.project}",
        f"--location={cloud.region}", "--uniform-bucket-level-access", "--public-access-prevention",
    )  # fmt: skip
    shell.run("gcloud", "storage", "buckets", "update", f"gs://{name}", "--versioning")
