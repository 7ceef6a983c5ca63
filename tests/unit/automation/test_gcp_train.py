"""Training at Vertex AI."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped]

from automation.google_cloud.training import HERE, JOBS, SEARCH, same_here
from deploy.gcp.configuration import CloudConfiguration

if TYPE_CHECKING:
    from tests.unit.automation.conftest import Cloud, RunTask

TAG = "0123456789abcdef"
CLOUD = CloudConfiguration(project="example-project", region="europe-west1")


@pytest.mark.slow
@pytest.mark.parametrize("job", JOBS)
def test_a_job_is_started_from_its_file_with_the_image_of_the_tag(
    job: str, cloud: "Cloud", run_task: "RunTask", tmp_path: Path
) -> None:
    cloud.answer("gcloud ai .* create", "projects/12/locations/europe-west1/customJobs/34\n")

    ended = run_task("gcp.train", f"--job={job}", f"--tag={TAG}")

    assert ended.code == 0, ended.told
    kind = "hp-tuning-jobs" if job == SEARCH else "custom-jobs"
    (line,) = cloud.called("gcloud ai")
    assert line.startswith(f"gcloud ai {kind} create --display-name=textops-{job}-0123456789ab --config=")
    written = (tmp_path / f"rendered/training/{job}.yaml").read_text()
    assert f":{TAG}" in written
    assert "example-project" in written
    assert yaml.safe_load(written)
    assert f"# its log, until it ends: gcloud ai {kind} stream-logs 34 --region=europe-west1" in ended.shown


@pytest.mark.slow
def test_who_waits_sees_the_log(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("gcloud ai custom-jobs create", "projects/12/locations/europe-west1/customJobs/34\n")
    cloud.answer("gcloud ai custom-jobs stream-logs 34", "epoch 1\n")

    ended = run_task("gcp.train", f"--tag={TAG}", "--wait")

    assert "epoch 1" in ended.shown


@pytest.mark.parametrize(
    ("job", "image", "task"), [("cpu", "train", "gcp.build"), ("gpu", "train-cuda", "gcp.build --cuda")]
)
def test_an_image_that_was_not_built_is_told_before_a_job_is_started(
    job: str, image: str, task: str, cloud: "Cloud", run_task: "RunTask"
) -> None:
    cloud.answer("gcloud artifacts docker images describe", error="ERROR: (gcloud.artifacts) Image not found.\n")

    ended = run_task("gcp.train", f"--job={job}", f"--tag={TAG}")

    assert ended.code == 2
    name = f"europe-west1-docker.pkg.dev/example-project/textops/{image}:{TAG}"
    assert ended.told.startswith(f"there is no image {name}: `invoke {task}` makes it")
    assert cloud.called("gcloud ai") == []


def test_a_quota_that_is_used_up_is_told(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("gcloud ai", error="ERROR: (gcloud.ai.custom-jobs.create) RESOURCE_EXHAUSTED: quota\n")

    ended = run_task("gcp.train", "--job=gpu", f"--tag={TAG}")

    assert ended.code == 2
    assert "a quota is used up: https://console.cloud.google.com/iam-admin/quotas" in ended.told


def test_an_unknown_job_is_refused(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.train", "--job=moon")

    assert ended.code == 2
    assert ended.told == "--job moon: say one of cpu, gpu, two_replicas, sharded, search\n"
    assert cloud.calls == []


@pytest.mark.parametrize("job", HERE)
def test_what_does_the_same_on_one_machine_is_a_command_that_there_is(job: str, tmp_path: Path) -> None:
    from textops.training.configuration import compose_configuration

    textops, train, *overrides = shlex.split(same_here(job, CLOUD))

    assert (textops, train) == ("textops", "train")
    given = [each for each in overrides if each != "-m"]
    assert ("-m" in overrides) == (job == SEARCH)
    assert compose_configuration(given, tmp_path / "run")
