"""Where images lie."""

import pulumi_gcp as gcp

from deploy.gcp.infrastructure.cloud import Cloud

_DAY = 86_400
_KEPT_VERSIONS = 10
_Policy = gcp.artifactregistry.RepositoryCleanupPolicyArgs


def make_artifact_registry(cloud: Cloud) -> gcp.artifactregistry.Repository:
    """Make the repository.

    The newest images stay for rollbacks; what is older than three months goes, untagged ones after a week.
    """
    return gcp.artifactregistry.Repository(
        "images",
        project=cloud.configuration.project,
        location=cloud.configuration.region,
        repository_id=cloud.configuration.names.repository,
        format="DOCKER",
        description="Images of textops, and what builds keep for the next one",
        cleanup_policy_dry_run=False,
        cleanup_policies=[
            _Policy(
                id="keep-newest",
                action="KEEP",
                most_recent_versions=gcp.artifactregistry.RepositoryCleanupPolicyMostRecentVersionsArgs(
                    keep_count=_KEPT_VERSIONS
                ),
            ),
            _Policy(
                id="delete-old",
                action="DELETE",
                condition=gcp.artifactregistry.RepositoryCleanupPolicyConditionArgs(
                    tag_state="ANY", older_than=f"{90 * _DAY}s"
                ),
            ),
            _Policy(
                id="delete-untagged",
                action="DELETE",
                condition=gcp.artifactregistry.RepositoryCleanupPolicyConditionArgs(
                    tag_state="UNTAGGED", older_than=f"{7 * _DAY}s"
                ),
            ),
        ],
        # Each build scans what it pushes, before it does.
        vulnerability_scanning_config=gcp.artifactregistry.RepositoryVulnerabilityScanningConfigArgs(
            enablement_config="DISABLED"
        ),
        labels={"app": "textops"},
        opts=cloud.options,
    )
