"""That the services are there, and who may call them.

What they run stands in `services/` and `jobs/`, and is deployed by builds. Each begins with an image of Google's that
only says hello, so that rights, checks and schedules have something to hold on to.
"""

from collections.abc import Mapping

import pulumi_gcp as gcp

from deploy.gcp.infrastructure.cloud import Cloud
from deploy.gcp.infrastructure.grants import CALL

_HELLO = "us-docker.pkg.dev/cloudrun/container/hello"
_HELLO_JOB = "us-docker.pkg.dev/cloudrun/container/job"
# Written by `gcloud run services replace`.
_DEPLOYED = ("template", "traffics", "client", "clientVersion", "annotations", "labels", "launchStage", "scaling")
INGRESS = {
    "api": "INGRESS_TRAFFIC_ALL",
    "drift": "INGRESS_TRAFFIC_INTERNAL_ONLY",
    "frontend": "INGRESS_TRAFFIC_ALL",
}


def make_run_services(
    cloud: Cloud, identities: Mapping[str, gcp.serviceaccount.Account]
) -> dict[str, gcp.cloudrunv2.Service]:
    """Make the services.

    The API asks for keys itself, the drift service is seen inside alone; the page has named users.
    """
    names = cloud.configuration.names
    services = {
        part: _service(cloud, part, name, identities[part])
        for part, name in (("api", names.api), ("drift", names.drift), ("frontend", names.frontend))
    }
    callers = {"api": ["allUsers"], "drift": ["allUsers"], "frontend": list(cloud.configuration.page_users)}
    for part, members in callers.items():
        for who in members:
            gcp.cloudrunv2.ServiceIamMember(
                f"{part}-for-{who}",
                project=cloud.configuration.project,
                location=cloud.configuration.region,
                name=services[part].name,
                role=CALL,
                member=who,
                opts=cloud.options,
            )
    return services


def make_retraining(cloud: Cloud, identity: gcp.serviceaccount.Account) -> gcp.cloudrunv2.Job:
    """Make the job that retrains."""
    return gcp.cloudrunv2.Job(
        "retraining",
        project=cloud.configuration.project,
        location=cloud.configuration.region,
        name=cloud.configuration.names.retraining,
        deletion_protection=False,
        template=gcp.cloudrunv2.JobTemplateArgs(
            template=gcp.cloudrunv2.JobTemplateTemplateArgs(
                service_account=identity.email,
                containers=[gcp.cloudrunv2.JobTemplateTemplateContainerArgs(image=_HELLO_JOB)],
            )
        ),
        opts=cloud.unchanged(*_DEPLOYED),
    )


def _service(cloud: Cloud, part: str, name: str, identity: gcp.serviceaccount.Account) -> gcp.cloudrunv2.Service:
    return gcp.cloudrunv2.Service(
        part,
        project=cloud.configuration.project,
        location=cloud.configuration.region,
        name=name,
        ingress=INGRESS[part],
        deletion_protection=False,
        template=gcp.cloudrunv2.ServiceTemplateArgs(
            service_account=identity.email,
            containers=[gcp.cloudrunv2.ServiceTemplateContainerArgs(image=_HELLO)],
        ),
        opts=cloud.unchanged(*_DEPLOYED),
    )
