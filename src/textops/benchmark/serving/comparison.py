"""Servers in turns, round by round, so that what disturbs the machine disturbs all of them."""

import statistics
from collections.abc import Callable, Sequence

from loguru import logger

from textops.benchmark.serving.contender import Contender, Running, running
from textops.benchmark.serving.load import Load, LoadResult
from textops.benchmark.serving.place import Place
from textops.benchmark.serving.sending import send
from textops.errors import ServiceError
from textops.frozen import Frozen

CONNECTIONS = 32
_WARM_UP_SECONDS = 1.0
_SHARE_ALONE = 0.4

Send = Callable[[Load], LoadResult]


class Round(Frozen):
    """One server in one round.

    Attributes:
        full: At 32 connections.
        alone: At one connection.
        processor_seconds: What the server's processes took of the processor during the load at 32 connections.
        start_seconds: From its start until it was ready.
        resident_megabytes: After the loads.
        answered: Requests it has answered in all, the one of its check included.
    """

    full: LoadResult
    alone: LoadResult
    processor_seconds: float
    start_seconds: float
    resident_megabytes: float
    answered: int

    @property
    def microseconds(self) -> float:
        """Processor time of an answer."""
        return 1e6 * self.processor_seconds / self.full.sent

    @property
    def busy(self) -> float:
        """Share of the time in which the server worked."""
        return self.processor_seconds / self.full.seconds


class Compared(Frozen):
    """One server in all rounds.

    Attributes:
        name: Its name.
        note: How it is set.
        rounds: Its rounds.
        reason: Why there are none, empty where there are.
    """

    name: str
    note: str
    rounds: tuple[Round, ...] = ()
    reason: str = ""

    @property
    def per_second(self) -> tuple[float, float, float]:
        """Median, smallest and largest of the answers in a second."""
        return spread([found.full.accepted_per_second for found in self.rounds])

    def share_of(self, other: "Compared") -> tuple[float, float, float]:
        """Median, smallest and largest of the answers in a second as share of another's in the same round."""
        pairs = zip(self.rounds, other.rounds, strict=False)
        return spread([mine.full.accepted_per_second / its.full.accepted_per_second for mine, its in pairs])


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Return median, smallest and largest."""
    return statistics.median(values), min(values), max(values)


def compare(contenders: Sequence[Contender], place: Place, rounds: int, seconds: float) -> list[Compared]:
    """Load servers in turns; one that fails is left out from then on, with the reason.

    Args:
        contenders: The servers.
        place: Where they run.
        rounds: How often.
        seconds: Of each load.
    """
    found: dict[str, list[Round]] = {contender.name: [] for contender in contenders}
    reasons: dict[str, str] = {}
    for number in range(rounds):
        for contender in contenders:
            if contender.name in reasons:
                continue
            logger.info("Round {} of {}: {}", number + 1, rounds, contender.name)
            try:
                found[contender.name].append(_round(contender, place, seconds))
            except ServiceError as error:
                reasons[contender.name] = str(error)
                logger.warning("{} is left out: {}", contender.name, error)
    return [
        Compared(name=contender.name, note=contender.note, reason=reasons[contender.name])
        if contender.name in reasons
        else Compared(name=contender.name, note=contender.note, rounds=tuple(found[contender.name]))
        for contender in contenders
    ]


def _round(contender: Contender, place: Place, seconds: float) -> Round:
    with running(contender, place.server) as server:
        warm_up = send(load_for(server, place, min(_WARM_UP_SECONDS, seconds)))
        before = server.processor_seconds()
        full = send(load_for(server, place, seconds))
        processor_seconds = server.processor_seconds() - before
        alone = send(load_for(server, place, _SHARE_ALONE * seconds, connections=1))
        for result in (full, alone):
            if result.failed or result.accepted is None:
                raise ServiceError(f"{contender.name} fails: {result.statuses}, {result.errors} without an answer")
        return Round(
            full=full,
            alone=alone,
            processor_seconds=processor_seconds,
            start_seconds=server.start_seconds,
            resident_megabytes=server.resident_megabytes(),
            answered=1 + sum(result.statuses.get(200, 0) for result in (warm_up, full, alone)),
        )


def load_for(server: Running, place: Place, seconds: float, **settings: object) -> Load:
    """Return a load for a server, 32 connections where the settings say nothing else."""
    contender = server.contender
    fixed = {
        "port": server.port,
        "path": contender.path,
        "bodies": contender.bodies,
        "seconds": seconds,
        "processor": place.generator,
    }
    return Load.model_validate({"connections": CONNECTIONS, **fixed, **settings})
