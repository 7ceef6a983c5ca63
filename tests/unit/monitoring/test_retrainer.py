"""Starting retrainings; a script stands for Python, so that each ends as the test wants."""

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from textops.errors import ConfigurationError
from textops.monitoring.retrainer import Outcome, Retrainer

MakePython = Callable[[str], None]


@pytest.fixture
def make_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MakePython:
    def make(script: str) -> None:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(path))

    return make


def wait_for_line(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists() or not path.read_text().endswith("\n"):
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Retrainings:
    """A retrainer, and what it has told.

    Attributes:
        retrainer: It.
        begun: How many have begun.
        outcomes: Of those that have ended.
    """

    def __init__(self, arguments: str = "", pause_seconds: float = 0.0) -> None:
        self.begun = 0
        self.outcomes: list[Outcome] = []
        self._told: asyncio.Queue[None] = asyncio.Queue()
        self.retrainer = Retrainer(arguments, pause_seconds, self._end, self._begin)

    def _begin(self) -> None:
        self.begun += 1

    def _end(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self._told.put_nowait(None)

    def run_one(self, model: str | None = None) -> None:
        """Start one because of drift, and wait for its end."""

        async def start_and_wait() -> None:
            assert self.retrainer.start(model, "drift") == "started"
            await self.ended()

        asyncio.run(start_and_wait())

    async def ended(self) -> None:
        """Wait until the next one has ended."""
        await asyncio.wait_for(self._told.get(), 20)


@pytest.mark.parametrize(
    ("code", "outcome"), [(0, "promoted"), (3, "refused"), (2, "failed"), (1, "failed"), (137, "failed")]
)
def test_the_exit_code_tells_the_outcome(make_python: MakePython, code: int, outcome: str) -> None:
    # given
    make_python(f"echo said; exit {code}")
    found = Retrainings()
    # when
    found.run_one("news")
    # then
    last = found.retrainer.last
    assert last is not None
    assert (found.begun, found.outcomes) == (1, [outcome])
    assert (last.reason, last.outcome, last.said) == ("drift", outcome, "said")
    assert last.ended is not None
    assert last.ended >= last.started


def test_a_retraining_that_was_killed_has_failed(make_python: MakePython) -> None:
    # given
    make_python("kill -9 $$")
    found = Retrainings()
    # when, then
    found.run_one()
    assert found.outcomes == ["failed"]


def test_a_command_that_cannot_be_started_has_failed_and_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    found = Retrainings()
    # when
    found.run_one()
    # then
    assert found.outcomes == ["failed"]
    assert found.retrainer.last is not None
    assert "No such file" in found.retrainer.last.said


def test_one_runs_at_a_time_and_none_right_after_it(make_python: MakePython) -> None:
    # given
    make_python("sleep 0.2")
    found = Retrainings(pause_seconds=1.0)
    answers = []

    async def play() -> None:
        answers.extend([found.retrainer.start(None, "first"), found.retrainer.start(None, "second")])
        await found.ended()
        answers.append(found.retrainer.start(None, "third"))
        await asyncio.sleep(1.1)
        answers.append(found.retrainer.start(None, "fourth"))
        await found.ended()

    # when
    asyncio.run(play())
    # then
    assert answers == ["started", "running", "too soon", "started"]
    assert found.begun == 2


def test_arguments_are_split_as_in_a_shell_and_nothing_of_them_is_run(make_python: MakePython) -> None:
    # given
    make_python('for each in "$@"; do echo "<$each>"; done')
    found = Retrainings("--to staging --note 'a b' $(id)")
    # when
    found.run_one("news")
    # then
    assert found.retrainer.last is not None
    words = ["-m", "textops", "retrain", "--to", "staging", "--note", "a b", "$(id)", "news"]
    assert found.retrainer.last.said.splitlines() == [f"<{word}>" for word in words]


@pytest.mark.parametrize("script", ["PID; exec sleep 60", "trap '' TERM; PID; while true; do sleep 1; done"])
def test_closing_ends_a_retraining_even_one_that_does_not_listen(
    make_python: MakePython, tmp_path: Path, script: str
) -> None:
    # given
    make_python(script.replace("PID", f"echo $$ > {tmp_path}/pid"))
    found = Retrainings()

    async def play() -> None:
        found.retrainer.start(None, "drift")
        await asyncio.to_thread(wait_for_line, tmp_path / "pid")
        await found.retrainer.close()

    # when
    started = time.monotonic()
    asyncio.run(play())
    # then: long before it would have ended by itself
    assert time.monotonic() - started < 40
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()
    assert found.outcomes == []


def test_what_a_retraining_leaves_behind_does_not_keep_it_running(make_python: MakePython) -> None:
    # given
    make_python("sleep 40 & echo over; exit 3")
    found = Retrainings()

    async def play() -> None:
        found.retrainer.start(None, "drift")
        await found.ended()

    # when: nobody waits as long as what is left behind goes on
    asyncio.run(play())
    # then
    assert found.outcomes == ["refused"]
    assert found.retrainer.last is not None
    assert found.retrainer.last.said == "over"


def test_of_very_much_that_was_said_the_end_is_kept(make_python: MakePython) -> None:
    # given
    make_python("seq 1 100000")
    found = Retrainings()
    # when
    found.run_one()
    # then
    assert found.retrainer.last is not None
    assert found.retrainer.last.said.splitlines() == [str(number) for number in range(99_981, 100_001)]


def test_arguments_that_no_shell_could_read_are_refused_with_their_variable() -> None:
    with pytest.raises(ConfigurationError, match="TEXTOPS_DRIFT_RETRAIN_ARGUMENTS is not possible: No closing"):
        Retrainings("--to 'production")
