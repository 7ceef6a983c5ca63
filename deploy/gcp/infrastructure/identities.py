"""A service account for each service; none has a key file."""

import pulumi_gcp as gcp

from deploy.gcp.infrastructure.cloud import Cloud
from deploy.gcp.infrastructure.grants import IDENTITIES


def make_identities(cloud: Cloud) -> dict[str, gcp.serviceaccount.Account]:
    """Make the service accounts, by the names of `grants.py`."""
    return {
        name: gcp.serviceaccount.Account(
            f"identity-{name}",
            project=cloud.configuration.project,
            account_id=cloud.name(name),
            display_name=f"textops: {description.replace('`', '')}",
            opts=cloud.options,
        )
        for name, description in IDENTITIES.items()
    }
