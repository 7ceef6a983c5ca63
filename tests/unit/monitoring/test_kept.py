"""Answers that are dear are made one at a time, and kept."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from textops.errors import ServiceError
from textops.monitoring import kept as kept_module
from textops.monitoring.kept import Kept


def counting(seconds: float = 0.0) -> tuple[list[int], Callable[[], Awaitable[int]]]:
    made: list[int] = []

    async def make() -> int:
        await asyncio.sleep(seconds)
        made.append(1)
        return len(made)

    return made, make


def test_all_who_ask_the_same_at_once_get_one_answer() -> None:
    async def run() -> None:
        made, make = counting(0.02)
        kept: Kept[str, int] = Kept(60.0)
        assert await asyncio.gather(*(kept.get("a", make) for _ in range(50))) == [1] * 50
        assert await kept.get("a", make) == 1
        assert await kept.get("b", make) == 2
        assert len(made) == 2

    asyncio.run(run())


def test_an_answer_is_made_anew_after_its_time() -> None:
    async def run() -> None:
        _, make = counting()
        kept: Kept[str, int] = Kept(0.02)
        assert await kept.get("a", make) == 1
        await asyncio.sleep(0.05)
        assert await kept.get("a", make) == 2

    asyncio.run(run())


def test_an_answer_that_took_long_is_kept_for_ten_times_as_long() -> None:
    async def run() -> None:
        _, make = counting(0.1)
        kept: Kept[str, int] = Kept(0.0)
        assert await kept.get("a", make) == 1
        await asyncio.sleep(0.3)
        assert await kept.get("a", make) == 1

    asyncio.run(run())


def test_a_failure_is_kept_and_told_to_all_without_growing() -> None:
    async def run() -> None:
        tries: list[int] = []

        async def fail() -> int:
            tries.append(1)
            raise ServiceError("no")

        kept: Kept[str, int] = Kept(60.0)
        lengths = []
        for _ in range(3):
            with pytest.raises(ServiceError, match="no") as caught:
                await kept.get("a", fail)
            lengths.append(len(caught.traceback))
        assert len(tries) == 1
        assert lengths[1] == lengths[2]

    asyncio.run(run())


def test_too_many_different_questions_are_refused_and_few_answers_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        made, make = counting()
        kept: Kept[int, int] = Kept(60.0)
        asked = await asyncio.gather(*(kept.get(number, make) for number in range(40)), return_exceptions=True)
        assert any(isinstance(each, ServiceError) for each in asked)
        for number in range(100):
            await kept.get(number, make)
        before = len(made)
        await kept.get(99, make)
        assert len(made) == before
        await kept.get(0, make)
        assert len(made) == before + 1

    monkeypatch.setattr(kept_module, "_MOST_KEPT", 8)
    asyncio.run(run())


def test_who_goes_away_does_not_take_the_answer_from_others() -> None:
    async def run() -> None:
        _, make = counting(0.05)
        kept: Kept[str, int] = Kept(60.0)
        first, second = (asyncio.create_task(kept.get("a", make)) for _ in range(2))
        await asyncio.sleep(0.01)
        first.cancel()
        assert await second == 1

    asyncio.run(run())
