"""Which processor serves and which one asks."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where it is measured.

    Attributes:
        server: The only processor of the servers, None for any.
        generator: The only processor of the load generator, None for any.
    """

    server: int | None
    generator: int | None


def choose_place() -> Place:
    """Return two processors that this process may use; none where it has one only, or the system does not tell."""
    if not hasattr(os, "sched_getaffinity"):
        return Place(None, None)
    server, *others = sorted(os.sched_getaffinity(0))
    return Place(server, others[0]) if others else Place(None, None)


@contextmanager
def on_processor(processor: int | None) -> Iterator[None]:
    """Start processes on one processor: whoever is started in this block stays there, and its children too."""
    if processor is None or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {processor})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
