"""What services, builds and trainings wrote."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.automation.conftest import Cloud, RunTask


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("api", 'resource.type="cloud_run_revision" AND resource.labels.service_name="textops-api"'),
        ("retraining", 'resource.type="cloud_run_job" AND resource.labels.job_name="textops-retrain"'),
        ("training", 'resource.type="ml_job"'),
        ("build", 'resource.type="build"'),
    ],
)
def test_a_log_is_read_as_far_back_as_asked(source: str, wanted: str, cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("gcloud logging read", "2026-01-01T00:00:00Z ERROR it is full\n")

    ended = run_task("gcp.logs", f"--service={source}", "--since=30m", "--limit=5", "--errors")

    assert ended.code == 0, ended.told
    (line,) = cloud.called("gcloud logging read")
    assert line.startswith(f"gcloud logging read '{wanted} AND severity>=ERROR' --freshness=30m --limit=5 ")
    assert "ERROR it is full" in ended.shown


@pytest.mark.slow
def test_a_service_is_followed(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.logs", "--follow", "--errors")

    assert ended.code == 0, ended.told
    (line,) = cloud.called("gcloud beta run services logs tail textops-api")
    assert "'--log-filter=severity>=ERROR'" in line


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--service=moon",), "--service moon: say one of api, drift, frontend, retraining, training, build"),
        (("--since=yesterday",), "--since yesterday: say a number and s, m, h or d, such as 30m"),
        (("--limit=0",), "--limit 0: say at least 1"),
        (("--service=build", "--follow"), "--follow: the log of a build is followed by what starts it"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    words: tuple[str, ...], told: str, cloud: "Cloud", run_task: "RunTask"
) -> None:
    ended = run_task("gcp.logs", *words)

    assert ended.code == 2
    assert ended.told.startswith(told)
    assert cloud.calls == []
