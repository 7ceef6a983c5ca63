"""What must be there before anything is asked of the cloud, and the one line that says that it is not."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.automation.conftest import Cloud, RunTask

PROJECT, TAG = "example-project", "0123456789abcdef"
ALL = (
    ("gcp.plan",),
    ("gcp.bootstrap", "--yes"),
    ("gcp.data", "--only=data"),
    ("gcp.build", f"--tag={TAG}"),
    ("gcp.train", f"--tag={TAG}"),
    ("gcp.deploy", f"--tag={TAG}"),
    ("gcp.rollback",),
    ("gcp.logs",),
    ("gcp.destroy", f"--confirm={PROJECT}"),
)
every_task = pytest.mark.parametrize("words", ALL, ids=lambda words: words[0])


def _told_in_one_line(told: str) -> str:
    (line,) = told.splitlines()
    return line


@every_task
def test_without_a_project_a_task_says_where_to_name_one(
    words: tuple[str, ...], cloud: "Cloud", run_task: "RunTask", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEXTOPS_GCP_PROJECT")

    ended = run_task(*words)

    assert ended.code == 2
    assert "set TEXTOPS_GCP_PROJECT" in _told_in_one_line(ended.told)
    assert cloud.calls == []


@every_task
def test_an_impossible_project_is_refused_before_anybody_is_asked(
    words: tuple[str, ...], cloud: "Cloud", run_task: "RunTask", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTOPS_GCP_PROJECT", "No Project!")

    ended = run_task(*words)

    assert ended.code == 2
    assert "'No Project!'" in _told_in_one_line(ended.told)
    assert cloud.calls == []


@every_task
def test_without_gcloud_a_task_says_where_to_get_it(
    words: tuple[str, ...], cloud: "Cloud", run_task: "RunTask", monkeypatch: pytest.MonkeyPatch
) -> None:
    (cloud.tools / "gcloud").unlink()
    monkeypatch.setenv("PATH", str(cloud.tools))

    ended = run_task(*words)

    assert ended.code == 2
    assert _told_in_one_line(ended.told) == "gcloud is not installed: https://cloud.google.com/sdk/docs/install"
    assert cloud.calls == []


@pytest.mark.parametrize(
    ("tool", "words"),
    [("pulumi", ALL[0]), ("pulumi", ALL[1]), ("pulumi", ALL[8]), ("dvc", ALL[2]), ("curl", ALL[5])],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_without_another_tool_a_task_says_where_to_get_it(
    tool: str, words: tuple[str, ...], cloud: "Cloud", run_task: "RunTask", monkeypatch: pytest.MonkeyPatch
) -> None:
    (cloud.tools / tool).unlink()
    monkeypatch.setenv("PATH", str(cloud.tools))

    ended = run_task(*words)

    assert ended.code == 2
    assert _told_in_one_line(ended.told).startswith(f"{tool} is not installed: ")
    assert cloud.calls == []


@every_task
def test_without_a_login_a_task_says_how_to_log_in(words: tuple[str, ...], cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("gcloud auth list", "\n")

    ended = run_task(*words)

    assert ended.code == 2
    assert "`gcloud auth login`" in _told_in_one_line(ended.told)
    assert len(cloud.calls) == 1


@every_task
def test_a_project_that_one_may_not_see_is_told_with_whose_login_it_was(
    words: tuple[str, ...], cloud: "Cloud", run_task: "RunTask"
) -> None:
    cloud.answer(
        "gcloud projects describe",
        error=(
            "ERROR: (gcloud.projects.describe) [somebody@example.com] does not have permission to access projects "
            f"instance [{PROJECT}] (or it may not exist): The caller does not have permission.\n"
            "This command is authenticated as somebody@example.com\n"
        ),
    )

    ended = run_task(*words)

    assert ended.code == 2
    line = _told_in_one_line(ended.told)
    assert f"project '{PROJECT}' does not exist, or somebody@example.com may not see it" in line
    assert "TEXTOPS_GCP_PROJECT" in line


def test_a_project_that_is_being_deleted_is_refused(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("gcloud projects describe", {"lifecycleState": "DELETE_REQUESTED"})

    ended = run_task("gcp.logs")

    assert ended.code == 2
    assert f"gcloud projects undelete {PROJECT}" in _told_in_one_line(ended.told)


@pytest.mark.parametrize("words", ALL[:2], ids=lambda words: words[0])
def test_a_project_that_nobody_pays_for_is_refused(words: tuple[str, ...], cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("gcloud billing projects describe", "False\n")

    ended = run_task(*words)

    assert ended.code == 2
    assert _told_in_one_line(ended.told).startswith(f"billing is off for {PROJECT}: ")
    assert cloud.called("pulumi") == []


def test_who_may_not_see_billing_goes_on(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer("gcloud billing projects describe", error="ERROR: (gcloud.billing) PERMISSION_DENIED: no\n")

    ended = run_task("gcp.bootstrap", "--yes")

    assert ended.code == 0, ended.told
    assert "# you may not see whether billing is on" in ended.shown


@pytest.mark.parametrize("words", [ALL[0], ALL[1], ALL[2], ALL[8]], ids=lambda words: words[0])
def test_programs_have_a_login_of_their_own(words: tuple[str, ...], cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer(
        "gcloud auth application-default", error="ERROR: (gcloud.auth) Your default credentials were not found."
    )
    cloud.answer("gcloud storage buckets describe", {"location": "EUROPE-WEST1"})

    ended = run_task(*words)

    assert ended.code == 2
    assert "`gcloud auth application-default login`" in _told_in_one_line(ended.told)
    assert cloud.called("pulumi") == cloud.called("dvc") == []


def test_a_token_is_never_shown(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.bootstrap", "--yes")

    assert cloud.called("gcloud auth application-default print-access-token")
    assert "hidden-token" not in ended.shown + ended.told


@pytest.mark.parametrize("words", [*ALL, ("gcp.destroy",), ("gcp.bootstrap",)], ids=lambda words: words[0])
def test_a_dry_run_calls_nothing_and_needs_nothing(
    words: tuple[str, ...], cloud: "Cloud", run_task: "RunTask", monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))

    ended = run_task(words[0], "--dry-run", *words[1:])

    assert ended.code == 0, ended.told
    assert ended.told == ""
    assert len(ended.lines) >= 2
    assert cloud.calls == []


@every_task
def test_what_is_called_was_shown_before_just_so(words: tuple[str, ...], cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.serve("textops-api", c2=100)
    cloud.serve("textops-drift", c2=100)
    cloud.answer("gcloud run revisions list", [_revision("textops-api-c1", "1"), _revision("textops-api-c2", "2")])
    cloud.answer("gcloud storage buckets describe", {"location": "EUROPE-WEST1"})
    cloud.answer("curl .*/predict", {"label": "sports"})

    ended = run_task(*words)

    assert ended.code == 0, ended.told
    # A shell puts a key into the header of one curl: the line is shown before that.
    plain = [_program(line) for line in ended.lines if "$(" not in line]
    assert plain == [line for line in cloud.calls if "versions access" not in line and "/predict" not in line]
    assert len(plain) >= 2


def _revision(name: str, created: str) -> object:
    return {"metadata": {"name": name, "creationTimestamp": created}, "status": {"conditions": []}}


def _program(line: str) -> str:
    """Return a command line without the environment in front of it."""
    return re.sub(r"^env (?:\w+=\S* )*", "", line)
