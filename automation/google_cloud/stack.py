"""The Pulumi stack: where its state lies, how it is encrypted, and what is done with it."""

from automation.google_cloud.bucket import state_bucket
from automation.google_cloud.shell import ROOT, Shell
from deploy.gcp.configuration import CloudConfiguration

STACK, PROGRAM = "production", "deploy/gcp/infrastructure"
KEY_RING, KEY = "textops", "infrastructure"
PREVIEW_STATE = "build/gcp/preview"
# Where Pulumi writes what it notes of a stack: `stackConfigDir` in Pulumi.yaml.
NOTES = ROOT / "build/gcp"


def key(cloud: CloudConfiguration) -> str:
    """Return the full name of the key that encrypts what is secret in the state."""
    return f"projects/{cloud.project}/locations/{cloud.region}/keyRings/{KEY_RING}/cryptoKeys/{KEY}"


def key_options(cloud: CloudConfiguration) -> tuple[str, ...]:
    """Return what names the key for gcloud, behind its own name."""
    return (f"--keyring={KEY_RING}", f"--location={cloud.region}", f"--project={cloud.project}")


def pulumi(shell: Shell, cloud: CloudConfiguration, *words: str) -> None:
    """Run Pulumi on the state in the bucket. The environment names it: no login of the user is changed.

    Raises:
        CommandRefusedError: If it ends with an error.
    """
    shell.run("env", f"PULUMI_BACKEND_URL=gs://{state_bucket(cloud)}", "pulumi", *words, f"--cwd={PROGRAM}")


def select(shell: Shell, cloud: CloudConfiguration) -> None:
    """Take the stack, or make it.

    Raises:
        CommandRefusedError: If it cannot be had.
    """
    NOTES.mkdir(parents=True, exist_ok=True)
    pulumi(shell, cloud, "stack", "select", STACK, "--create", f"--secrets-provider=gcpkms://{key(cloud)}")


def preview(shell: Shell, cloud: CloudConfiguration, *, made: bool) -> None:
    """Show what would be made and changed.

    Args:
        shell: Runs the commands.
        cloud: Whose cloud it is.
        made: Whether the state is there; where it is not, an empty one in build/ stands for it.

    Raises:
        CommandRefusedError: If it cannot be had.
    """
    if made:
        select(shell, cloud)
        pulumi(shell, cloud, "preview", f"--stack={STACK}", "--diff")
        return
    (ROOT / PREVIEW_STATE).mkdir(parents=True, exist_ok=True)
    # Relative to the folder of the program. Nothing of it is kept, so its passphrase is empty.
    state = ("env", f"PULUMI_BACKEND_URL=file://../../../{PREVIEW_STATE}", "PULUMI_CONFIG_PASSPHRASE=", "pulumi")
    shell.run(*state, "stack", "select", STACK, "--create", f"--cwd={PROGRAM}")
    shell.run(*state, "preview", f"--stack={STACK}", f"--cwd={PROGRAM}")
