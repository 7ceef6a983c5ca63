"""Secrets that services read: whether they have a value. The value itself is never read here."""

from collections.abc import Sequence

from automation.google_cloud.refusal import CommandRefusedError
from automation.google_cloud.shell import Shell
from deploy.gcp.configuration import CloudConfiguration
from textops.errors import ConfigurationError


def require_secrets(shell: Shell, cloud: CloudConfiguration, names: Sequence[str]) -> None:
    """See that secrets have a value that is switched on.

    Raises:
        ConfigurationError: If one has none.
    """
    for name in names:
        if _state(shell, cloud, name) != "enabled":
            raise ConfigurationError(
                f"the secret {name} has no value: `gcloud secrets versions add {name} --data-file=- "
                f"--project={cloud.project}` reads one from standard input"
            )


def _state(shell: Shell, cloud: CloudConfiguration, name: str) -> str:
    try:
        return shell.ask(
            "gcloud", "secrets", "versions", "describe", "latest", f"--secret={name}", f"--project={cloud.project}",
            "--format=value(state)", assumed="enabled",
        ).lower()  # fmt: skip
    except CommandRefusedError as error:
        if error.missing:
            return ""
        raise
