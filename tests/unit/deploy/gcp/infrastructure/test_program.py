from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

import pulumi_gcp as gcp
import pytest

from deploy.gcp.configuration import CloudConfiguration
from deploy.gcp.infrastructure.grants import IDENTITIES, grants

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


def test_every_role_is_a_small_one(full: "Infrastructure") -> None:
    roles = {binding.inputs["role"] for binding in full.bindings()}

    assert not roles & {"roles/owner", "roles/editor", "roles/viewer"}
    assert not [role for role in roles if role.endswith(".admin") and role != "roles/ondemandscanning.admin"]


def test_rights_are_added_and_never_taken_from_others(full: "Infrastructure") -> None:
    # `IAMBinding` and `IAMPolicy` replace what somebody else gave.
    assert not [kind for kind in full.kinds() if kind.lower().endswith(("iambinding", "iampolicy"))]


def test_only_what_cannot_be_given_elsewhere_is_given_on_the_project(full: "Infrastructure") -> None:
    on_project = {
        (binding.inputs["member"], binding.inputs["role"])
        for binding in full.bindings()
        if binding.kind == "projects/iAMMember"
    }

    assert {role for _, role in on_project} == {
        "roles/monitoring.metricWriter",
        "roles/logging.logWriter",
        "roles/ondemandscanning.admin",
        "roles/cloudsql.client",
    }


def test_the_database_is_reached_alone(full: "Infrastructure") -> None:
    rights = [binding.inputs for binding in full.bindings() if binding.inputs["role"] == "roles/cloudsql.client"]

    assert {right["member"] for right in rights} == {account("api"), account("drift"), account("retrain")}
    for right in rights:
        assert f'resource.name == "projects/{PROJECT}/instances/textops-log"' in right["condition"]["expression"]


def test_every_secret_is_read_by_exactly_those_who_need_it(full: "Infrastructure") -> None:
    readers: dict[str, set[str]] = defaultdict(set)
    for inputs in full.of("secretmanager/secretIamMember").values():
        assert inputs["role"] == "roles/secretmanager.secretAccessor"
        readers[inputs["secretId"]].add(inputs["member"])

    assert readers == {
        "textops-database-url": {account("api"), account("drift"), account("retrain")},
        "textops-api-keys": {account("api"), account("build")},
        "textops-admin-keys": {account("api")},
        "textops-page-key": {account("frontend")},
        "textops-log-hash-key": {account("api")},
        "textops-api-metrics": {account("api")},
        "textops-drift-metrics": {account("drift")},
        "textops-wandb-key": {account("retrain")},
    }
    assert {inputs["secretId"] for inputs in full.of("secretmanager/secret").values()} == set(readers)


def test_the_key_of_weights_and_biases_is_given_by_hand(full: "Infrastructure") -> None:
    assert "secret-wandb-key" not in full.of("secretmanager/secretVersion")


def test_the_page_has_one_of_the_keys_that_the_api_lets_in(full: "Infrastructure") -> None:
    first = full.of("secretmanager/secretVersion")

    assert first["secret-page-key"]["secretData"] in first["secret-api-keys"]["secretData"].split(",")
    assert len(first["secret-api-keys"]["secretData"].split(",")) == 2


def test_nobody_has_a_key_file(full: "Infrastructure") -> None:
    assert "serviceaccount/key" not in full.kinds()


def test_each_service_has_an_identity_of_its_own(full: "Infrastructure") -> None:
    services = full.of("cloudrunv2/service")

    for part, service in services.items():
        assert service["template"]["serviceAccount"] == account(part).removeprefix("serviceAccount:")
    assert full.of("cloudrunv2/job")["retraining"]["template"]["template"]["serviceAccount"] == account(
        "retrain"
    ).removeprefix("serviceAccount:")


def test_the_public_reaches_the_api_alone(full: "Infrastructure") -> None:
    everybody = [
        binding for binding in full.bindings() if binding.inputs["member"] in {"allUsers", "allAuthenticatedUsers"}
    ]
    services = {service["name"]: service["ingress"] for service in full.of("cloudrunv2/service").values()}

    assert all(binding.kind == "cloudrunv2/serviceIamMember" for binding in everybody)
    open_to_all = {
        binding.inputs["name"]
        for binding in everybody
        if services[binding.inputs["name"]] != "INGRESS_TRAFFIC_INTERNAL_ONLY"
    }
    assert open_to_all == {"textops-api"}


def test_the_page_has_the_users_that_are_named(full: "Infrastructure") -> None:
    callers = {
        inputs["member"]
        for inputs in full.of("cloudrunv2/serviceIamMember").values()
        if inputs["name"] == "textops-frontend" and inputs["role"] == "roles/run.invoker"
    }

    assert callers == {"user:ann@example.com"}


def test_triggers_act_as_identities_with_few_rights(full: "Infrastructure") -> None:
    triggers = full.of("cloudbuild/trigger")

    assert triggers["build-deploy"]["serviceAccount"] == "identity-build-id"
    assert triggers["build-check"]["serviceAccount"] == "identity-build-check-id"
    assert triggers["build-check"]["substitutions"]["_UNTIL"] == "check"
    checking = {
        binding.inputs["role"] for binding in full.bindings() if binding.inputs["member"] == account("build-check")
    }
    # A pull request can look, and leave nothing.
    assert checking == {
        "roles/artifactregistry.reader",
        "roles/storage.objectViewer",
        "roles/logging.logWriter",
        "roles/ondemandscanning.admin",
    }


def test_strangers_pull_requests_wait_for_a_person(full: "Infrastructure") -> None:
    request = full.of("cloudbuild/trigger")["build-check"]["github"]["pullRequest"]

    assert request["commentControl"] == "COMMENTS_ENABLED_FOR_EXTERNAL_CONTRIBUTORS_ONLY"


def test_workflows_of_one_repository_get_in_and_those_of_its_branch_may_more(full: "Infrastructure") -> None:
    provider = full.of("iam/workloadIdentityPoolProvider")["github"]
    may = {
        binding.inputs["serviceAccountId"].rsplit("/", 1)[1]: binding.inputs["member"]
        for binding in full.bindings()
        if binding.inputs["role"] == "roles/iam.workloadIdentityUser"
    }

    assert provider["attributeCondition"] == "assertion.repository == 'ann/news'"
    assert provider["oidc"] == {"issuerUri": "https://token.actions.githubusercontent.com"}
    pool = "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/textops-github"
    assert may == {
        "textops-github": f"{pool}/attribute.branch/ann/news@refs/heads/main",
        "textops-github-tests": f"{pool}/attribute.repository/ann/news",
    }


def test_who_trains_adds_versions_and_changes_none(full: "Infrastructure") -> None:
    on_models = {
        (inputs["member"], inputs["role"])
        for inputs in full.of("storage/bucketIAMMember").values()
        if inputs["bucket"].endswith("-models")
    }

    assert {role for _, role in on_models} == {"roles/storage.objectViewer", "roles/storage.objectCreator"}
    assert {who for who, role in on_models if role == "roles/storage.objectCreator"} == {
        account("train"),
        account("retrain"),
        account("github"),
    }


def test_all_rights_are_those_of_the_list(full: "Infrastructure") -> None:
    wanted = CloudConfiguration.model_validate(
        {"project": PROJECT, "region": "europe-west1", "wandb": True, "database": {"tier": "db-g1-small"}}
    )
    listed = {(account(grant.identity), grant.role) for grant in grants(wanted)}
    made = {(binding.inputs["member"], binding.inputs["role"]) for binding in full.bindings()}
    elsewhere = {
        (who, role)
        for who, role in made
        if who.startswith("principalSet:") or who in {"allUsers", "user:ann@example.com"}
    }

    assert made - elsewhere == listed
    assert {grant.identity for grant in grants(wanted)} == set(IDENTITIES)


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
