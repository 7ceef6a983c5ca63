import json
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from deploy.gcp.configuration import CloudConfiguration, Database
from deploy.gcp.infrastructure.run_services import INGRESS
from deploy.gcp.revision import Service, candidate, document, main
from textops.errors import ConfigurationError

CONFIGURATION = CloudConfiguration(project="some-project", region="europe-west1")
URLS = {"api_url": "https://api.example.com", "drift_url": "https://drift.example.com"}
NOW = {
    "metadata": {"name": "textops-api"},
    "status": {
        "url": "https://textops-api-1.a.run.app",
        "traffic": [
            {"revisionName": "textops-api-1", "percent": 90, "latestRevision": False},
            {"revisionName": "textops-api-2", "percent": 10},
            {"revisionName": "textops-api-0", "tag": "old"},
        ],
    },
}


def described(content: object, path: Path) -> str:
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def annotations(filled: dict[str, Any]) -> dict[str, str]:
    notes: dict[str, str] = filled["spec"]["template"]["metadata"]["annotations"]
    return notes


def test_a_new_revision_gets_an_address_and_no_traffic() -> None:
    filled = document("api", CONFIGURATION, "1a2b3c", **URLS)

    deployed = candidate(filled, "c1a2b3c-77", Service.model_validate(NOW))

    assert deployed["spec"]["template"]["metadata"]["name"] == "textops-api-c1a2b3c-77"
    assert deployed["spec"]["traffic"] == [
        {"revisionName": "textops-api-1", "percent": 90},
        {"revisionName": "textops-api-2", "percent": 10},
        {"revisionName": "textops-api-c1a2b3c-77", "tag": "candidate"},
    ]


def test_a_service_without_traffic_is_told() -> None:
    filled = document("api", CONFIGURATION, "1a2b3c", **URLS)

    with pytest.raises(ConfigurationError, match="no revision of the service has traffic"):
        candidate(filled, "c1", Service.model_validate({"status": {"url": "https://x", "traffic": []}}))


def test_without_a_database_nothing_is_connected() -> None:
    for part in ("api", "drift", "retraining"):
        assert "run.googleapis.com/cloudsql-instances" not in annotations(document(part, CONFIGURATION, "1", **URLS))


def test_with_a_database_it_is_connected() -> None:
    configuration = CONFIGURATION.model_copy(update={"database": Database()})

    assert (
        annotations(document("api", configuration, "1", **URLS))["run.googleapis.com/cloudsql-instances"]
        == "some-project:europe-west1:textops-log"
    )


def test_the_key_of_weights_and_biases_reaches_trainings_alone() -> None:
    configuration = CONFIGURATION.model_copy(update={"wandb": True})

    assert "WANDB_API_KEY" in str(document("retraining", configuration, "1", **URLS))
    assert "WANDB_API_KEY" not in str(document("api", configuration, "1", **URLS))
    assert "WANDB_API_KEY" not in str(document("retraining", CONFIGURATION, "1", **URLS))


def test_no_value_of_a_secret_stands_in_a_file() -> None:
    for part in ("api", "drift", "frontend", "retraining"):
        for container in _containers(document(part, CONFIGURATION, "1", **URLS)):
            for variable in container.get("env", []):
                secret = variable["name"].endswith(("_KEY", "_KEYS", "_URL")) and "database" in str(variable).lower()
                assert ("valueFrom" in variable) == (secret or variable["name"].endswith(("_KEY", "_KEYS")))


def _containers(filled: dict[str, Any]) -> list[dict[str, Any]]:
    spec = filled["spec"]["template"]["spec"]
    containers: list[dict[str, Any]] = (
        spec["template"]["spec"]["containers"] if "template" in spec else spec["containers"]
    )
    return containers


def test_the_command_writes_what_is_deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTOPS_GCP_PROJECT", "some-project")
    present = described(NOW, tmp_path / "now.json")
    drift = described({"status": {"url": "https://drift-1.a.run.app"}}, tmp_path / "drift.json")
    output = tmp_path / "page.yaml"

    code = main(["frontend", "--tag", "1a", "--present", present, "--drift", drift, "--output", str(output)])

    assert code == 0
    environment = {
        each["name"]: each.get("value") for each in _containers(yaml.safe_load(output.read_text()))[0]["env"]
    }
    assert environment["TEXTOPS_API_URL"] == "https://textops-api-1.a.run.app"
    assert environment["TEXTOPS_DRIFT_URL"] == "https://drift-1.a.run.app"


def test_it_says_where_the_revision_without_traffic_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["address", "--present", described(NOW, tmp_path / "now.json")]) == 0
    assert capsys.readouterr().out == "https://candidate---textops-api-1.a.run.app\n"


def test_what_gcloud_did_not_say_is_one_line_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    present = described({"error": 404}, tmp_path / "now.json")

    assert main(["api", "--present", present, "--output", str(tmp_path / "api.yaml")]) == 2
    assert "does not describe a Cloud Run service" in capsys.readouterr().err
    assert not (tmp_path / "api.yaml").exists()


def test_a_missing_project_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEXTOPS_GCP_PROJECT", raising=False)

    assert main(["api", "--present", described(NOW, tmp_path / "now.json")]) == 2
    assert "no Google Cloud project: set TEXTOPS_GCP_PROJECT" in capsys.readouterr().err


@pytest.mark.parametrize("part", ["api", "drift", "frontend"])
def test_a_service_is_reached_from_where_the_infrastructure_says(part: str) -> None:
    # `gcloud run services replace` would open what a file does not close.
    said = {"INGRESS_TRAFFIC_ALL": "all", "INGRESS_TRAFFIC_INTERNAL_ONLY": "internal"}

    ingress = document(part, CONFIGURATION, "1", **URLS)["metadata"]["annotations"]["run.googleapis.com/ingress"]

    assert ingress == said[INGRESS[part]]
