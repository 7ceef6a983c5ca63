"""The end: everything that was made is removed, data and models only when that is asked for."""

import sys

from automation.google_cloud import bucket, stack
from automation.google_cloud.account import require_application_login, require_project, require_tools
from automation.google_cloud.shell import Shell
from deploy.gcp.configuration import CloudConfiguration
from textops.errors import ConfigurationError


def destroy(shell: Shell, cloud: CloudConfiguration, *, with_data: bool, confirmed: str) -> None:
    """Remove what `bootstrap` and `deploy` made.

    Args:
        shell: Runs the commands.
        cloud: Whose cloud it is.
        with_data: Whether data, models, database and the state go too.
        confirmed: The id of the project, typed by who wants this; empty to ask for it.

    Raises:
        TextopsError: If it was not confirmed, or something is missing; the message says what.
    """
    _require_unprotected(cloud, with_data=with_data)
    if not shell.dry_run:
        _confirm(cloud, confirmed, with_data=with_data)
    require_tools(shell, "gcloud", "pulumi")
    require_project(shell, cloud)
    require_application_login(shell)
    if not bucket.is_there(shell, cloud, bucket.state_bucket(cloud), assumed=True):
        raise ConfigurationError(
            f"gs://{bucket.state_bucket(cloud)} is not there, so nothing that was made is known: "
            f"`gcloud projects delete {cloud.project}` removes the project with all that is in it"
        )
    stack.select(shell, cloud)
    # What is protected follows from the configuration as it is now, and not as it was when all was made.
    stack.pulumi(shell, cloud, "up", f"--stack={stack.STACK}", "--yes")
    stack.pulumi(
        shell, cloud, "destroy", f"--stack={stack.STACK}", *([] if with_data else ["--exclude-protected"]), "--yes"
    )
    if with_data:
        _remove_state(shell, cloud)
    else:
        # They stay in the state too, so that a later bootstrap goes on with them.
        shell.say(f"kept, and still paid for: {', '.join(_kept(cloud))}")


def _kept(cloud: CloudConfiguration) -> list[str]:
    buckets = [f"gs://{name}" for name in (cloud.data_bucket, cloud.model_bucket, bucket.state_bucket(cloud))]
    return [*buckets, *(["the database"] if cloud.database else [])]


def _remove_state(shell: Shell, cloud: CloudConfiguration) -> None:
    """Remove what the infrastructure code knew; it goes last, so that what failed can be repeated."""
    stack.pulumi(shell, cloud, "stack", "rm", stack.STACK, "--yes")
    shell.run("gcloud", "storage", "rm", f"gs://{bucket.state_bucket(cloud)}", "--recursive")
    options = stack.key_options(cloud)
    version = shell.ask(
        "gcloud", "kms", "keys", "describe", stack.KEY, *options, "--format=value(primary.name)", assumed="/1"
    )
    number = version.rpartition("/")[2]
    shell.run("gcloud", "kms", "keys", "versions", "destroy", number, f"--key={stack.KEY}", *options)


def _require_unprotected(cloud: CloudConfiguration, *, with_data: bool) -> None:
    if with_data and cloud.protected:
        raise ConfigurationError(
            "data, models and database are protected: set `protected: false` in deploy/gcp/configuration.yaml first"
        )
    if not with_data and not cloud.protected:
        raise ConfigurationError(
            "`protected: false` in deploy/gcp/configuration.yaml lets data, models and database go too: set it to "
            "true to keep them, or give --with-data"
        )


def _confirm(cloud: CloudConfiguration, confirmed: str, *, with_data: bool) -> None:
    what = "everything, data and models included" if with_data else "everything but data and models"
    if not confirmed:
        try:
            confirmed = input(f"This removes {what}. Type the id of the project: ").strip()
        except EOFError:
            sys.stdout.write("\n")
    if confirmed != cloud.project:
        raise ConfigurationError(f"{confirmed!r} is not {cloud.project!r}: nothing was removed")
