"""Figures that are counted from log records."""

from dataclasses import dataclass

import pulumi_gcp as gcp

from deploy.gcp.infrastructure.cloud import Cloud


@dataclass(frozen=True)
class LogMetric:
    """Records that are counted.

    Attributes:
        name: Of the figure.
        description: What is counted.
        filter: Which records, in the language of Cloud Logging.
        label: What tells them apart, and how it is found.
    """

    name: str
    description: str
    filter: str
    label: tuple[str, str]


def log_metrics(cloud: Cloud) -> tuple[LogMetric, ...]:
    """Return the figures: faults of the services by service, and retrainings that failed."""
    names = cloud.configuration.names
    services = " OR ".join(f'"{name}"' for name in (names.api, names.drift, names.frontend))
    return (
        LogMetric(
            "errors",
            "Records of the services from ERROR on",
            # What textops writes has `level`; what the platform says of an instance has `severity`.
            f'resource.type="cloud_run_revision" AND resource.labels.service_name=({services}) '
            'AND (jsonPayload.level=("ERROR" OR "CRITICAL") OR severity>=ERROR)',
            ("service", "EXTRACT(resource.labels.service_name)"),
        ),
        LogMetric(
            "failed-retrainings",
            "Retrainings that ended with another code than 0",
            f'resource.type="cloud_run_job" AND resource.labels.job_name="{names.retraining}" AND severity>=ERROR '
            'AND logName:"cloudaudit.googleapis.com%2Fsystem_event"',
            ("job", "EXTRACT(resource.labels.job_name)"),
        ),
    )


def make_log_metrics(cloud: Cloud) -> dict[str, gcp.logging.Metric]:
    """Make the figures."""
    made = {}
    for metric in log_metrics(cloud):
        label, extractor = metric.label
        made[metric.name] = gcp.logging.Metric(
            f"log-{metric.name}",
            project=cloud.configuration.project,
            name=f"{cloud.configuration.names.prefix}/{metric.name}",
            description=metric.description,
            filter=metric.filter,
            metric_descriptor=gcp.logging.MetricMetricDescriptorArgs(
                metric_kind="DELTA",
                value_type="INT64",
                unit="1",
                labels=[gcp.logging.MetricMetricDescriptorLabelArgs(key=label, value_type="STRING")],
            ),
            label_extractors={label: extractor},
            opts=cloud.options,
        )
    return made
