"""Alert policies from the rules of Prometheus: thresholds are written once, in deploy/prometheus."""

import pulumi_gcp as gcp

from deploy.gcp.infrastructure.cloud import Cloud
from deploy.gcp.infrastructure.prometheus_rules import RuleAlert, read_alerts

_SHORTEST = 30  # seconds between two looks


def make_rule_alerts(cloud: Cloud, channels: list[gcp.monitoring.NotificationChannel]) -> None:
    """Make a policy of each alert that Cloud Monitoring can hold."""
    for alert in read_alerts():
        if alert.possible:
            _policy(cloud, alert, channels)


def _policy(cloud: Cloud, alert: RuleAlert, channels: list[gcp.monitoring.NotificationChannel]) -> None:
    title = " ".join(part for part in (alert.name, alert.window) if part)
    gcp.monitoring.AlertPolicy(
        f"rule-{title.replace(' ', '-')}",
        project=cloud.configuration.project,
        display_name=f"textops: {title}",
        combiner="OR",
        severity=alert.severity,
        conditions=[
            gcp.monitoring.AlertPolicyConditionArgs(
                display_name=title,
                condition_prometheus_query_language=gcp.monitoring.AlertPolicyConditionConditionPrometheusQueryLanguageArgs(
                    query=alert.expression,
                    duration=f"{alert.seconds}s",
                    evaluation_interval=f"{_SHORTEST}s",
                    alert_rule=alert.name,
                    # There is no figure before the first instance has been read.
                    disable_metric_validation=True,
                ),
            )
        ],
        notification_channels=[channel.id for channel in channels],
        alert_strategy=gcp.monitoring.AlertPolicyAlertStrategyArgs(auto_close="3600s"),
        documentation=gcp.monitoring.AlertPolicyDocumentationArgs(
            content=f"{alert.action}\n\nMore: {alert.runbook}", mime_type="text/markdown"
        ),
        opts=cloud.options,
    )
