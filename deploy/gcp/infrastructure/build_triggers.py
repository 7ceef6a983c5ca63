"""What starts a build: a push to the branch, and a pull request.

The repository must be connected to Cloud Build by hand, once.
"""

from collections.abc import Mapping

import pulumi_gcp as gcp

from deploy.gcp.infrastructure.cloud import Cloud

FILE = "deploy/gcp/cloudbuild.yaml"
_NEEDLESS = ["docs/**", "reports/**", "*.md"]


def make_build_triggers(
    cloud: Cloud, repository: str, identities: Mapping[str, gcp.serviceaccount.Account]
) -> list[gcp.cloudbuild.Trigger]:
    """Make both triggers; strangers' pull requests wait until somebody of the repository comments `/gcbrun`."""
    branch = f"^{cloud.configuration.branch}$"
    owner, _, name = repository.partition("/")
    push = gcp.cloudbuild.TriggerGithubArgs(
        owner=owner, name=name, push=gcp.cloudbuild.TriggerGithubPushArgs(branch=branch)
    )
    pull_request = gcp.cloudbuild.TriggerGithubArgs(
        owner=owner,
        name=name,
        pull_request=gcp.cloudbuild.TriggerGithubPullRequestArgs(
            branch=branch, comment_control="COMMENTS_ENABLED_FOR_EXTERNAL_CONTRIBUTORS_ONLY"
        ),
    )
    return [
        _trigger(cloud, "deploy", push, identities["build"]),
        _trigger(cloud, "check", pull_request, identities["build-check"]),
    ]


def _trigger(
    cloud: Cloud, until: str, github: gcp.cloudbuild.TriggerGithubArgs, identity: gcp.serviceaccount.Account
) -> gcp.cloudbuild.Trigger:
    return gcp.cloudbuild.Trigger(
        f"build-{until}",
        project=cloud.configuration.project,
        location=cloud.configuration.region,
        name=cloud.name(until),
        description=f"Builds as far as `{until}`",
        github=github,
        filename=FILE,
        ignored_files=_NEEDLESS,
        include_build_logs="INCLUDE_BUILD_LOGS_WITH_STATUS",
        service_account=identity.id,
        substitutions={**cloud.configuration.substitutions(), "_UNTIL": until},
        opts=cloud.options,
    )
