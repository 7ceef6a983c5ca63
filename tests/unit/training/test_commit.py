import subprocess

import pytest

from textops.training import commit


def test_outside_git_there_is_no_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert commit.current_commit() is None


def test_the_commit_is_that_of_the_checkout() -> None:
    # given
    expected = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)  # noqa: S607
    # when
    found = commit.current_commit()
    # then
    assert (found or "").removesuffix("-dirty") == expected.stdout.strip()
