import asyncio

import pytest

from textops.serving.pace import LONGEST_PAUSE_SECONDS, Pace


class Clock:
    """A clock that somebody moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited, without waiting."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(round(seconds, 6))

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return waited


def wait(pace: Pace, times: int) -> None:
    async def wait_all() -> None:
        for _ in range(times):
            await pace.wait()

    asyncio.run(wait_all())


def test_a_few_go_out_at_once_after_a_quiet_time(pauses: list[float]) -> None:
    clock = Clock()
    pace = Pace(10, 3, clock)
    clock.now += 60

    wait(pace, 6)

    assert pauses == [0.1, 0.2]


def test_the_others_go_out_one_after_the_other(pauses: list[float]) -> None:
    wait(Pace(10, 0, Clock()), 3)

    assert pauses == [0.1, 0.2, 0.3]


def test_time_that_passes_shortens_the_wait(pauses: list[float]) -> None:
    clock = Clock()
    pace = Pace(10, 0, clock)
    wait(pace, 3)

    clock.now += 0.25
    wait(pace, 1)

    assert pauses[-1] == 0.15


def test_nobody_waits_for_ever(pauses: list[float]) -> None:
    clock = Clock()
    pace = Pace(1, 0, clock)

    wait(pace, 50)

    assert max(pauses) == LONGEST_PAUSE_SECONDS
    clock.now += LONGEST_PAUSE_SECONDS
    wait(pace, 1)
    assert pauses[-1] == 1
