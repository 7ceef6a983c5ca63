"""Workflows at GitHub act as service accounts without a key: GitHub says which repository and branch they are of."""

from collections.abc import Mapping

import pulumi_gcp as gcp
from pulumi import Output

from deploy.gcp.infrastructure.cloud import Cloud

ISSUER = "https://token.actions.githubusercontent.com"
_ACT = "roles/iam.workloadIdentityUser"


def make_workload_identity(
    cloud: Cloud, repository: str, identities: Mapping[str, gcp.serviceaccount.Account]
) -> Output[str]:
    """Let workflows of one repository in, and no others.

    Args:
        cloud: Where.
        repository: `owner/name`.
        identities: The service accounts; those of the branch act as `github`, all others as `github-tests`.

    Returns:
        The name of the provider, for `google-github-actions/auth`.
    """
    project = cloud.configuration.project
    pool = gcp.iam.WorkloadIdentityPool(
        "github",
        project=project,
        workload_identity_pool_id=cloud.name("github"),
        display_name="Workflows at GitHub",
        opts=cloud.options,
    )
    provider = gcp.iam.WorkloadIdentityPoolProvider(
        "github",
        project=project,
        workload_identity_pool_id=pool.workload_identity_pool_id,
        workload_identity_pool_provider_id="actions",
        display_name="GitHub Actions",
        attribute_mapping={
            "google.subject": "assertion.sub",
            "attribute.repository": "assertion.repository",
            "attribute.branch": "assertion.repository + '@' + assertion.ref",
        },
        attribute_condition=f"assertion.repository == '{repository}'",
        oidc=gcp.iam.WorkloadIdentityPoolProviderOidcArgs(issuer_uri=ISSUER),
        opts=cloud.options,
    )
    branch = f"attribute.branch/{repository}@refs/heads/{cloud.configuration.branch}"
    for identity, whose in (("github", branch), ("github-tests", f"attribute.repository/{repository}")):
        gcp.serviceaccount.IAMMember(
            f"workflows-{identity}",
            service_account_id=identities[identity].name,
            role=_ACT,
            member=Output.concat("principalSet://iam.googleapis.com/", pool.name, "/", whose),
            opts=cloud.options,
        )
    return provider.name
