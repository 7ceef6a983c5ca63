import asyncio
from collections.abc import Sequence

import pytest

from textops.serving.turn import Turn


class Doubling:
    """Doubles numbers, and remembers which it got together."""

    def __init__(self) -> None:
        self.turns: list[list[int]] = []

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.turns.append(list(numbers))
        if 13 in numbers:
            raise ValueError("thirteen has no double")
        return [2 * number for number in numbers]


def test_what_comes_together_is_answered_together_each_with_its_own_answer() -> None:
    doubling = Doubling()

    async def ask() -> list[int]:
        turn = Turn(doubling, 4)
        return list(await asyncio.gather(*(turn.answer(number) for number in range(3))))

    assert asyncio.run(ask()) == [0, 2, 4]
    assert doubling.turns == [[0, 1, 2]]


def test_only_so_many_are_answered_in_one_turn_of_the_event_loop_in_the_order_they_came() -> None:
    doubling = Doubling()

    async def ask() -> list[int]:
        turn = Turn(doubling, 2)
        tasks = [asyncio.create_task(turn.answer(number)) for number in range(7)]
        answered = []
        while not all(task.done() for task in tasks):
            before = len(doubling.turns)
            await asyncio.sleep(0)
            answered.append(len(doubling.turns) - before)
        return answered

    assert max(asyncio.run(ask())) == 1
    assert doubling.turns == [[0, 1], [2, 3], [4, 5], [6]]


def test_a_question_that_comes_alone_waits_for_no_other() -> None:
    async def ask() -> bool:
        task = asyncio.create_task(Turn(Doubling()).answer(1))
        for _ in range(3):
            await asyncio.sleep(0)
        return task.done()

    assert asyncio.run(ask())


def test_who_leaves_is_not_answered_and_keeps_nobody_waiting() -> None:
    doubling = Doubling()

    async def ask() -> list[int]:
        turn = Turn(doubling, 1)
        tasks = [asyncio.create_task(turn.answer(number)) for number in range(4)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        tasks[2].cancel()
        done, _ = await asyncio.wait(tasks, timeout=60)
        return sorted(task.result() for task in done if not task.cancelled())

    assert asyncio.run(ask()) == [0, 6]
    assert doubling.turns == [[0], [3]]


def test_a_question_without_an_answer_costs_no_other_its_own() -> None:
    async def ask() -> list[int | BaseException]:
        turn = Turn(Doubling())
        return list(await asyncio.gather(*map(turn.answer, (1, 13, 2)), return_exceptions=True))

    first, second, third = asyncio.run(ask())

    assert (first, third) == (2, 4)
    assert isinstance(second, ValueError)


def test_a_turn_that_was_empty_begins_again() -> None:
    async def ask() -> list[int]:
        turn, answers = Turn(Doubling(), 1), list[int]()
        for start in (0, 3):
            answers += await asyncio.gather(*(turn.answer(number) for number in range(start, start + 3)))
            await asyncio.sleep(0.01)
        assert len(turn) == 0
        return answers

    assert asyncio.run(ask()) == [0, 2, 4, 6, 8, 10]


@pytest.mark.parametrize("questions", [1, 16, 100])
def test_nobody_waits_for_ever(questions: int) -> None:
    async def ask() -> int:
        turn = Turn(Doubling(), 3)
        async with asyncio.timeout(60):
            return len(await asyncio.gather(*(turn.answer(2 * number) for number in range(questions))))

    assert asyncio.run(ask()) == questions
