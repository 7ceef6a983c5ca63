"""What happens by the clock: a look for drift, and a retraining."""

from collections.abc import Mapping

import pulumi_gcp as gcp
from pulumi import Output

from deploy.gcp.infrastructure.cloud import Cloud

_ALL = "https://www.googleapis.com/auth/cloud-platform"
_ONCE = gcp.cloudscheduler.JobRetryConfigArgs(retry_count=0)


def make_schedules(
    cloud: Cloud,
    identity: gcp.serviceaccount.Account,
    services: Mapping[str, gcp.cloudrunv2.Service],
    retraining: gcp.cloudrunv2.Job,
) -> None:
    """Make both, as one identity that may start these two things alone; without a prediction log they rest."""
    schedules, place = cloud.configuration.schedules, f"projects/{cloud.configuration.project}"
    drift, resting = services["drift"].uri, cloud.configuration.database is None
    gcp.cloudscheduler.Job(
        "drift-check",
        project=cloud.configuration.project,
        region=cloud.configuration.region,
        name=cloud.name("drift-check"),
        description="Look whether the live traffic has drifted",
        schedule=schedules.drift_check,
        paused=resting,
        time_zone=schedules.time_zone,
        attempt_deadline="300s",
        retry_config=gcp.cloudscheduler.JobRetryConfigArgs(retry_count=2, min_backoff_duration="30s"),
        http_target=gcp.cloudscheduler.JobHttpTargetArgs(
            http_method="POST",
            uri=Output.concat(drift, "/drift/check"),
            oidc_token=gcp.cloudscheduler.JobHttpTargetOidcTokenArgs(
                service_account_email=identity.email, audience=drift
            ),
        ),
        opts=cloud.options,
    )
    gcp.cloudscheduler.Job(
        "retraining",
        project=cloud.configuration.project,
        region=cloud.configuration.region,
        name=cloud.name("retraining"),
        description="Train production again with labelled traffic, as far as the gate lets it",
        schedule=schedules.retraining,
        paused=resting,
        time_zone=schedules.time_zone,
        retry_config=_ONCE,
        http_target=gcp.cloudscheduler.JobHttpTargetArgs(
            http_method="POST",
            uri=Output.concat(
                f"https://run.googleapis.com/v2/{place}/locations/{cloud.configuration.region}/jobs/",
                retraining.name,
                ":run",
            ),
            oauth_token=gcp.cloudscheduler.JobHttpTargetOauthTokenArgs(
                service_account_email=identity.email, scope=_ALL
            ),
        ),
        opts=cloud.options,
    )
