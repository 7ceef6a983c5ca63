"""Data and models on their way to the buckets."""

import os

from automation.google_cloud import bucket
from automation.google_cloud.account import require_application_login, require_project, require_tools
from automation.google_cloud.refusal import CommandRefusedError
from automation.google_cloud.shell import ROOT, Shell
from deploy.gcp.configuration import CloudConfiguration
from textops.errors import ConfigurationError

# The remote of .dvc/config, and what .dvc/config.local calls the bucket behind it.
REMOTE, BUCKET = "bucket", "data-bucket"


def send(shell: Shell, cloud: CloudConfiguration, *, create: bool, only: str) -> None:
    """See that the buckets are there, push the data, and copy the registry.

    Args:
        shell: Runs the commands.
        cloud: Whose cloud it is.
        create: Whether buckets that are not there are made; else the infrastructure code makes them.
        only: `data`, `models` or empty for both.

    Raises:
        TextopsError: If something is missing; the message says what.
    """
    if only not in {"", "data", "models"}:
        raise ConfigurationError(f"--only {only}: say data or models")
    local = _local_registry(shell) if only != "data" else ""
    require_tools(shell, "gcloud", *([] if only == "models" else ["dvc"]))
    require_project(shell, cloud)
    if only != "models":
        _require_bucket(shell, cloud, cloud.data_bucket, create=create)
        require_application_login(shell)
        _push(shell, cloud)
    if only != "data":
        _require_bucket(shell, cloud, cloud.model_bucket, create=create)
        _copy_registry(shell, cloud, local)


def _local_registry(shell: Shell) -> str:
    local = os.environ.get("TEXTOPS_REGISTRY", "models/registry")
    if local.startswith("gs://"):
        raise ConfigurationError(
            f"TEXTOPS_REGISTRY is {local}, which needs no copying: unset it, or `invoke gcp.data --only data`"
        )
    folder = ROOT / local
    if not shell.dry_run and not (folder.is_dir() and any(folder.iterdir())):
        raise ConfigurationError(
            f"{local} holds no model: `textops demo` trains one, or `textops register BUNDLE`; "
            "`invoke gcp.data --only data` sends the data alone"
        )
    return local


def _require_bucket(shell: Shell, cloud: CloudConfiguration, name: str, *, create: bool) -> None:
    if bucket.is_there(shell, cloud, name, assumed=not create):
        return
    if not create:
        raise ConfigurationError(
            f"there is no bucket gs://{name}: `invoke gcp.bootstrap` makes it, with all else; `invoke gcp.data "
            "--create` makes the buckets alone"
        )
    bucket.create(shell, cloud, name)


def _push(shell: Shell, cloud: CloudConfiguration) -> None:
    """Tell DVC on this machine where the bucket is, as `invoke data.remote` does: what is committed names nobody's."""
    shell.run("dvc", "remote", "add", "--local", "--force", BUCKET, f"gs://{cloud.data_bucket}")
    shell.run("dvc", "push", f"--remote={REMOTE}")


def _copy_registry(shell: Shell, cloud: CloudConfiguration, local: str) -> None:
    """Copy the registry once; later the bucket is the registry, and two cannot be made one."""
    where = cloud.registry
    if _is_filled(shell, where):
        shell.say(
            f"{where} holds a registry, so it is the one that counts. Put a model into it with\n"
            f"env TEXTOPS_REGISTRY={where} textops register models/latest/bundle"
        )
        return
    shell.run("gcloud", "storage", "rsync", local, where, "--recursive", "--no-clobber")


def _is_filled(shell: Shell, where: str) -> bool:
    try:
        return bool(shell.ask("gcloud", "storage", "ls", where))
    except CommandRefusedError as error:
        if error.missing:
            return False
        raise
