"""From an empty project to one with all infrastructure, and a look at it before."""

from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped]

from automation.google_cloud import stack
from automation.google_cloud.shell import ROOT

if TYPE_CHECKING:
    from tests.unit.automation.conftest import Cloud, RunTask

pytestmark = pytest.mark.slow
STATE = "gs://example-project-textops-state"


def test_an_empty_project_gets_what_pulumi_needs_and_then_pulumi(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.bootstrap", "--yes")

    assert ended.code == 0, ended.told
    changes = [line for line in cloud.calls if " describe " not in line and "auth" not in line]
    starts = [" ".join(line.split()[:4]) for line in changes]
    assert starts == [
        "gcloud services enable cloudkms.googleapis.com",
        "gcloud storage buckets create",
        "gcloud storage buckets update",
        "gcloud kms keyrings create",
        "gcloud kms keys create",
        "pulumi stack select production",
        "pulumi up --stack=production --yes",
    ]
    assert "--location=europe-west1 --uniform-bucket-level-access --public-access-prevention" in changes[1]


def test_the_state_lies_in_the_bucket_and_is_encrypted_by_the_key(cloud: "Cloud", run_task: "RunTask") -> None:
    run_task("gcp.bootstrap", "--yes")

    pulumi = [call for call in cloud.all_calls if call.line.startswith("pulumi")]
    assert {call.backend for call in pulumi} == {STATE}
    key = "projects/example-project/locations/europe-west1/keyRings/textops/cryptoKeys/infrastructure"
    assert f"--secrets-provider=gcpkms://{key}" in pulumi[0].line


def test_what_pulumi_notes_of_the_stack_is_not_in_the_way_of_the_next_commit() -> None:
    project = yaml.safe_load((ROOT / stack.PROGRAM / "Pulumi.yaml").read_text(encoding="utf-8"))

    notes = (ROOT / stack.PROGRAM / project["stackConfigDir"]).resolve()

    assert notes == stack.NOTES
    assert "build/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_what_is_there_is_not_made_again(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("gcloud storage buckets describe", {"location": "EUROPE-WEST1"})
    cloud.answer("gcloud kms keyrings describe", "name: textops\n")
    cloud.answer("gcloud kms keys describe", "ENABLED\n")

    ended = run_task("gcp.bootstrap", "--yes")

    assert ended.code == 0, ended.told
    assert [line for line in cloud.calls if " create " in line] == []
    assert cloud.called("pulumi up")


def test_a_key_of_an_earlier_life_gets_a_new_version(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("gcloud kms keyrings describe", "name: textops\n")
    cloud.answer("gcloud kms keys describe", "DESTROYED\n")

    run_task("gcp.bootstrap", "--yes")

    (made,) = cloud.called("gcloud kms keys versions create")
    assert "--key=infrastructure" in made
    assert "--primary" in made


def test_a_state_bucket_in_another_region_is_refused(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("gcloud storage buckets describe", {"location": "US-CENTRAL1"})

    ended = run_task("gcp.bootstrap", "--yes")

    assert ended.code == 2
    assert ended.told.startswith(f"{STATE} lies in us-central1, and the region is europe-west1: ")
    assert cloud.called("pulumi") == []


def test_without_a_terminal_pulumi_must_be_told_not_to_ask(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.bootstrap")

    assert ended.code == 2
    assert "give --yes" in ended.told
    assert cloud.calls == []


def test_a_plan_for_an_empty_project_makes_nothing_in_it(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.plan")

    assert ended.code == 0, ended.told
    pulumi = [call for call in cloud.all_calls if call.line.startswith("pulumi")]
    assert [call.line.split()[1] for call in pulumi] == ["stack", "preview"]
    assert all(call.backend == "file://../../../build/gcp/preview" for call in pulumi)
    assert [line for line in cloud.calls if " create" in line and line.startswith("gcloud")] == []


def test_a_plan_says_what_the_system_costs(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("gcloud storage buckets describe", {"location": "EUROPE-WEST1"})

    ended = run_task("gcp.plan")

    assert cloud.called("pulumi preview --stack=production --diff")
    assert ended.shown.splitlines()[-1].startswith("# costs about ")


def test_when_pulumi_is_refused_its_reason_is_told_in_one_line(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer(
        "pulumi up",
        error=(
            "error: 1 error occurred:\n\t* creating urn:...: googleapi: Error 403: Permission 'storage.buckets.create' "
            "denied on resource (or it may not exist)., forbidden\n"
        ),
    )

    ended = run_task("gcp.bootstrap", "--yes")

    assert ended.code == 2
    assert ended.told.splitlines()[-1].startswith("pulumi up: permission missing (storage.buckets.create): ")
