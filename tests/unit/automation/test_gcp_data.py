"""Data and models on their way to the buckets."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.automation.conftest import Cloud, RunTask

pytestmark = pytest.mark.slow
DATA, MODELS = "gs://example-project-textops-data", "gs://example-project-textops-models"


@pytest.fixture
def registry(cloud: "Cloud", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert cloud.calls == []  # the cloud forgets the registry of whoever runs the tests, so it comes first
    folder = tmp_path / "registry"
    (folder / "news" / "versions" / "1").mkdir(parents=True)
    monkeypatch.setenv("TEXTOPS_REGISTRY", str(folder))
    return folder


@pytest.fixture
def buckets(cloud: "Cloud") -> None:
    cloud.answer("gcloud storage buckets describe", {"location": "EUROPE-WEST1"})


@pytest.mark.usefixtures("buckets")
def test_data_are_pushed_and_the_registry_is_copied(cloud: "Cloud", run_task: "RunTask", registry: Path) -> None:
    ended = run_task("gcp.data")

    assert ended.code == 0, ended.told
    assert cloud.called("dvc") == [
        f"dvc remote add --local --force data-bucket {DATA}",
        "dvc push --remote=bucket",
    ]
    assert cloud.called("gcloud storage rsync") == [
        f"gcloud storage rsync {registry} {MODELS}/registry --recursive --no-clobber"
    ]


@pytest.mark.usefixtures("buckets", "registry")
def test_a_registry_in_the_bucket_is_never_mixed_with_another(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("gcloud storage ls", f"{MODELS}/registry/news/\n")

    ended = run_task("gcp.data", "--only=models")

    assert ended.code == 0, ended.told
    assert cloud.called("gcloud storage rsync") == []
    assert f"# env TEXTOPS_REGISTRY={MODELS}/registry textops register" in ended.shown


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize(("only", "name"), [("data", DATA), ("models", MODELS)])
def test_a_bucket_in_another_region_is_refused(only: str, name: str, cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("gcloud storage buckets describe", {"location": "US"})

    ended = run_task("gcp.data", f"--only={only}")

    assert ended.code == 2
    assert ended.told.startswith(f"{name} lies in us, and the region is europe-west1: ")
    assert cloud.called("dvc") == cloud.called("gcloud storage rsync") == []


@pytest.mark.usefixtures("registry")
def test_a_bucket_that_is_not_there_is_told(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.data")

    assert ended.code == 2
    assert ended.told.startswith(f"there is no bucket {DATA}: `invoke gcp.bootstrap` makes it")
    assert cloud.called("dvc") == []


@pytest.mark.usefixtures("registry")
def test_buckets_are_made_where_that_is_asked_for(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.data", "--create")

    assert ended.code == 0, ended.told
    made = cloud.called("gcloud storage buckets create")
    assert [line.split()[4] for line in made] == [DATA, MODELS]
    assert all("--location=europe-west1" in line for line in made)


def test_without_a_model_nothing_is_sent(
    cloud: "Cloud", run_task: "RunTask", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTOPS_REGISTRY", str(tmp_path / "nothing"))

    ended = run_task("gcp.data")

    assert ended.code == 2
    assert "holds no model: `textops demo` trains one" in ended.told
    assert cloud.calls == []


@pytest.mark.usefixtures("buckets", "registry")
def test_who_may_not_read_the_bucket_is_told_which_permission_is_missing(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer(
        "gcloud storage ls",
        error=(
            "ERROR: (gcloud.storage.ls) [somebody@example.com] does not have permission to access b instance "
            "[x] (or it may not exist): somebody@example.com does not have storage.objects.list access to the Google "
            "Cloud Storage bucket. Permission 'storage.objects.list' denied on resource (or it may not exist).\n"
        ),
    )

    ended = run_task("gcp.data", "--only=models")

    assert ended.code == 2
    (line,) = ended.told.splitlines()
    assert line.startswith("gcloud storage ls: permission missing (storage.objects.list): ")


def test_a_wrong_part_is_refused(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.data", "--only=pictures")

    assert ended.code == 2
    assert ended.told == "--only pictures: say data or models\n"
    assert cloud.calls == []
