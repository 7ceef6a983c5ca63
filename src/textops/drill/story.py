"""The story: what is sent when, and what is watched meanwhile."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
from loguru import logger

from textops.drill.timeline import Event
from textops.drill.world import World
from textops.errors import ServiceError
from textops.simulation.drift import Drift, Pools, drifted_texts, usual_texts
from textops.simulation.player import Behaviour, Player
from textops.simulation.pool import LabelledText

NORMAL, DRIFTED, RECOVERED = "normal", "drifted", "recovered"
_POLL_SECONDS = 0.25
_DETECTED = "drift is seen"


@dataclass(frozen=True)
class Plot:
    """What is to happen.

    Attributes:
        drift: What changes.
        normal: Requests before it.
        recovered: Requests after the new version answers.
        behaviour: How people use the service.
        patience: Seconds of drifted traffic after which nothing more is hoped for.
        seconds_to_end: For a retraining that still runs when all is sent. What answers already has been promoted: its
            process only has to end.
        seed: Of the chance.
    """

    drift: Drift
    normal: int = 1_000
    recovered: int = 500
    behaviour: Behaviour = field(default_factory=lambda: Behaviour(rate=40, label_share=1.0, label_delay=2.0))
    patience: float = 180.0
    seconds_to_end: float = 120.0
    seed: int = 0


class Story:
    """Plays the plot, and writes down what happens.

    Attributes:
        player: Sends the texts.
        events: What happened.
        checks_before: Looks at normal traffic that had enough answers.
        false_alarms: Those that said drift.
        detected_after: Drifted requests until drift was seen.
    """

    def __init__(self, world: World, plot: Plot, api: str, drift: str) -> None:
        """Take the world, the plot and the addresses of both services."""
        random = np.random.default_rng(plot.seed)
        self.player = Player(api, plot.behaviour, random)
        self.events: list[Event] = []
        self.checks_before = 0
        self.false_alarms = 0
        self.detected_after: int | None = None
        self._world = world
        self._plot = plot
        self._random = random
        self._api = httpx.AsyncClient(base_url=api, timeout=10)
        self._drift = httpx.AsyncClient(base_url=drift, timeout=10)
        self._begun = 0.0
        self._phase = NORMAL
        self._seen: set[str] = set()
        self._no_retraining = asyncio.Event()
        self._no_retraining.set()

    async def play(self) -> None:
        """Play to the end: normal traffic, drifted traffic until another version answers, and some more after it.

        Raises:
            ServiceError: If no other version answers in the time that the plot gives.
        """
        self._begun = time.time()
        watching = asyncio.create_task(self._watch())
        labels = asyncio.create_task(self.player.send_labels())
        never, mended = asyncio.Event(), asyncio.Event()
        try:
            normal = usual_texts(Pools(self._world.normal, self._world.normal), self._random)
            await self.player.play(normal, NORMAL, self._plot.normal, never)
            self._phase = DRIFTED
            self._note("the world moves on: " + in_words(self._plot.drift))
            waiting = asyncio.create_task(self._wait_for_another_version(mended))
            await self.player.play(self._drifted(self._world.drifted), DRIFTED, None, mended)
            await waiting
            self._phase = RECOVERED
            await self.player.play(self._drifted(self._world.recovered), RECOVERED, self._plot.recovered, never)
            await self._wait_for_the_end_of_the_retraining()
            self._note("the drill is over")
        finally:
            self.player.finish()
            watching.cancel()
            await asyncio.gather(watching, labels, return_exceptions=True)
            for client in (self._api, self._drift, self.player):
                await (client.close() if isinstance(client, Player) else client.aclose())

    def _drifted(self, texts: list[LabelledText]) -> Iterator[LabelledText]:
        return drifted_texts(Pools(texts, texts), self._plot.drift, self._random)

    async def _wait_for_another_version(self, mended: asyncio.Event) -> None:
        deadline = time.monotonic() + self._plot.patience
        try:
            while time.monotonic() < deadline:
                model = (await self._api.get("/model")).json()
                if model.get("version") not in {None, self._world.version.number}:
                    self._note(f"version {model['version']} answers")
                    return
                await asyncio.sleep(_POLL_SECONDS)
            raise ServiceError(
                f"no other version answers after {self._plot.patience:g} s of drift: {self.events[-1].what}; "
                f"the logs of the programs are in {self._world.folder}"
            )
        finally:
            mended.set()

    async def _wait_for_the_end_of_the_retraining(self) -> None:
        try:
            await asyncio.wait_for(self._no_retraining.wait(), self._plot.seconds_to_end)
        except TimeoutError:
            self._note(f"the retraining has not ended {self._plot.seconds_to_end:g} s later, and is stopped")

    async def _watch(self) -> None:
        """Write down what the drift service says, whenever it changes."""
        check, retraining = "", ""
        while True:
            status = await self._ask_drift()
            found, last = status.get("check"), status.get("retraining")
            if found and found["created"] != check:
                check = found["created"]
                self._judge(found)
            if last and (now := f"{last['started']} {last['outcome']}") != retraining:
                retraining = now
                self._tell_retraining(last)
            await asyncio.sleep(_POLL_SECONDS)

    async def _ask_drift(self) -> dict[str, Any]:
        try:
            status: dict[str, Any] = (await self._drift.get("/drift/status")).json()
        except httpx.HTTPError as error:
            logger.warning("the drift service does not answer: {}", error)
            return {}
        return status

    def _judge(self, found: dict[str, Any]) -> None:
        verdict = found["verdict"]
        if self._phase == NORMAL and verdict != "too few":
            self.checks_before += 1
            self.false_alarms += verdict == "drift"
        if verdict == "drift" and self._phase == DRIFTED and _DETECTED not in self._seen:
            self._seen.add(_DETECTED)
            self.detected_after = self._drifted_so_far()
            self._note(f"{_DETECTED}: {found['summary']}")

    def _tell_retraining(self, last: dict[str, Any]) -> None:
        if last["outcome"] is None:
            self._no_retraining.clear()
            self._note(f"a retraining begins: {last['reason']}")
            return
        self._no_retraining.set()
        said = next(iter(reversed(last["said"].strip().splitlines())), "")
        self._note(f"the retraining has ended, {last['outcome']}: {said}")

    def _note(self, what: str) -> None:
        drifted = None if self._phase == NORMAL else self._drifted_so_far()
        self.events.append(Event(second=time.time() - self._begun, drifted=drifted, what=what))
        logger.info("{:6.1f} s  {}", self.events[-1].second, what)

    def _drifted_so_far(self) -> int:
        return sum(each.phase != NORMAL for each in self.player.played)


def in_words(drift: Drift) -> str:
    """Return a drift in words."""
    return f"{drift.kind}, severity {drift.severity:g}"
