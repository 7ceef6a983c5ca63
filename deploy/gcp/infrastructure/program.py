"""All that lasts, in the order in which it is made.

Revisions, jobs at Vertex AI and what is in the buckets come later.
"""

import pulumi
import pulumi_gcp as gcp
from pulumi import Output, ResourceOptions

from deploy.gcp.configuration import CloudConfiguration
from deploy.gcp.infrastructure.artifact_registry import make_artifact_registry
from deploy.gcp.infrastructure.bindings import Things, make_bindings
from deploy.gcp.infrastructure.buckets import make_buckets
from deploy.gcp.infrastructure.budget import make_budget
from deploy.gcp.infrastructure.build_triggers import make_build_triggers
from deploy.gcp.infrastructure.cloud import Cloud
from deploy.gcp.infrastructure.database import make_database
from deploy.gcp.infrastructure.identities import make_identities
from deploy.gcp.infrastructure.log_metrics import make_log_metrics
from deploy.gcp.infrastructure.monitoring import make_dashboard, make_log_alerts, make_uptime_check
from deploy.gcp.infrastructure.network import make_network
from deploy.gcp.infrastructure.notifications import make_channels
from deploy.gcp.infrastructure.objectives import make_objectives
from deploy.gcp.infrastructure.rule_alerts import make_rule_alerts
from deploy.gcp.infrastructure.run_services import make_retraining, make_run_services
from deploy.gcp.infrastructure.schedules import make_schedules
from deploy.gcp.infrastructure.secrets import make_secrets
from deploy.gcp.infrastructure.services import make_services
from deploy.gcp.infrastructure.workload_identity import make_workload_identity


def make_infrastructure(configuration: CloudConfiguration) -> None:
    """Make everything, and tell what others need to know of it."""
    cloud = _cloud(configuration)
    identities = make_identities(cloud)
    make_network(cloud)
    services = make_run_services(cloud, identities)
    retraining = make_retraining(cloud, identities["retrain"])
    things = Things(
        identities=identities,
        buckets=make_buckets(cloud),
        images=make_artifact_registry(cloud),
        secrets=make_secrets(cloud, make_database(cloud)),
        services=services,
        retraining=retraining,
    )
    make_bindings(cloud, things)
    make_schedules(cloud, identities["scheduler"], services, retraining)
    _watch(cloud, services["api"])
    if configuration.github:
        make_build_triggers(cloud, configuration.github, identities)
        provider = make_workload_identity(cloud, configuration.github, identities)
        pulumi.export("workload_identity_provider", provider)
        for name in ("github", "github-tests"):
            pulumi.export(f"{name.replace('-', '_')}_service_account", identities[name].email)
    for part, service in services.items():
        pulumi.export(f"{part}_url", service.uri)


def _cloud(configuration: CloudConfiguration) -> Cloud:
    provider = gcp.Provider(
        "google",
        project=configuration.project,
        region=configuration.region,
        # Budgets are asked for in the name of a project.
        billing_project=configuration.project,
        user_project_override=True,
    )
    apis = make_services(configuration, ResourceOptions(provider=provider))
    return Cloud(configuration, ResourceOptions(provider=provider, depends_on=list(apis)))


def _watch(cloud: Cloud, api: gcp.cloudrunv2.Service) -> None:
    channels = make_channels(cloud)
    make_uptime_check(cloud, api, channels)
    make_log_alerts(cloud, make_log_metrics(cloud), channels)
    make_objectives(cloud, channels)
    make_rule_alerts(cloud, channels)
    dashboard = make_dashboard(cloud)
    pulumi.export("dashboard", Output.concat("https://console.cloud.google.com/monitoring/dashboards/", dashboard.id))
    if cloud.configuration.budget:
        make_budget(cloud, cloud.configuration.budget, channels)
