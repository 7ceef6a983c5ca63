from collections.abc import Callable
from typing import TYPE_CHECKING

import pulumi_gcp as gcp
import pytest

if TYPE_CHECKING:
    from tests.unit.deploy.gcp.infrastructure.conftest import Infrastructure

PROJECT = "some-project"


def account(name: str) -> str:
    return f"serviceAccount:textops-{name}@{PROJECT}.iam.gserviceaccount.com"


def test_no_bucket_is_public_and_each_has_versions_and_an_end_for_old_ones(full: "Infrastructure") -> None:
    buckets = full.of("storage/bucket")

    assert set(buckets) == {"data", "models"}
    for bucket in buckets.values():
        assert bucket["publicAccessPrevention"] == "enforced"
        assert bucket["uniformBucketLevelAccess"] is True
        assert bucket["versioning"] == {"enabled": True}
        assert bucket["location"] == "europe-west1"
        assert bucket["forceDestroy"] is False
        deletion = next(rule for rule in bucket["lifecycleRules"] if rule["action"]["type"] == "Delete")
        # What is in use is never deleted.
        assert deletion["condition"]["withState"] == "ARCHIVED"


def test_the_key_of_weights_and_biases_is_given_by_hand(full: "Infrastructure") -> None:
    assert "secret-wandb-key" not in full.of("secretmanager/secretVersion")


def test_the_page_has_one_of_the_keys_that_the_api_lets_in(full: "Infrastructure") -> None:
    first = full.of("secretmanager/secretVersion")

    assert first["secret-page-key"]["secretData"] in first["secret-api-keys"]["secretData"].split(",")
    assert len(first["secret-api-keys"]["secretData"].split(",")) == 2


def test_images_go_after_a_while_and_the_newest_stay(full: "Infrastructure") -> None:
    policies = full.of("artifactregistry/repository")["images"]["cleanupPolicies"]

    assert {policy["action"] for policy in policies} == {"KEEP", "DELETE"}
    assert full.of("artifactregistry/repository")["images"]["cleanupPolicyDryRun"] is False


def test_no_network_may_connect_to_the_database(full: "Infrastructure") -> None:
    settings = full.of("sql/databaseInstance")["log"]["settings"]

    assert settings["ipConfiguration"]["authorizedNetworks"] == []
    assert settings["ipConfiguration"]["sslMode"] == "ENCRYPTED_ONLY"
    assert settings["backupConfiguration"]["pointInTimeRecoveryEnabled"] is True
    assert settings["deletionProtectionEnabled"] is True


def test_the_address_of_the_database_is_one_that_textops_reads(full: "Infrastructure") -> None:
    from textops.prediction_log.address import parse_address

    url = full.of("secretmanager/secretVersion")["secret-database-url"]["secretData"]
    address = parse_address(url)

    assert address.host == f"/cloudsql/{PROJECT}:europe-west1:textops-log"
    assert (address.user, address.database) == ("textops", "textops")


def test_without_a_database_the_log_is_off(least: "Infrastructure") -> None:
    assert least.of("secretmanager/secretVersion")["secret-database-url"]["secretData"] == "none"
    assert not [kind for kind in least.kinds() if kind.startswith("sql/")]


def test_the_schedules_reach_what_they_start_and_nothing_else(full: "Infrastructure") -> None:
    jobs = full.of("cloudscheduler/job")
    may = {
        (binding.kind, binding.inputs["name"])
        for binding in full.bindings()
        if binding.inputs["member"] == account("scheduler")
    }

    assert jobs["drift-check"]["httpTarget"]["uri"] == "https://textops-drift.example.run.app/drift/check"
    assert jobs["retraining"]["httpTarget"]["uri"].endswith(
        f"{PROJECT}/locations/europe-west1/jobs/textops-retrain:run"
    )
    assert may == {("cloudrunv2/jobIamMember", "textops-retrain"), ("cloudrunv2/serviceIamMember", "textops-drift")}


def test_without_a_prediction_log_nothing_is_looked_at(full: "Infrastructure", least: "Infrastructure") -> None:
    assert [job["paused"] for job in full.of("cloudscheduler/job").values()] == [False, False]
    assert [job["paused"] for job in least.of("cloudscheduler/job").values()] == [True, True]


def test_every_alert_tells_somebody_and_says_what_to_do(full: "Infrastructure") -> None:
    for policy in full.of("monitoring/alertPolicy").values():
        assert policy["notificationChannels"] == ["mail-id"]
        assert policy["documentation"]["content"]


def test_the_budget_is_of_this_project_and_warns_before_it_is_gone(full: "Infrastructure") -> None:
    budget = full.of("billing/budget")["budget"]

    assert budget["budgetFilter"]["projects"] == ["projects/1234567890"]
    assert min(rule["thresholdPercent"] for rule in budget["thresholdRules"]) == 0.5


def test_with_a_project_alone_all_that_must_be_is_there(least: "Infrastructure") -> None:
    kinds = least.kinds()

    assert {
        "storage/bucket",
        "cloudrunv2/service",
        "monitoring/slo",
        "monitoring/dashboard",
        "cloudscheduler/job",
    } <= kinds
    assert not kinds & {
        "cloudbuild/trigger",
        "iam/workloadIdentityPool",
        "billing/budget",
        "monitoring/notificationChannel",
    }


def test_what_is_not_protected_can_be_taken_down(make: Callable[..., "Infrastructure"]) -> None:
    made = make(protected=False, database={"tier": "db-f1-micro"})

    assert all(bucket["forceDestroy"] for bucket in made.of("storage/bucket").values())
    assert made.of("sql/databaseInstance")["log"]["deletionProtection"] is False


def test_what_others_need_to_know_is_told(full: "Infrastructure") -> None:
    assert set(full.outputs) == {
        "api_url",
        "drift_url",
        "frontend_url",
        "dashboard",
        "workload_identity_provider",
        "github_service_account",
        "github_tests_service_account",
    }


def test_an_argument_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TypeError, match="unform_bucket_level_access"):
        gcp.storage.Bucket("data", location="EU", unform_bucket_level_access=True)  # type: ignore[call-overload]
