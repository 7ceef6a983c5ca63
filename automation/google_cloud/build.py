"""Images built, tried, pushed and perhaps deployed by Cloud Build, from what lies here."""

from automation.google_cloud.account import require_project
from automation.google_cloud.image import chosen_tag
from automation.google_cloud.rendering import template
from automation.google_cloud.shell import Shell
from deploy.gcp.configuration import CloudConfiguration
from textops.errors import ConfigurationError

UNTIL = ("check", "push", "deploy")


def build(shell: Shell, cloud: CloudConfiguration, tag: str, until: str, *, cuda: bool = False) -> None:
    """Let Cloud Build work.

    Args:
        shell: Runs the commands.
        cloud: Whose cloud it is.
        tag: Tag of the images; empty for the commit that is checked out.
        until: How far it goes.
        cuda: Whether only the image for trainings on GPUs is built, and pushed.

    Raises:
        TextopsError: If something is missing; the message says what.
    """
    if until not in UNTIL:
        raise ConfigurationError(f"--until {until}: say one of {', '.join(UNTIL)}")
    file = "cloudbuild_cuda.yaml" if cuda else "cloudbuild.yaml"
    template(file)
    tag = chosen_tag(tag, clean=not shell.dry_run)
    values = {"COMMIT_SHA": tag, **cloud.substitutions(), "_UNTIL": until}
    require_project(shell, cloud)
    shell.run(
        "gcloud", "builds", "submit", ".", f"--config=deploy/gcp/{file}",
        f"--substitutions={','.join(f'{name}={value}' for name, value in values.items())}",
        f"--service-account=projects/{cloud.project}/serviceAccounts/{cloud.identity('build')}",
        # The account of the build reads no other bucket.
        f"--gcs-source-staging-dir=gs://{cloud.model_bucket}/source",
        f"--region={cloud.region}", f"--project={cloud.project}",
    )  # fmt: skip
