"""What must be there before anything is asked of Google Cloud: tools, login, project, billing."""

import shutil

from automation.google_cloud.refusal import LOGIN, CommandRefusedError
from automation.google_cloud.shell import Shell
from deploy.gcp.configuration import CloudConfiguration
from textops.errors import ConfigurationError

ORIGINS = {
    "gcloud": "https://cloud.google.com/sdk/docs/install",
    "pulumi": "https://www.pulumi.com/docs/iac/download-install/",
    "dvc": "pip install 'textops[gcp]'",
    "curl": "the package curl of your system",
}


def require_tools(shell: Shell, *names: str) -> None:
    """See that tools are installed; a dry run needs none.

    Raises:
        ConfigurationError: If one is missing.
    """
    for name in names:
        if not shell.dry_run and shutil.which(name) is None:
            raise ConfigurationError(f"{name} is not installed: {ORIGINS[name]}")


def require_project(shell: Shell, cloud: CloudConfiguration) -> None:
    """See that somebody is logged in who may see the project.

    Raises:
        ConfigurationError: If nobody is, or the project is not there for them.
    """
    require_tools(shell, "gcloud")
    account = shell.ask(
        "gcloud", "auth", "list", "--filter=status:ACTIVE", "--format=value(account)", assumed="somebody@example.com"
    )
    if not account:
        raise ConfigurationError(LOGIN)
    try:
        project = shell.ask_json("gcloud", "projects", "describe", cloud.project, assumed={"lifecycleState": "ACTIVE"})
    except CommandRefusedError as error:
        # Google does not tell a project that is not there from one that may not be seen.
        if error.missing or error.forbidden:
            raise ConfigurationError(
                f"project {cloud.project!r} does not exist, or {account} may not see it: `gcloud projects list` shows "
                "those that are there; set TEXTOPS_GCP_PROJECT, or project in deploy/gcp/configuration.yaml"
            ) from error
        raise
    if project.get("lifecycleState") != "ACTIVE":
        raise ConfigurationError(
            f"project {cloud.project!r} is being deleted: `gcloud projects undelete {cloud.project}`, or take another"
        )


def require_billing(shell: Shell, cloud: CloudConfiguration) -> None:
    """See that an account pays for the project.

    Raises:
        ConfigurationError: If none does.
    """
    try:
        enabled = shell.ask(
            "gcloud", "billing", "projects", "describe", cloud.project, "--format=value(billingEnabled)", assumed="True"
        )
    except CommandRefusedError as error:
        if not error.forbidden:
            raise
        shell.say("you may not see whether billing is on; where it is not, the next commands say so")
        return
    if enabled.lower() != "true":
        raise ConfigurationError(
            f"billing is off for {cloud.project}: link an account at "
            f"https://console.cloud.google.com/billing/linkedaccount?project={cloud.project}"
        )


def require_application_login(shell: Shell) -> None:
    """See that libraries (Pulumi, DVC, gcsfs) are logged in: that is another login than gcloud's own.

    Raises:
        ConfigurationError: If they are not.
    """
    try:
        shell.ask("gcloud", "auth", "application-default", "print-access-token")
    except CommandRefusedError as error:
        raise ConfigurationError(
            "programs are not logged in at Google Cloud: `gcloud auth application-default login`"
        ) from error
