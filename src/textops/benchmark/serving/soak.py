"""A long load with another version each minute, and then a look at whether the log has every answer."""

import shutil
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import orjson
from loguru import logger

from textops.benchmark.serving.comparison import load_for
from textops.benchmark.serving.contender import Contender, Running, ask, running
from textops.benchmark.serving.load import LoadResult
from textops.benchmark.serving.own_server import OwnServer
from textops.benchmark.serving.place import Place
from textops.benchmark.serving.sending import send
from textops.frozen import Frozen

LOAD = 0.7
_CONNECTIONS = 256
_MINUTE = 60.0
_WARM_UP_SECONDS = 1.0
_MEASURED_SECONDS = 5.0
_POLL_SECONDS = 0.2
_ROW_BYTES = 6_000
_OK = 200


class Soak(Frozen):
    """What a long load leaves.

    Attributes:
        minutes: How long.
        reload_seconds: Time between two versions.
        rate: Requests a second that were due.
        result: What came of them.
        reloads: How often the version that the registry named answered after `POST /admin/reload`.
        failed_reloads: How often it did not.
        missing: Answers that are not in the log.
        text_policy: What the log kept of the texts.
        megabytes: Resident memory before each reload, and at the end.
    """

    minutes: float
    reload_seconds: float
    rate: float
    result: LoadResult
    reloads: int
    failed_reloads: int
    missing: int
    text_policy: str
    megabytes: tuple[float, ...]


class MemoryGrowth(Frozen):
    """Resident memory of a server that was asked often.

    Attributes:
        requests: How often.
        before: Megabytes after a tenth of them, which fills every buffer.
        after: Megabytes after all of them.
    """

    requests: int
    before: float
    after: float


def memory_growth(contender: Contender, place: Place, requests: int) -> MemoryGrowth:
    """Ask a server so often, after a tenth as many for warming up."""
    with running(contender, place.server) as server:
        send(load_for(server, place, 3_600.0, requests=max(1, requests // 10)))
        before = server.resident_megabytes()
        send(load_for(server, place, 3_600.0, requests=requests))
        return MemoryGrowth(requests=requests, before=before, after=server.resident_megabytes())


def soak(
    own: OwnServer, place: Place, minutes: float, folder: Path, least: float, reload_seconds: float = _MINUTE
) -> Soak:
    """Load the API at 70 % and let another version answer every minute.

    Args:
        own: The API.
        place: Where it runs.
        minutes: How long.
        folder: Where the ids of the answers are kept.
        least: The smallest maximum that was measured, in answers a second: a machine that has others to serve is not
            as fast in each minute.
        reload_seconds: Time between two versions.
    """
    answered = folder / "answered"
    policy = "redacted"
    with running(own.contender, place.server) as server:
        send(load_for(server, place, min(_WARM_UP_SECONDS, minutes * _MINUTE)))
        now = send(load_for(server, place, min(_MEASURED_SECONDS, minutes * _MINUTE))).accepted_per_second
        rate = LOAD * min(now, least)
    if shutil.disk_usage(folder).free < rate * minutes * _MINUTE * _ROW_BYTES:
        policy = "hash"
        logger.warning("the disk has no room for the texts of {:g} minutes: only their hashes are logged", minutes)
    contender = replace(own.contender, environment={**own.contender.environment, "TEXTOPS_LOG_TEXT": policy})
    megabytes: list[float] = []
    outcomes: list[bool] = []
    with running(contender, place.server) as server, ThreadPoolExecutor(1) as sender:
        send(load_for(server, place, min(_WARM_UP_SECONDS, minutes * _MINUTE)))
        load = load_for(
            server,
            place,
            minutes * _MINUTE,
            connections=_CONNECTIONS,
            rate=rate,
            backlog=_CONNECTIONS,
            answered=answered,
        )
        sending = sender.submit(send, load)
        while _goes_on(sending, reload_seconds):
            megabytes.append(server.resident_megabytes())
            outcomes.append(_reload(own, server, 2 - len(outcomes) % 2))
            logger.info("{} reloads, {:.0f} MB", sum(outcomes), megabytes[-1])
        result = sending.result()
        megabytes.append(server.resident_megabytes())
    # Only now, when it has ended, must all be there that it has answered.
    return Soak(
        minutes=minutes,
        reload_seconds=reload_seconds,
        rate=rate,
        result=result,
        reloads=sum(outcomes),
        failed_reloads=len(outcomes) - sum(outcomes),
        missing=own.missing(answered),
        text_policy=policy,
        megabytes=tuple(megabytes),
    )


def _goes_on(sending: "Future[LoadResult]", seconds: float) -> bool:
    """Wait so long, and tell whether the load goes on."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if sending.done():
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _reload(own: OwnServer, server: Running, number: int) -> bool:
    """Let another version answer, and tell whether it does."""
    own.let_answer(number)
    status, body = ask(server.port, "POST", "/admin/reload", b"")
    # "unchanged" says that the service has seen it by itself in the same moment.
    return status == _OK and orjson.loads(body)["model"]["version"] == number
