"""From an empty project to one that holds all but images, data and models."""

import sys

from automation.google_cloud import bucket, stack
from automation.google_cloud.account import (
    require_application_login,
    require_billing,
    require_project,
    require_tools,
)
from automation.google_cloud.refusal import CommandRefusedError
from automation.google_cloud.shell import Shell
from deploy.gcp.configuration import CloudConfiguration
from textops.errors import ConfigurationError

# What Pulumi itself needs; it switches on all others.
APIS = ("cloudkms", "cloudresourcemanager", "iam", "serviceusage", "storage")


def plan(shell: Shell, cloud: CloudConfiguration) -> None:
    """Show what `bootstrap` would make and change.

    Raises:
        TextopsError: If something is missing; the message says what.
    """
    _require(shell, cloud)
    made = bucket.is_there(shell, cloud, bucket.state_bucket(cloud), assumed=False)
    stack.preview(shell, cloud, made=made)


def bootstrap(shell: Shell, cloud: CloudConfiguration, *, yes: bool) -> None:
    """Switch on APIs, make the bucket and the key of the state, and let Pulumi make the rest.

    Args:
        shell: Runs the commands.
        cloud: Whose cloud it is.
        yes: Whether Pulumi does not ask before it changes anything.

    Raises:
        TextopsError: If something is missing; the message says what.
    """
    if not (yes or shell.dry_run or sys.stdin.isatty()):
        raise ConfigurationError("Pulumi asks before it changes anything, and there is no terminal: give --yes")
    _require(shell, cloud)
    services = [f"{name}.googleapis.com" for name in APIS]
    shell.run("gcloud", "services", "enable", *services, f"--project={cloud.project}")
    if not bucket.is_there(shell, cloud, bucket.state_bucket(cloud), assumed=False):
        bucket.create(shell, cloud, bucket.state_bucket(cloud))
    _make_key(shell, cloud)
    stack.select(shell, cloud)
    stack.pulumi(shell, cloud, "up", f"--stack={stack.STACK}", *(["--yes"] if yes else []))


def _require(shell: Shell, cloud: CloudConfiguration) -> None:
    require_tools(shell, "gcloud", "pulumi")
    require_project(shell, cloud)
    require_billing(shell, cloud)
    require_application_login(shell)


def _make_key(shell: Shell, cloud: CloudConfiguration) -> None:
    """Make the key of the state. Keys stay for ever, so one of an earlier life may be there, without a version."""
    ring = (stack.KEY_RING, f"--location={cloud.region}", f"--project={cloud.project}")
    if _answer(shell, "gcloud", "kms", "keyrings", "describe", *ring) is None:
        shell.run("gcloud", "kms", "keyrings", "create", *ring)
    options = stack.key_options(cloud)
    state = _answer(shell, "gcloud", "kms", "keys", "describe", stack.KEY, *options, "--format=value(primary.state)")
    if state is None:
        shell.run("gcloud", "kms", "keys", "create", stack.KEY, *options, "--purpose=encryption")
    elif state != "ENABLED":
        shell.run("gcloud", "kms", "keys", "versions", "create", f"--key={stack.KEY}", *options, "--primary")


def _answer(shell: Shell, *words: str) -> str | None:
    """Return an answer, None where what was asked for is not there; a dry run takes that for granted."""
    try:
        answer = shell.ask(*words)
    except CommandRefusedError as error:
        if error.missing:
            return None
        raise
    return None if shell.dry_run else answer
