import asyncio

import pytest

from textops.serving.line import Line


async def passes(line: Line, order: list[int], number: int) -> None:
    await line.turn()
    order.append(number)


def test_who_comes_first_passes_first() -> None:
    async def ask() -> list[int]:
        line, order = Line(2), list[int]()
        await asyncio.gather(*(passes(line, order, number) for number in range(7)))
        return order

    assert asyncio.run(ask()) == list(range(7))


def test_only_so_many_pass_in_one_turn_of_the_event_loop() -> None:
    async def ask() -> list[int]:
        line, order = Line(2), list[int]()
        tasks = [asyncio.create_task(passes(line, order, number)) for number in range(7)]
        passed = []
        while len(order) < len(tasks):
            before = len(order)
            await asyncio.sleep(0)
            passed.append(len(order) - before)
        return passed

    passed = asyncio.run(ask())

    assert max(passed) == 2
    assert sum(passed) == 7


def test_a_request_that_comes_alone_does_not_wait() -> None:
    async def ask() -> bool:
        turn = Line().turn()
        try:
            turn.send(None)
        except StopIteration:
            return True
        return False

    assert asyncio.run(ask())


def test_who_leaves_keeps_nobody_waiting() -> None:
    async def ask() -> list[int]:
        line, order = Line(1), list[int]()
        tasks = [asyncio.create_task(passes(line, order, number)) for number in range(4)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        tasks[2].cancel()
        await asyncio.wait(tasks, timeout=5)
        return order

    assert asyncio.run(ask()) == [0, 3]


def test_a_line_that_was_empty_begins_again() -> None:
    async def ask() -> list[int]:
        line, order = Line(1), list[int]()
        for start in (0, 3):
            await asyncio.gather(*(passes(line, order, number) for number in range(start, start + 3)))
            await asyncio.sleep(0.01)
        assert len(line) == 0
        return order

    assert asyncio.run(ask()) == list(range(6))


@pytest.mark.parametrize("requests", [1, 16, 100])
def test_nobody_waits_for_ever(requests: int) -> None:
    async def ask() -> int:
        line, order = Line(3), list[int]()
        async with asyncio.timeout(5):
            await asyncio.gather(*(passes(line, order, number) for number in range(requests)))
        return len(order)

    assert asyncio.run(ask()) == requests
