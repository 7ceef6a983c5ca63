"""The grants of `grants.py`, made: each adds one member to one role of one thing, and touches no other."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_gcp as gcp
from pulumi import Input, Output

from deploy.gcp.infrastructure.cloud import Cloud
from deploy.gcp.infrastructure.grants import Grant, grants


@dataclass(frozen=True)
class Things:
    """What rights can be given on, by the names of `grants.py`."""

    identities: Mapping[str, gcp.serviceaccount.Account]
    buckets: Mapping[str, gcp.storage.Bucket]
    images: gcp.artifactregistry.Repository
    secrets: Mapping[str, gcp.secretmanager.Secret]
    services: Mapping[str, gcp.cloudrunv2.Service]
    retraining: gcp.cloudrunv2.Job


def make_bindings(cloud: Cloud, things: Things) -> None:
    """Give each identity what it needs."""
    for grant in grants(cloud.configuration):
        role = grant.role.removeprefix("roles/")
        name = "-".join(part for part in (grant.identity, role, grant.thing) if part)
        _bind(cloud, things, grant, name, member(things.identities[grant.identity]))


def member(identity: gcp.serviceaccount.Account) -> Output[str]:
    """Return a service account as IAM names it."""
    return Output.concat("serviceAccount:", identity.email)


def _bind(cloud: Cloud, things: Things, grant: Grant, name: str, who: Input[str]) -> None:
    project, region, options = cloud.configuration.project, cloud.configuration.region, cloud.options
    match grant.place:
        case "bucket":
            bucket = things.buckets[grant.thing].name
            gcp.storage.BucketIAMMember(name, bucket=bucket, role=grant.role, member=who, opts=options)
        case "repository":
            gcp.artifactregistry.RepositoryIamMember(
                name,
                project=project,
                location=region,
                repository=things.images.repository_id,
                role=grant.role,
                member=who,
                opts=options,
            )
        case "secret":
            secret = things.secrets[grant.thing].secret_id
            gcp.secretmanager.SecretIamMember(
                name, project=project, secret_id=secret, role=grant.role, member=who, opts=options
            )
        case "service":
            service = things.services[grant.thing].name
            gcp.cloudrunv2.ServiceIamMember(
                name, project=project, location=region, name=service, role=grant.role, member=who, opts=options
            )
        case "job":
            job = things.retraining.name
            gcp.cloudrunv2.JobIamMember(
                name, project=project, location=region, name=job, role=grant.role, member=who, opts=options
            )
        case "identity":
            account = things.identities[grant.thing].name
            gcp.serviceaccount.IAMMember(name, service_account_id=account, role=grant.role, member=who, opts=options)
        case "project":
            condition = _only_database(cloud) if grant.only_database else None
            gcp.projects.IAMMember(
                name, project=project, role=grant.role, member=who, condition=condition, opts=options
            )


def _only_database(cloud: Cloud) -> gcp.projects.IAMMemberConditionArgs:
    instance = f"projects/{cloud.configuration.project}/instances/{cloud.name('log')}"
    return gcp.projects.IAMMemberConditionArgs(
        title="only-the-prediction-log",
        expression=f'resource.name == "{instance}" && resource.service == "sqladmin.googleapis.com"',
    )
