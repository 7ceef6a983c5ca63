"""Answering together what comes in one turn of the event loop, and not more than a turn should hold.

Texts that are answered one behind the other find the tables of the model in the processor's cache, and share the steps
that cost the same for many as for one. They are not waited for: what is there when the turn has read all that came is
answered at once.

What a turn of the event loop begins, it finishes before it looks at the network again. Were all requests answered that
have come in one turn, then under load a turn would last as long as all of them take: meanwhile no connection is
accepted, no health check answered, and nobody refused. So only so many are answered, and the others in the next turn.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

REQUESTS_OF_A_TURN = 16

Question = TypeVar("Question")
Given = TypeVar("Given")


class _Place(NamedTuple, Generic[Question, Given]):
    """A question, and where its answer is waited for."""

    question: Question
    answer: "asyncio.Future[Given]"


class Turn(Generic[Question, Given]):
    """Gathers the questions of a turn, and has them answered at its end, in the order they came."""

    def __init__(
        self, answer: Callable[[Sequence[Question]], Sequence[Given]], requests_of_a_turn: int = REQUESTS_OF_A_TURN
    ) -> None:
        """Take what answers.

        Args:
            answer: Returns an answer for each question, or raises where it has none for one of them.
            requests_of_a_turn: How many are answered in one turn, at least 1.
        """
        self._answer = answer
        self._most = requests_of_a_turn
        self._waiting: deque[_Place[Question, Given]] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    async def answer(self, question: Question) -> Given:
        """Return the answer to a question, when it is its turn."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._end_turn)
        place = _Place[Question, Given](question, loop.create_future())
        self._waiting.append(place)
        return await place.answer

    def _end_turn(self) -> None:
        places: list[_Place[Question, Given]] = []
        while self._waiting and len(places) < self._most:
            place = self._waiting.popleft()
            # Who has gone leaves the place to the next one.
            if not place.answer.done():
                places.append(place)
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._end_turn)
        if places:
            self._settle(places)

    def _settle(self, places: Sequence[_Place[Question, Given]]) -> None:
        try:
            answers = self._answer([place.question for place in places])
        except Exception as error:  # noqa: BLE001 (goes to the one whose question it was)
            if len(places) == 1:
                places[0].answer.set_exception(error)
                return
            # One of them is to blame; the others get their answers.
            for place in places:
                self._settle([place])
            return
        for place, answer in zip(places, answers, strict=True):
            place.answer.set_result(answer)
