"""What the API promises over 30 days, and the alerts on how fast that is used up (docs/alerts.md).

Counted by Cloud Run itself, so all requests count. The alerts of `rule_alerts.py` count those that want something of
the model.
"""

from dataclasses import dataclass

import pulumi_gcp as gcp
from pulumi import Output

from deploy.gcp.infrastructure.cloud import Cloud

DAYS = 30
_LONGEST_ANSWER = 250.0  # milliseconds
_SLOW_CLOSE = "86400s"


@dataclass(frozen=True)
class Burn:
    """How fast a budget burns.

    Attributes:
        window: Seconds that are looked at.
        rate: 1 uses the budget up in 30 days.
        severity: As Cloud Monitoring calls it.
    """

    window: int
    rate: float
    severity: str


# As deploy/prometheus; Cloud Monitoring looks back a day at most.
BURNS = (Burn(3_600, 14.4, "CRITICAL"), Burn(21_600, 6, "CRITICAL"), Burn(86_400, 3, "WARNING"))


def make_objectives(cloud: Cloud, channels: list[gcp.monitoring.NotificationChannel]) -> None:
    """Make both objectives with their alerts."""
    service = gcp.monitoring.CustomService(
        "api",
        project=cloud.configuration.project,
        service_id=cloud.name("api"),
        display_name="textops API",
        opts=cloud.options,
    )
    objectives = {
        name: gcp.monitoring.Slo(
            f"objective-{name}",
            project=cloud.configuration.project,
            service=service.service_id,
            slo_id=name,
            display_name=title,
            goal=goal,
            rolling_period_days=DAYS,
            request_based_sli=sli,
            opts=cloud.options,
        )
        for name, title, goal, sli in (
            ("failures", "99.9 % of the requests end without a 5xx", 0.999, _failures(cloud)),
            ("latency", "99 % of the requests are answered within 250 ms", 0.99, _latency(cloud)),
        )
    }
    for name, objective in objectives.items():
        for burn in BURNS:
            _alert(cloud, name, objective, burn, channels)


def _metric(cloud: Cloud, name: str) -> str:
    return (
        f'metric.type="run.googleapis.com/{name}" AND resource.type="cloud_run_revision" '
        f'AND resource.labels.service_name="{cloud.configuration.names.api}"'
    )


def _failures(cloud: Cloud) -> gcp.monitoring.SloRequestBasedSliArgs:
    total = _metric(cloud, "request_count")
    return gcp.monitoring.SloRequestBasedSliArgs(
        good_total_ratio=gcp.monitoring.SloRequestBasedSliGoodTotalRatioArgs(
            total_service_filter=total,
            bad_service_filter=f'{total} AND metric.labels.response_code_class="5xx"',
        )
    )


def _latency(cloud: Cloud) -> gcp.monitoring.SloRequestBasedSliArgs:
    return gcp.monitoring.SloRequestBasedSliArgs(
        distribution_cut=gcp.monitoring.SloRequestBasedSliDistributionCutArgs(
            distribution_filter=_metric(cloud, "request_latencies"),
            range=gcp.monitoring.SloRequestBasedSliDistributionCutRangeArgs(min=0.0, max=_LONGEST_ANSWER),
        )
    )


def _alert(
    cloud: Cloud,
    name: str,
    objective: gcp.monitoring.Slo,
    burn: Burn,
    channels: list[gcp.monitoring.NotificationChannel],
) -> None:
    title = f"The budget for {name} burns {burn.rate:g} times too fast, over {burn.window // 3_600} h"
    gcp.monitoring.AlertPolicy(
        f"burn-{name}-{burn.window}",
        project=cloud.configuration.project,
        display_name=f"textops: {title}",
        combiner="OR",
        severity=burn.severity,
        conditions=[
            gcp.monitoring.AlertPolicyConditionArgs(
                display_name=title,
                condition_threshold=gcp.monitoring.AlertPolicyConditionConditionThresholdArgs(
                    filter=Output.concat('select_slo_burn_rate("', objective.name, f'", "{burn.window}s")'),
                    comparison="COMPARISON_GT",
                    threshold_value=burn.rate,
                    duration="0s",
                ),
            )
        ],
        notification_channels=[channel.id for channel in channels],
        alert_strategy=gcp.monitoring.AlertPolicyAlertStrategyArgs(auto_close=_SLOW_CLOSE),
        documentation=gcp.monitoring.AlertPolicyDocumentationArgs(
            content="See docs/alerts.md, TextopsErrorBudgetBurn and TextopsLatencyBudgetBurn.",
            mime_type="text/markdown",
        ),
        opts=cloud.options,
    )
