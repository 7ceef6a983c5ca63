"""What is secret, and what it is at first; who changes it later adds a version, which stays."""

from collections.abc import Mapping

import pulumi_gcp as gcp
import pulumi_random as random
from pulumi import Input, Output

from deploy.gcp.configuration import FOLDER
from deploy.gcp.infrastructure.cloud import Cloud
from deploy.gcp.infrastructure.grants import WANDB_SECRET, secrets

_KEY_LENGTH = 40


def make_secrets(cloud: Cloud, database_url: Input[str]) -> dict[str, gcp.secretmanager.Secret]:
    """Make the secrets in the region; that of Weights & Biases stays empty until somebody gives the key."""
    first = _first_values(database_url)
    made = {}
    for name in secrets(cloud.configuration):
        made[name] = gcp.secretmanager.Secret(
            f"secret-{name}",
            project=cloud.configuration.project,
            secret_id=cloud.name(name),
            replication=gcp.secretmanager.SecretReplicationArgs(
                user_managed=gcp.secretmanager.SecretReplicationUserManagedArgs(
                    replicas=[
                        gcp.secretmanager.SecretReplicationUserManagedReplicaArgs(location=cloud.configuration.region)
                    ]
                )
            ),
            labels={"app": "textops"},
            opts=cloud.options,
        )
        if name != WANDB_SECRET:
            gcp.secretmanager.SecretVersion(
                f"secret-{name}", secret=made[name].id, secret_data=first[name], opts=cloud.options
            )
    return made


def make_password(name: str) -> Output[str]:
    """Make a random word that stays the same; it is encrypted in the state."""
    return Output.secret(random.RandomPassword(name, length=_KEY_LENGTH, special=False).result)


def _first_values(database_url: Input[str]) -> Mapping[str, Input[str]]:
    page_key = make_password("page-key")
    return {
        "database-url": database_url,
        "api-keys": Output.concat(make_password("api-key"), ",", page_key),
        "admin-keys": make_password("admin-key"),
        "page-key": page_key,
        "log-hash-key": make_password("log-hash-key"),
        **{
            name: (FOLDER / "monitoring" / f"{name.replace('-', '_')}.yaml").read_text(encoding="utf-8")
            for name in ("api-metrics", "drift-metrics")
        },
    }
