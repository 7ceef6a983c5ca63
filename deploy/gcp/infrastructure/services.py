"""The APIs of Google Cloud that are used."""

import pulumi_gcp as gcp
from pulumi import ResourceOptions

from deploy.gcp.configuration import CloudConfiguration

APIS = (
    "aiplatform",
    "artifactregistry",
    "billingbudgets",
    "cloudbuild",
    "cloudfunctions",
    "cloudresourcemanager",
    "cloudscheduler",
    "compute",
    "iam",
    "iamcredentials",
    "logging",
    "monitoring",
    "ondemandscanning",
    "run",
    "secretmanager",
    "sqladmin",
    "storage",
    "sts",
)


def make_services(configuration: CloudConfiguration, options: ResourceOptions) -> list[gcp.projects.Service]:
    """Turn the APIs on. They stay on when all is taken down: others may use them."""
    return [
        gcp.projects.Service(
            api,
            project=configuration.project,
            service=f"{api}.googleapis.com",
            disable_on_destroy=False,
            disable_dependent_services=False,
            opts=options,
        )
        for api in APIS
    ]
