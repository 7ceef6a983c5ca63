from collections import defaultdict
from typing import TYPE_CHECKING

from deploy.gcp.configuration import CloudConfiguration
from deploy.gcp.infrastructure.grants import IDENTITIES, grants

if TYPE_CHECKING:
    from tests.unit.deploy.gcp.infrastructure.conftest import Infrastructure

PROJECT = "some-project"


def account(name: str) -> str:
    return f"serviceAccount:textops-{name}@{PROJECT}.iam.gserviceaccount.com"


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
        "roles/cloudbuild.builds.editor",
        "roles/serviceusage.serviceUsageConsumer",
        "roles/logging.viewer",
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


def test_a_workflow_that_tests_reads_what_it_tests_and_changes_nothing(full: "Infrastructure") -> None:
    rights = {
        (inputs["bucket"].rsplit("-", 1)[1], inputs["role"])
        for inputs in full.of("storage/bucketIAMMember").values()
        if inputs["member"] == account("github-tests")
    }
    every = {binding.kind for binding in full.bindings() if binding.inputs["member"] == account("github-tests")}

    assert rights == {("data", "roles/storage.objectViewer"), ("models", "roles/storage.objectViewer")}
    assert every == {"storage/bucketIAMMember"}


def test_a_workflow_that_deploys_may_start_the_build_that_does(full: "Infrastructure") -> None:
    acts_as = {
        inputs["serviceAccountId"]
        for inputs in full.of("serviceaccount/iAMMember").values()
        if inputs["member"] == account("github")
    }
    roles = {binding.inputs["role"] for binding in full.bindings() if binding.inputs["member"] == account("github")}

    assert [who.rsplit("-", 1)[1] for who in acts_as] == ["build"]
    assert "roles/cloudbuild.builds.editor" in roles
    assert not {role for role in roles if role.startswith("roles/run.")}


def test_who_trains_adds_versions_and_changes_none(full: "Infrastructure") -> None:
    on_models = {
        (inputs["member"], inputs["role"])
        for inputs in full.of("storage/bucketIAMMember").values()
        if inputs["bucket"].endswith("-models")
    }

    assert {role for _, role in on_models} == {
        "roles/storage.objectViewer",
        "roles/storage.objectCreator",
        "roles/storage.legacyBucketReader",
    }
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
