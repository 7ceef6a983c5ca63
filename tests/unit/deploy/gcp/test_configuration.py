from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from deploy.gcp.configuration import read_configuration
from textops.errors import ConfigurationError


@pytest.fixture(autouse=True)
def _nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEXTOPS_GCP_PROJECT", raising=False)
    monkeypatch.delenv("TEXTOPS_GCP_REGION", raising=False)


def written(path: Path, **document: object) -> Path:
    given = {"project": "some-project", "region": "europe-west1", **document}
    path.write_text(yaml.safe_dump(given), encoding="utf-8")
    return path


def test_the_environment_stands_above_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTOPS_GCP_PROJECT", "another-project")

    assert read_configuration(written(tmp_path / "c.yaml")).project == "another-project"


def test_a_missing_project_is_named_with_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"set TEXTOPS_GCP_PROJECT.*gcloud projects list"):
        read_configuration(written(tmp_path / "c.yaml", project=None))


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"project": "Some_Project"}, "project"),
        ({"region": "europe"}, "region"),
        ({"github": "just-a-name"}, "github"),
        ({"alert_address": "nobody"}, "alert_address"),
        ({"page_users": ["allUsers"]}, "page_users.0"),
        ({"database": {"tier": "large"}}, "database.tier"),
        ({"budget": {"billing_account": "1", "amount": 5}}, "budget.billing_account"),
        ({"schedules": {"retraining": "weekly"}}, "schedules.retraining"),
        ({"names": {"prefix": "a-name-that-is-too-long"}}, "names.prefix"),
        ({"training": ["data=csv\nrm"]}, "training.0"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_what_is_not_possible_is_one_line_that_names_it(given: dict[str, object], where: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as error:
        read_configuration(written(tmp_path / "c.yaml", **given))

    assert f"c.yaml, {where}: " in str(error.value)
    assert "\n" not in str(error.value)


def test_overrides_of_trainings_reach_a_shell_in_one_piece(tmp_path: Path) -> None:
    configuration = read_configuration(written(tmp_path / "c.yaml", training=["data=csv", "data.paths=a b.csv"]))

    assert configuration.placeholders()["training"] == "data=csv 'data.paths=a b.csv'"
