"""Ports for services that are told where to listen, or that come and go."""

import os
import socket
from contextlib import suppress
from random import SystemRandom

# Below those that the system gives away, to connections too: one of these stays free while nobody listens there.
_FIRST, _LAST = 20_000, 32_000
_given: set[int] = set()


def free_port() -> int:
    """Return a port that nobody listens on, and that nobody else gets: neither by chance nor from here."""
    while True:
        # Not by the generator that trainings seed: it would give the same ports again, and to every process of tests.
        port = SystemRandom().choice(_ports_of_this_process())
        if port in _given:
            continue
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            _given.add(port)
            return port


def _ports_of_this_process() -> range:
    """Return the part of the ports that is left to this one of the processes that run tests beside each other."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return range(_FIRST + number, _LAST, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
