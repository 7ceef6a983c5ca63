"""Images built by Cloud Build, and their tag."""

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from automation.google_cloud.image import chosen_tag
from textops.errors import ConfigurationError

if TYPE_CHECKING:
    from tests.unit.automation.conftest import Cloud, RunTask

TAG = "0123456789abcdef"


@pytest.mark.slow
@pytest.mark.parametrize("until", ["check", "push", "deploy"])
def test_a_build_is_told_the_commit_whose_cloud_it_is_and_how_far_to_go(
    until: str, cloud: "Cloud", run_task: "RunTask"
) -> None:
    ended = run_task("gcp.build", f"--tag={TAG}", f"--until={until}")

    assert ended.code == 0, ended.told
    (line,) = cloud.called("gcloud builds submit")
    assert f"--substitutions=COMMIT_SHA={TAG}," in line
    assert line.partition(f"_UNTIL={until} ")[1]
    assert "_IMAGES=europe-west1-docker.pkg.dev/example-project/textops" in line
    assert "serviceAccounts/textops-build@example-project.iam.gserviceaccount.com" in line


@pytest.mark.slow
def test_the_image_for_gpus_is_built_apart(cloud: "Cloud", run_task: "RunTask") -> None:
    ended = run_task("gcp.build", f"--tag={TAG}", "--cuda")

    assert ended.code == 0, ended.told
    (line,) = cloud.called("gcloud builds submit")
    assert "--config=deploy/gcp/cloudbuild_cuda.yaml" in line


def test_a_build_that_is_refused_says_why(cloud: "Cloud", run_task: "RunTask") -> None:
    cloud.answer(
        "gcloud builds submit", error='ERROR: (gcloud.builds.submit) build 12 completed with status "FAILURE"\n'
    )

    ended = run_task("gcp.build", f"--tag={TAG}")

    assert ended.code == 2
    assert ended.told.splitlines()[-1] == 'gcloud builds submit: build 12 completed with status "FAILURE"'


@pytest.mark.parametrize("words", [("--until=moon", f"--tag={TAG}"), ("--tag=no tag",)])
def test_what_cannot_be_meant_is_refused_before_anybody_is_asked(
    words: tuple[str, ...], cloud: "Cloud", run_task: "RunTask"
) -> None:
    ended = run_task("gcp.build", *words)

    assert ended.code == 2
    assert words[0].partition("=")[2] in ended.told
    assert cloud.calls == []


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.setattr("automation.google_cloud.image.ROOT", folder)
    return folder


def _git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.com"]
    line = [shutil.which("git") or "git", *who, *words]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_the_tag_is_the_commit_that_is_checked_out(repository: Path) -> None:
    _git(repository, "init", "--quiet")
    _git(repository, "commit", "--quiet", "--allow-empty", "--message=first")

    assert chosen_tag("", clean=True) == _git(repository, "rev-parse", "HEAD")


def test_changes_that_are_in_no_commit_are_not_built_under_its_name(repository: Path) -> None:
    _git(repository, "init", "--quiet")
    _git(repository, "commit", "--quiet", "--allow-empty", "--message=first")
    (repository / "new").write_text("something")

    with pytest.raises(ConfigurationError, match="commit them, or give --tag"):
        chosen_tag("", clean=True)


def test_without_a_commit_a_tag_must_be_given(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(repository.parent))

    with pytest.raises(ConfigurationError, match="give --tag"):
        chosen_tag("")


def test_without_git_a_tag_must_be_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ConfigurationError, match="git is not installed"):
        chosen_tag("")
