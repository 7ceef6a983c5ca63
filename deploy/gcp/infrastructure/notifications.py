"""Who is told."""

import pulumi_gcp as gcp

from deploy.gcp.infrastructure.cloud import Cloud


def make_channels(cloud: Cloud) -> list[gcp.monitoring.NotificationChannel]:
    """Make the way to the address of the configuration; without one, alerts are seen in the console alone."""
    address = cloud.configuration.alert_address
    if address is None:
        return []
    return [
        gcp.monitoring.NotificationChannel(
            "mail",
            project=cloud.configuration.project,
            type="email",
            display_name="textops: who is told",
            labels={"email_address": address},
            opts=cloud.options,
        )
    ]
