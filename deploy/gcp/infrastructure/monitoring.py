"""What is watched from outside: the uptime check, the figures from logs, the dashboard."""

import json
from collections.abc import Mapping

import pulumi_gcp as gcp
import yaml  # type: ignore[import-untyped]
from pulumi import Input, Output

from deploy.gcp.configuration import FOLDER, rendered
from deploy.gcp.infrastructure.cloud import Cloud

DASHBOARD = FOLDER / "monitoring" / "dashboard.yaml"
_Threshold = gcp.monitoring.AlertPolicyConditionConditionThresholdArgs
_Aggregation = gcp.monitoring.AlertPolicyConditionConditionThresholdAggregationArgs


def make_uptime_check(
    cloud: Cloud, api: gcp.cloudrunv2.Service, channels: list[gcp.monitoring.NotificationChannel]
) -> None:
    """Ask /ready of the API from several places; told when it fails from at least two of them for five minutes."""
    host = api.uri.apply(lambda uri: uri.removeprefix("https://"))
    check = gcp.monitoring.UptimeCheckConfig(
        "ready",
        project=cloud.configuration.project,
        display_name="textops: the model answers",
        timeout="10s",
        period="300s",
        http_check=gcp.monitoring.UptimeCheckConfigHttpCheckArgs(
            path="/ready", port=443, use_ssl=True, validate_ssl=True, request_method="GET"
        ),
        monitored_resource=gcp.monitoring.UptimeCheckConfigMonitoredResourceArgs(
            type="uptime_url", labels={"project_id": cloud.configuration.project, "host": host}
        ),
        opts=cloud.options,
    )
    failing = _Threshold(
        filter=Output.concat(
            'metric.type="monitoring.googleapis.com/uptime_check/check_passed" AND resource.type="uptime_url" '
            'AND metric.labels.check_id="',
            check.uptime_check_id,
            '"',
        ),
        comparison="COMPARISON_GT",
        threshold_value=1,
        duration="300s",
        aggregations=[
            _Aggregation(
                alignment_period="600s",
                per_series_aligner="ALIGN_NEXT_OLDER",
                cross_series_reducer="REDUCE_COUNT_FALSE",
                group_by_fields=["resource.label.host"],
            )
        ],
    )
    _policy(cloud, "not-ready", "The API does not answer from outside", failing, channels)


def make_log_alerts(
    cloud: Cloud,
    metrics: Mapping[str, gcp.logging.Metric],
    channels: list[gcp.monitoring.NotificationChannel],
) -> None:
    """Tell of a retraining that failed; errors of services have their budget."""
    failed = _Threshold(
        filter=Output.concat(
            'metric.type="logging.googleapis.com/user/',
            metrics["failed-retrainings"].name,
            '" AND resource.type="cloud_run_job"',
        ),
        comparison="COMPARISON_GT",
        threshold_value=0,
        duration="0s",
        aggregations=[_Aggregation(alignment_period="300s", per_series_aligner="ALIGN_SUM")],
    )
    _policy(cloud, "failed-retraining", "A retraining failed, or the gate refused its model", failed, channels)


def make_dashboard(cloud: Cloud) -> gcp.monitoring.Dashboard:
    """Make the dashboard of its file."""
    content = yaml.safe_load(rendered(DASHBOARD, cloud.configuration))
    return gcp.monitoring.Dashboard(
        "textops", project=cloud.configuration.project, dashboard_json=json.dumps(content), opts=cloud.options
    )


def _policy(
    cloud: Cloud,
    name: str,
    title: str,
    condition: Input[_Threshold],
    channels: list[gcp.monitoring.NotificationChannel],
) -> None:
    gcp.monitoring.AlertPolicy(
        name,
        project=cloud.configuration.project,
        display_name=f"textops: {title}",
        combiner="OR",
        severity="CRITICAL" if name == "not-ready" else "WARNING",
        conditions=[gcp.monitoring.AlertPolicyConditionArgs(display_name=title, condition_threshold=condition)],
        notification_channels=[channel.id for channel in channels],
        documentation=gcp.monitoring.AlertPolicyDocumentationArgs(
            content="See docs/alerts.md.", mime_type="text/markdown"
        ),
        opts=cloud.options,
    )
