"""What a server does when three times as much is asked as it can answer."""

import threading
import time

from loguru import logger

from textops.benchmark.serving.comparison import load_for
from textops.benchmark.serving.contender import Contender, Running, ask, first_body, running
from textops.benchmark.serving.load import LoadResult
from textops.benchmark.serving.place import Place
from textops.benchmark.serving.sending import send
from textops.errors import ServiceError
from textops.frozen import Frozen

TIMES = 3.0
CONNECTIONS = 1_024
_WARM_UP_SECONDS = 1.0
_MEASURED_SECONDS = 5.0
_USUAL_ANSWERS = 200
_ANSWERS_IN_A_ROW = 20
_TIMES_AS_USUAL = 2.0
_PAUSE_SECONDS = 0.005
_LONGEST_RECOVERY = 30.0
_OK = 200
# When all connections are open, and what they take is taken.
_EARLY = 0.25


class Overload(Frozen):
    """What happens beyond the maximum.

    Attributes:
        maximum: Answers a second at 32 connections, just before.
        offered: Requests a second that were due.
        result: What came of them.
        busy: Share of that time in which the server worked.
        megabytes_before: Resident memory at the maximum.
        megabytes_early: Resident memory after a quarter of the time, with all connections open.
        megabytes_after: Resident memory when it was over.
        usual_ms: How long 95 of 100 single answers took before, in milliseconds.
        recovery_seconds: From the last request sent until 20 answers in a row took no more than twice that; None
            where that did not come within 30 s.
    """

    maximum: float
    offered: float
    result: LoadResult
    busy: float
    megabytes_before: float
    megabytes_early: float
    megabytes_after: float
    usual_ms: float
    recovery_seconds: float | None

    @property
    def goodput(self) -> float:
        """Answers with 200 in a second, as share of the maximum."""
        return self.result.accepted_per_second / self.maximum


def overload(contender: Contender, place: Place, seconds: float) -> Overload:
    """Offer three times the measured maximum for some seconds, and watch how the server gets over it."""
    with running(contender, place.server) as server:
        send(load_for(server, place, min(_WARM_UP_SECONDS, seconds)))
        maximum = send(load_for(server, place, min(_MEASURED_SECONDS, seconds))).accepted_per_second
        if not maximum:
            raise ServiceError(f"{contender.name} answers nothing")
        usual = sorted(_answer_seconds(server) for _ in range(_USUAL_ANSWERS))[int(0.95 * _USUAL_ANSWERS)]
        before = server.resident_megabytes()
        logger.info("Offering {:.0f} requests a second, {:g} times the maximum", TIMES * maximum, TIMES)
        early: list[float] = []
        look = threading.Timer(seconds * _EARLY, lambda: early.append(server.resident_megabytes()))
        worked = server.processor_seconds()
        look.start()
        result = send(load_for(server, place, seconds, connections=CONNECTIONS, rate=TIMES * maximum))
        worked = server.processor_seconds() - worked
        look.join()
        recovery = _recovery(server, result.ended, _TIMES_AS_USUAL * usual)
        return Overload(
            maximum=maximum,
            offered=TIMES * maximum,
            result=result,
            busy=worked / result.seconds,
            megabytes_before=before,
            megabytes_early=early[0],
            megabytes_after=server.resident_megabytes(),
            usual_ms=1000 * usual,
            recovery_seconds=recovery,
        )


def _recovery(server: Running, ended: float, longest: float) -> float | None:
    """Return the seconds since `ended` until answers take no longer than `longest`."""
    first, in_a_row = time.time(), 0
    while time.time() - ended < _LONGEST_RECOVERY:
        begun = time.time()
        if _answer_seconds(server) > longest:
            in_a_row = 0
            continue
        first = first if in_a_row else begun
        in_a_row += 1
        if in_a_row == _ANSWERS_IN_A_ROW:
            return max(0.0, first - ended)
    return None


def _answer_seconds(server: Running) -> float:
    """Return how long one answer takes over a connection of its own; without an answer, infinitely long."""
    time.sleep(_PAUSE_SECONDS)
    start = time.perf_counter()
    try:
        status, _ = ask(server.port, "POST", server.contender.path, first_body(server.contender))
    except ServiceError:
        return float("inf")
    return time.perf_counter() - start if status == _OK else float("inf")
