"""Plays texts against a running service, at a rate, and sends their labels when they would be known."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
from numpy.random import Generator

from textops.errors import ServiceError
from textops.simulation.pool import LabelledText

_MOST_ATTEMPTS = 6
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
_REQUEST_SECONDS = 15.0
_MOST_AT_ONCE = 128
_RETRIED = frozenset({httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE})


@dataclass(frozen=True)
class Behaviour:
    """How people use the service.

    Attributes:
        rate: Requests a second that are due, whatever the answers do.
        label_share: Share of the answers that somebody judges later.
        label_delay: Seconds from an answer to its label.
    """

    rate: float = 50.0
    label_share: float = 0.5
    label_delay: float = 5.0


@dataclass(frozen=True)
class Played:
    """A text that was sent.

    Attributes:
        phase: Of the story.
        label: The class that the text has.
        sent: When, on the clock of `time.time`.
        seconds: Until the answer, with all attempts.
        attempts: How often it was sent: a refusal for overload is tried again, as clients do.
        predicted: The class that was answered, None without an answer.
        version: Which version of the model answered.
        problem: What became of it otherwise, empty for an answer.
    """

    phase: str
    label: str
    sent: float
    seconds: float
    attempts: int
    predicted: str | None
    version: int | None
    problem: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the answer is the class that the text has."""
        return self.predicted == self.label


@dataclass(frozen=True)
class _DueLabel:
    due: float
    prediction_id: str
    label: str


class Player:
    """Sends texts and labels, and remembers what came back.

    Attributes:
        played: What was sent, in the order of the answers.
        labels_sent: Labels that the service took.
        labels_refused: Labels that it did not take, such as those of a class it does not know.
    """

    def __init__(self, address: str, behaviour: Behaviour, random: Generator, key: str | None = None) -> None:
        """Take where to send; nothing is opened yet.

        Args:
            address: URL of the API.
            behaviour: How people use it.
            random: Chooses who sends a label.
            key: API key, None where none is needed.
        """
        self.played: list[Played] = []
        self.labels_sent = 0
        self.labels_refused = 0
        self._behaviour = behaviour
        self._random = random
        self._labels: asyncio.Queue[_DueLabel | None] = asyncio.Queue()
        limits = httpx.Limits(max_connections=_MOST_AT_ONCE, max_keepalive_connections=_MOST_AT_ONCE)
        headers = {} if key is None else {b"X-API-Key": key.encode()}
        self._client = httpx.AsyncClient(base_url=address, timeout=_REQUEST_SECONDS, limits=limits, headers=headers)

    async def check(self) -> None:
        """Look whether the service is there and ready.

        Raises:
            ServiceError: If it is not.
        """
        address = self._client.base_url
        try:
            response = await self._client.get("/ready")
        except httpx.HTTPError as error:
            raise ServiceError(f"{address} cannot be reached ({error}): start it with textops serve") from error
        if response.status_code != httpx.codes.OK:
            raise ServiceError(f"{address} is not ready: {response.text[:200]}")

    async def play(self, texts: Iterator[LabelledText], phase: str, count: int | None, stop: asyncio.Event) -> None:
        """Send texts at the rate until there are so many, or somebody says stop; waits for all answers.

        Args:
            texts: What to send.
            phase: Name of this part of the story.
            count: How many, None for until `stop`.
            stop: Ends it.
        """
        begun, sent = time.perf_counter(), 0
        room = asyncio.Semaphore(_MOST_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            while not stop.is_set() and (count is None or sent < count):
                due = begun + sent / self._behaviour.rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                await room.acquire()
                task = group.create_task(self._ask(next(texts), phase))
                task.add_done_callback(lambda _task: room.release())
                sent += 1

    async def send_labels(self) -> None:
        """Send labels when they are due, until `finish`."""
        while (label := await self._labels.get()) is not None:
            await asyncio.sleep(max(0.0, label.due - time.perf_counter()))
            body = {"prediction_id": label.prediction_id, "label": label.label}
            response, _ = await self._post("/feedback", body)
            if response is not None and response.status_code == httpx.codes.ACCEPTED:
                self.labels_sent += 1
            else:
                self.labels_refused += 1

    def finish(self) -> None:
        """Let `send_labels` end when it has sent what is due."""
        self._labels.put_nowait(None)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _ask(self, text: LabelledText, phase: str) -> None:
        sent, begun = time.time(), time.perf_counter()
        response, attempts = await self._post("/predict", {"text": text.text})
        seconds = time.perf_counter() - begun
        if response is None or response.status_code != httpx.codes.OK:
            problem = "no answer" if response is None else f"{response.status_code} {response.text[:200]}"
            self.played.append(Played(phase, text.label, sent, seconds, attempts, None, None, problem))
            return
        answer = response.json()
        version = int(answer["model"]["version"])
        self.played.append(Played(phase, text.label, sent, seconds, attempts, str(answer["label"]), version))
        if self._random.random() < self._behaviour.label_share:
            due = time.perf_counter() + self._behaviour.label_delay
            self._labels.put_nowait(_DueLabel(due, str(answer["prediction_id"]), text.label))

    async def _post(self, path: str, body: dict[str, str]) -> tuple[httpx.Response | None, int]:
        """Send until it is not refused for overload; return the last response, None without one, and the attempts."""
        response: httpx.Response | None = None
        for attempt in range(1, _MOST_ATTEMPTS + 1):
            pause = _FIRST_PAUSE_SECONDS * 2**attempt
            try:
                response = await self._client.post(path, json=body)
            except httpx.HTTPError:
                response = None
            else:
                if response.status_code not in _RETRIED:
                    return response, attempt
                pause = _asked_pause(response, pause)
            if attempt < _MOST_ATTEMPTS:
                await asyncio.sleep(min(pause, _LONGEST_PAUSE_SECONDS))
        return response, _MOST_ATTEMPTS


def _asked_pause(response: httpx.Response, otherwise: float) -> float:
    asked = response.headers.get("Retry-After", "")
    return float(asked) if asked.isdigit() else otherwise
