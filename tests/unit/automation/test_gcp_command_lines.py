"""All command lines of a life in the cloud: those that gcloud has judged, and no others.

`gcloud_command_lines.txt` holds what gcloud took for valid. Where gcloud is not installed, the first test still sees
that nothing else is run; where it is, the second lets it judge again.
"""

import os
import shutil
from pathlib import Path

import pytest

from automation.google_cloud.command_lines import command_lines, gcloud_lines, refused_by_gcloud

JUDGED = Path(__file__).with_name("gcloud_command_lines.txt")
ADVICE = "python -m automation.google_cloud.command_lines tests/unit/automation/gcloud_command_lines.txt"
with_gcloud = pytest.mark.skipif(shutil.which("gcloud") is None, reason="what gcloud said of these lines is kept")


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TEXTOPS_REGISTRY", "TEXTOPS_GCP_PROJECT", "TEXTOPS_GCP_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))


def test_the_lines_are_those_that_gcloud_has_judged() -> None:
    judged = JUDGED.read_text(encoding="utf-8").splitlines()

    assert command_lines() == judged, f"look at the difference, then {ADVICE}"


@with_gcloud
@pytest.mark.slow
def test_gcloud_takes_each_line_and_not_a_wrong_one() -> None:
    lines = gcloud_lines(command_lines())
    wrong = [
        "gcloud run services replace x.yaml --regoin=europe-west1",
        "gcloud storage bucket describe gs://x",
        "gcloud run services update-traffic x --to-revision=y=100",
    ]

    refused = refused_by_gcloud([*lines, *wrong])

    assert list(refused) == wrong
    assert len(lines) > 40


def test_a_key_comes_from_the_secret_and_is_nowhere_written() -> None:
    (line,) = [line for line in command_lines() if "X-API-Key" in line]

    assert "$(gcloud secrets versions access latest --secret=textops-api-keys" in line
    assert "gcloud secrets versions access latest --secret=textops-api-keys --project=example-project" in gcloud_lines(
        [line]
    )


def test_every_line_names_the_project_or_a_thing_in_it() -> None:
    asks = ("gcloud auth", "dvc push", "curl")

    nameless = [line for line in command_lines() if "example-project" not in line and not line.startswith(asks)]

    assert all("build/gcp/preview" in line for line in nameless)
    assert os.environ.get("TEXTOPS_GCP_PROJECT") is None
