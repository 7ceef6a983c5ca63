"""Tasks for Google Cloud: `invoke gcp.plan` and others.

Each shows every command line before it runs it. With `--dry-run` it shows them only; that needs neither an account nor
Google's tools, and takes for granted what a real run asks. What cannot work ends with one line and exit code 2.
"""

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from automation.google_cloud import (
    bootstrap,
    build,
    data,
    deployment,
    destruction,
    logs,
    rollback,
    run_document,
    training,
)
from automation.google_cloud.command_lines import command_lines, gcloud_lines, refused_by_gcloud
from automation.google_cloud.shell import ROOT, Shell
from automation.one_line import in_one_line
from deploy.gcp.configuration import CloudConfiguration, read_configuration
from textops.errors import ConfigurationError

COSTS, MANY_DOCUMENTS = ROOT / "reports/cloud_costs.md", ROOT / "reports/many_documents.md"
DRY_RUN = "Show the command lines, run none of them."
TAG = "Tag of the images, by default the commit that is checked out."


def _begin(context: Context, *, dry_run: bool) -> tuple[Shell, CloudConfiguration]:
    return Shell(context, dry_run), read_configuration()


@task(name="plan", help={"dry-run": DRY_RUN})
@in_one_line
def show_plan(context: Context, dry_run: bool = False) -> None:  # noqa: FBT001, FBT002 - options of invoke
    """Show what bootstrap would make and change in the project, and what it costs a month."""
    from automation.google_cloud.costs.summary import summary

    shell, cloud = _begin(context, dry_run=dry_run)
    bootstrap.plan(shell, cloud)
    shell.say(summary())


@task(name="bootstrap", help={"dry-run": DRY_RUN, "yes": "Pulumi does not ask before it changes anything."})
@in_one_line
def bootstrap_project(context: Context, dry_run: bool = False, yes: bool = False) -> None:  # noqa: FBT001, FBT002 - options of invoke
    """Make all of the infrastructure in a project: APIs, buckets, accounts, alerts (Pulumi)."""
    shell, cloud = _begin(context, dry_run=dry_run)
    bootstrap.bootstrap(shell, cloud, yes=yes)


@task(
    name="data",
    help={
        "dry-run": DRY_RUN,
        "create": "Make the buckets that are not there, without the rest of the infrastructure.",
        "only": "Send only `data` (DVC) or `models` (the registry).",
    },
)
@in_one_line
def send_data(context: Context, dry_run: bool = False, create: bool = False, only: str = "") -> None:  # noqa: FBT001, FBT002 - options of invoke
    """Push the data to its bucket and copy the model registry into its own, if that is empty."""
    shell, cloud = _begin(context, dry_run=dry_run)
    data.send(shell, cloud, create=create, only=only)


@task(
    name="build",
    help={
        "dry-run": DRY_RUN,
        "tag": TAG,
        "until": "How far it goes: check (build, scan, try), push, deploy (test a revision, give it the traffic).",
        "cuda": "Only the image for trainings on GPUs, which is large.",
    },
)
@in_one_line
def build_images(
    context: Context,
    dry_run: bool = False,  # noqa: FBT001, FBT002 - options of invoke
    tag: str = "",
    until: str = "push",
    cuda: bool = False,  # noqa: FBT001, FBT002 - options of invoke
) -> None:
    """Build, scan, try and push all images at Cloud Build."""
    shell, cloud = _begin(context, dry_run=dry_run)
    build.build(shell, cloud, tag, until, cuda=cuda)


@task(
    name="train",
    help={
        "dry-run": DRY_RUN,
        "job": f"Which job: {', '.join(training.JOBS)}.",
        "tag": TAG,
        "wait": "Show its log until it ends.",
    },
)
@in_one_line
def train_model(context: Context, dry_run: bool = False, job: str = "cpu", tag: str = "", wait: bool = False) -> None:  # noqa: FBT001, FBT002 - options of invoke
    """Train at Vertex AI."""
    shell, cloud = _begin(context, dry_run=dry_run)
    training.train(shell, cloud, job, tag, wait=wait)


@task(
    name="deploy",
    help={
        "dry-run": DRY_RUN,
        "only": f"Only this: {', '.join(run_document.PARTS)}.",
        "tag": TAG,
        "no-traffic": "Deploy the API without traffic, and nothing else.",
    },
)
@in_one_line
def deploy_services(
    context: Context,
    dry_run: bool = False,  # noqa: FBT001, FBT002 - options of invoke
    only: str = "",
    tag: str = "",
    no_traffic: bool = False,  # noqa: FBT001, FBT002 - options of invoke
) -> None:
    """Deploy new revisions to Cloud Run; that of the API is asked before it gets the traffic."""
    shell, cloud = _begin(context, dry_run=dry_run)
    deployment.deploy(shell, cloud, only, tag, move=not no_traffic)


@task(
    name="rollback",
    help={
        "dry-run": DRY_RUN,
        "what": f"What goes back: {', '.join(rollback.WHAT)}.",
        "service": f"Whose revision: {', '.join(run_document.SERVICES)}.",
        "model": "Whose alias, by default that of the only model.",
        "to": "Name of a revision, by default the one before.",
    },
)
@in_one_line
def roll_back(
    context: Context,
    dry_run: bool = False,  # noqa: FBT001, FBT002 - options of invoke
    what: str = "revision",
    service: str = "api",
    model: str = "",
    to: str = "",
) -> None:
    """Give the traffic back to the revision before, the model alias to its version before, or both."""
    shell, cloud = _begin(context, dry_run=dry_run)
    rollback.roll_back(shell, cloud, what, service, model, to)


@task(
    name="logs",
    help={
        "dry-run": DRY_RUN,
        "service": f"Whose log: {', '.join(logs.SOURCES)}.",
        "since": "How far back: 30m, 2h, 7d.",
        "limit": "Most lines.",
        "errors": "Only errors.",
        "follow": "Show lines as they come (services only).",
    },
)
@in_one_line
def show_logs(
    context: Context,
    dry_run: bool = False,  # noqa: FBT001, FBT002 - options of invoke
    service: str = "api",
    since: str = "1h",
    limit: int = 100,
    errors: bool = False,  # noqa: FBT001, FBT002 - options of invoke
    follow: bool = False,  # noqa: FBT001, FBT002 - options of invoke
) -> None:
    """Show what a service, a build or a training wrote."""
    shell, cloud = _begin(context, dry_run=dry_run)
    logs.show(shell, cloud, service, since, limit, errors=errors, follow=follow)


@task(
    name="destroy",
    help={
        "dry-run": DRY_RUN,
        "with-data": "Remove the buckets with data and models too.",
        "confirm": "Id of the project, instead of typing it when asked.",
    },
)
@in_one_line
def destroy_all(context: Context, dry_run: bool = False, with_data: bool = False, confirm: str = "") -> None:  # noqa: FBT001, FBT002 - options of invoke
    """Remove everything from the project; data and models stay unless told otherwise."""
    shell, cloud = _begin(context, dry_run=dry_run)
    destruction.destroy(shell, cloud, with_data=with_data, confirmed=confirm)


@task(help={"gcloud": "Also let gcloud, which must be installed, judge each command line of these tasks (a minute)."})
@in_one_line
def validate(context: Context, gcloud: bool = False) -> None:  # noqa: FBT001, FBT002 - options of invoke
    """Check every file of deploy/gcp with the vendor's own messages; needs no account."""
    from automation.google_cloud.account import require_tools

    try:
        from deploy.gcp.validation import validate_all
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"{error.name} is not installed: pip install -e '.[cloud,dev]'") from error
    shell = Shell(context)
    problems = [str(problem) for problem in validate_all()]
    if gcloud:
        require_tools(shell, "gcloud")
        lines = gcloud_lines(command_lines())
        problems += [f"gcloud refuses `{line}`: {why}" for line, why in refused_by_gcloud(lines).items()]
        shell.say(f"gcloud has judged {len(lines)} command lines")
    if problems:
        raise Exit("\n".join(problems))
    shell.say("every file of deploy/gcp is valid")


@task(help={"free": "Take off what is free of charge each month."})
@in_one_line
def costs(context: Context, free: bool = False) -> None:  # noqa: FBT001, FBT002 - options of invoke
    """Write what each part costs a month, and training on 10^9 documents, from prices.yaml and what was measured."""
    from automation.google_cloud.costs.many_documents import projection, read_measurements
    from automation.google_cloud.costs.prices import read_prices
    from automation.google_cloud.costs.summary import full_report, summary
    from textops.files import write_text

    write_text(COSTS, full_report(free=free))
    write_text(MANY_DOCUMENTS, projection(read_measurements(), read_prices()))
    shell = Shell(context)
    shell.say(summary())
    shell.say("all parts: reports/cloud_costs.md, reports/many_documents.md; invoke tables puts them into the pages")
