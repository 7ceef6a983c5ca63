"""Which process runs a trial."""

import subprocess
import sys
from pathlib import Path

import pytest

from textops.search import process_identity as module
from textops.search.process_identity import has_left, process_identity


def identity_of(number: int) -> str:
    own = process_identity()
    assert own is not None
    return f"{own.rpartition(' ')[0]} {number}"


def test_a_process_that_has_ended_is_known_to_have_left_and_a_living_one_is_not() -> None:
    # given
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        there = has_left(identity_of(process.pid))
    # when
    gone = has_left(identity_of(process.pid))
    # then
    assert (there, gone) == (False, True)


def test_somebody_elses_process_is_there() -> None:
    assert not has_left(identity_of(1))


def test_between_two_trials_nothing_of_this_process_runs() -> None:
    assert has_left(process_identity())


def test_of_another_machine_or_container_only_silence_tells() -> None:
    assert not has_left("another-boot pid:[1] 99999999")
    assert not has_left(None)


def test_without_proc_there_is_no_identity(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "_BOOT", tmp_path / "none")
    assert process_identity() is None
    assert not has_left("boot pid:[1] 99999999")
