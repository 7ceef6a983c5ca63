"""The end, and what it keeps."""

import io
from typing import TYPE_CHECKING

import pytest

from deploy.gcp.configuration import CloudConfiguration

if TYPE_CHECKING:
    from tests.unit.automation.conftest import Cloud, RunTask

PROJECT = "example-project"
STATE = f"gs://{PROJECT}-textops-state"


@pytest.fixture
def made(cloud: "Cloud") -> None:
    cloud.answer("gcloud storage buckets describe", {"location": "EUROPE-WEST1"})


@pytest.fixture
def unprotected(monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = CloudConfiguration(project=PROJECT, region="europe-west1", protected=False)
    monkeypatch.setattr("automation.gcp.read_configuration", lambda: configuration)


@pytest.mark.slow
@pytest.mark.usefixtures("made")
def test_data_and_models_stay(cloud: "Cloud", run_task: "RunTask", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PROJECT}\n"))

    ended = run_task("gcp.destroy")

    assert ended.code == 0, ended.told
    assert [line.split()[1] for line in cloud.called("pulumi")] == ["stack", "up", "destroy"]
    (line,) = cloud.called("pulumi destroy")
    assert "--exclude-protected" in line
    assert [line for line in cloud.calls if " rm " in line] == []
    kept = f"# kept, and still paid for: gs://{PROJECT}-textops-data, gs://{PROJECT}-textops-models, {STATE}"
    assert kept in ended.shown


@pytest.mark.slow
@pytest.mark.usefixtures("made", "unprotected")
def test_with_data_all_goes_and_the_state_last(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("gcloud kms keys describe", "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/7\n")

    ended = run_task("gcp.destroy", "--with-data", f"--confirm={PROJECT}")

    assert ended.code == 0, ended.told
    changes = [line for line in cloud.calls if " describe " not in line and "auth" not in line]
    assert [" ".join(line.split()[:3]) for line in changes] == [
        "pulumi stack select",
        "pulumi up --stack=production",
        "pulumi destroy --stack=production",
        "pulumi stack rm",
        "gcloud storage rm",
        "gcloud kms keys",
    ]
    assert "--exclude-protected" not in changes[2]
    assert changes[4] == f"gcloud storage rm {STATE} --recursive"
    assert changes[5].startswith("gcloud kms keys versions destroy 7 --key=infrastructure")


@pytest.mark.slow
@pytest.mark.usefixtures("made", "unprotected")
def test_when_something_cannot_be_removed_the_state_stays(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("pulumi destroy", error="error: deleting urn: the bucket is in use\n")

    ended = run_task("gcp.destroy", "--with-data", f"--confirm={PROJECT}")

    assert ended.code == 2
    assert ended.told.splitlines()[-1] == "pulumi destroy: deleting urn: the bucket is in use"
    assert [line for line in cloud.calls if " rm " in line] == []


@pytest.mark.parametrize("typed", ["", "yes\n", "example-projekt\n"])
def test_what_is_not_confirmed_is_not_done(
    typed: str, cloud: "Cloud", run_task: "RunTask", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))

    ended = run_task("gcp.destroy")

    assert ended.code == 2
    assert ended.told == f"{typed.strip()!r} is not '{PROJECT}': nothing was removed\n"
    assert cloud.calls == []


def test_protected_data_are_not_removed(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.destroy", "--with-data", f"--confirm={PROJECT}")

    assert ended.code == 2
    assert "set `protected: false` in deploy/gcp/configuration.yaml first" in ended.told
    assert cloud.calls == []


@pytest.mark.usefixtures("unprotected")
def test_unprotected_data_do_not_go_unasked(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.destroy", f"--confirm={PROJECT}")

    assert ended.code == 2
    assert "set it to true to keep them, or give --with-data" in ended.told
    assert cloud.calls == []


@pytest.mark.slow
def test_what_was_never_made_is_told(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.destroy", f"--confirm={PROJECT}")

    assert ended.code == 2
    assert ended.told.startswith(f"{STATE} is not there, so nothing that was made is known")
    assert cloud.called("pulumi") == []
