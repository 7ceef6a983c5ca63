"""Which commit the code is at."""

import shutil
import subprocess
from pathlib import Path

import pytest

from textops.training import commit
from textops.training.commit import current_commit, uncommitted_changes


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false"]
    command = [shutil.which("git") or "git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of code in a repository of its own."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "package").mkdir()
    file = tmp_path / "package/code.py"
    file.write_text("pass\n")
    git(tmp_path, "add", ".")
    return file


def test_the_commit_is_the_whole_name_of_the_last_one(file: Path) -> None:
    # given
    git(file.parent, "commit", "--quiet", "--message=first")
    git(file.parent, "tag", "--annotate", "--message=", "v1")
    # when
    found = current_commit(file)
    # then
    assert found == git(file.parent, "rev-parse", "HEAD")
    assert len(found) == 40


def test_files_that_differ_are_told(file: Path) -> None:
    # given
    git(file.parent, "commit", "--quiet", "--message=first")
    file.write_text("print()\n")
    # when, then
    assert current_commit(file) == git(file.parent, "rev-parse", "HEAD") + "-dirty"


def test_files_that_differ_are_named_without_their_content(file: Path) -> None:
    # given
    git(file.parent, "commit", "--quiet", "--message=first")
    assert uncommitted_changes(file) == ""
    file.write_text("secret()\n")
    # when
    changes = uncommitted_changes(file)
    # then
    assert "code.py" in changes
    assert "1 insertion" in changes
    assert "secret" not in changes


def test_before_the_first_commit_nothing_differs(file: Path) -> None:
    assert uncommitted_changes(file) == ""


def test_before_the_first_commit_there_is_none(file: Path) -> None:
    assert current_commit(file) is None


def test_the_repository_of_somebody_else_is_not_taken_for_that_of_the_code(file: Path) -> None:
    # given: an environment inside a project
    git(file.parent, "commit", "--quiet", "--message=first")
    installed = file.parent / ".venv/site-packages/textops/code.py"
    installed.parent.mkdir(parents=True)
    installed.touch()
    # when, then
    assert current_commit(installed) is None


def test_a_hook_of_another_repository_does_not_mislead(
    file: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    git(file.parent, "commit", "--quiet", "--message=first")
    expected = git(file.parent, "rev-parse", "HEAD")
    other = tmp_path_factory.mktemp("other")
    git(other, "init", "--quiet")
    # when
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    # then
    assert current_commit(file) == expected


def test_outside_a_repository_there_is_none(tmp_path: Path) -> None:
    assert current_commit(tmp_path / "code.py") is None


def test_without_git_there_is_none(file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # given
    git(file.parent, "commit", "--quiet", "--message=first")
    # when
    monkeypatch.setenv("PATH", str(tmp_path))
    # then
    assert current_commit(file) is None


def test_by_default_it_is_the_commit_of_this_code() -> None:
    assert current_commit() == current_commit(Path(commit.__file__))
