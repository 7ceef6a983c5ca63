"""A new revision is asked before it gets traffic."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped]

from automation.google_cloud.run_document import image, revision_name, secrets
from deploy.gcp.configuration import CloudConfiguration
from deploy.gcp.revision import document

if TYPE_CHECKING:
    from tests.unit.automation.conftest import Cloud, RunTask

pytestmark = pytest.mark.slow
TAG = "0123456789abcdef"
CLOUD = CloudConfiguration(project="example-project", region="europe-west1")
URLS = {"api_url": "https://textops-api.example.com", "drift_url": "https://textops-drift.example.com"}
REVISION = f"textops-api-{revision_name(document('api', CLOUD, TAG, **URLS), TAG)}"
CANDIDATE = "https://candidate---textops-api.example.com"


@pytest.fixture(autouse=True)
def services(cloud: "Cloud") -> None:
    cloud.serve("textops-api", old=100)
    cloud.serve("textops-drift", old=100)
    cloud.answer("curl .*/ready", {"status": "ready"})
    cloud.answer("curl .*/predict", {"label": "sports"})
    cloud.answer("gcloud secrets versions access", "first-key,second-key\n")


def test_the_new_revision_has_no_traffic_before_it_has_answered(
    cloud: "Cloud", run_task: "RunTask", tmp_path: Path
) -> None:
    ended = run_task("gcp.deploy", f"--tag={TAG}")

    assert ended.code == 0, ended.told
    deployed = yaml.safe_load((tmp_path / "rendered/api.yaml").read_text())
    assert deployed["spec"]["traffic"] == [
        {"revisionName": "textops-api-old", "percent": 100},
        {"revisionName": REVISION, "tag": "candidate"},
    ]
    order = [line for line in cloud.calls if "replace" in line or line.startswith("curl") or "update-traffic" in line]
    assert [line.split()[-1] if line.startswith("curl") else " ".join(line.split()[2:4]) for line in order] == [
        "services replace",
        f"{CANDIDATE}/ready",
        f"{CANDIDATE}/predict",
        "services update-traffic",
        "services replace",
        "services replace",
        "jobs replace",
    ]
    assert f"--to-revisions={REVISION}=100" in order[3]
    assert f"# {REVISION} answers: sports" in ended.shown


def test_the_first_key_of_the_secret_is_sent_and_not_shown(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.deploy", f"--tag={TAG}", "--only=api")

    (asked,) = [line for line in cloud.called("curl") if line.endswith("/predict")]
    assert "'--header=X-API-Key: first-key'" in asked
    assert "first-key" not in ended.shown + ended.told


@pytest.mark.parametrize(
    ("pattern", "error", "told"),
    [
        ("curl .*/ready", "curl: (22) The requested URL returned error: 503\n", f"{REVISION} is not ready: curl: (22)"),
        (
            "curl .*/predict",
            "curl: (22) The requested URL returned error: 401\n",
            f"{REVISION} does not classify: curl",
        ),
        (
            "gcloud run services replace",
            "ERROR: (gcloud.run.services.replace) Revision 'x' is not ready and cannot serve traffic. It failed.\n",
            "gcloud run services replace: Revision 'x' is not ready and cannot serve traffic.",
        ),
    ],
)
def test_a_revision_that_does_not_answer_gets_no_traffic(
    pattern: str, error: str, told: str, cloud: "Cloud", run_task: "RunTask"
) -> None:
    cloud.answer(pattern, error=error)

    ended = run_task("gcp.deploy", f"--tag={TAG}")

    assert ended.code == 2
    line = ended.told.splitlines()[-1]
    assert line.startswith(told)
    assert "all traffic stays with textops-api-old; `invoke gcp.logs`" in line
    assert [line for line in cloud.calls if "update-traffic" in line or "drift.yaml" in line] == []


def test_an_answer_without_a_class_is_none(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("curl .*/predict", "<html>hello</html>")

    ended = run_task("gcp.deploy", f"--tag={TAG}")

    assert ended.code == 2
    assert "it answered '<html>hello</html>'" in ended.told
    assert [line for line in cloud.calls if "update-traffic" in line] == []


def test_an_image_that_was_not_built_is_told_before_anything_is_deployed(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer(
        "images describe .*/frontend", error="ERROR: (gcloud.artifacts.docker.images.describe) Image not found.\n"
    )

    ended = run_task("gcp.deploy", f"--tag={TAG}")

    assert ended.code == 2
    assert ended.told.startswith("there is no image europe-west1-docker.pkg.dev/example-project/textops/frontend:")
    assert [line for line in cloud.calls if "replace" in line] == []


@pytest.mark.parametrize(
    ("state", "error"), [("", "ERROR: NOT_FOUND: Secret not found or has no versions.\n"), ("disabled\n", "")]
)
def test_a_secret_without_a_value_is_told_before_anything_is_deployed(
    state: str, error: str, cloud: "Cloud", run_task: "RunTask"
) -> None:
    cloud.answer("versions describe latest --secret=textops-page-key", state, error=error)

    ended = run_task("gcp.deploy", f"--tag={TAG}")

    assert ended.code == 2
    assert ended.told.startswith(
        "the secret textops-page-key has no value: `gcloud secrets versions add textops-page-key"
    )
    assert [line for line in cloud.calls if "replace" in line] == []


def test_a_service_that_is_not_there_is_told(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("gcloud run services describe", error="ERROR: (gcloud.run) Cannot find service [textops-api]\n")

    ended = run_task("gcp.deploy", f"--tag={TAG}")

    assert ended.code == 2
    assert ended.told == "there is no service textops-api in europe-west1: `invoke gcp.bootstrap` makes it\n"


def test_without_traffic_only_the_api_is_deployed(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.deploy", f"--tag={TAG}", "--no-traffic")

    assert ended.code == 0, ended.told
    assert len([line for line in cloud.calls if "replace" in line]) == 1
    assert [line for line in cloud.calls if "update-traffic" in line] == []
    assert f"# {REVISION} has no traffic; it is asked at {CANDIDATE}" in ended.shown


def test_the_same_is_not_deployed_twice(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.serve("textops-api", **{REVISION.removeprefix("textops-api-"): 100})

    ended = run_task("gcp.deploy", f"--tag={TAG}", "--only=api")

    assert ended.code == 0, ended.told
    assert f"# {REVISION} answers already" in ended.shown
    assert [line for line in cloud.calls if "replace" in line] == []


def test_another_part_is_refused(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.deploy", "--only=moon")

    assert ended.code == 2
    assert ended.told == "--only moon: say one of api, drift, frontend, retraining\n"
    assert cloud.calls == []


def test_only_the_api_is_deployed_without_traffic(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.deploy", "--only=drift", "--no-traffic")

    assert ended.code == 2
    assert ended.told == "--no-traffic is for the API: leave it out, or --only drift\n"
    assert cloud.calls == []


@pytest.mark.parametrize("part", ["api", "drift", "frontend", "retraining"])
def test_what_a_part_needs_is_read_from_what_is_deployed(part: str) -> None:
    filled = document(part, CLOUD, TAG, **URLS)

    assert image(filled).endswith(f":{TAG}")
    named = [word for word in yaml.safe_dump(filled).split() if word.startswith("textops-") and word in secrets(filled)]
    assert sorted(set(named)) == secrets(filled)
    assert secrets(filled)


def test_the_name_of_a_revision_changes_with_what_it_is() -> None:
    filled = document("api", CLOUD, TAG, **URLS)
    other = document("api", CLOUD, "another", **URLS)

    assert revision_name(filled, TAG) == revision_name(document("api", CLOUD, TAG, **URLS), TAG)
    assert revision_name(filled, TAG) != revision_name(other, TAG)
    longest = "n" * 49
    assert len(f"{longest}-{revision_name(filled, TAG)}") == 63
