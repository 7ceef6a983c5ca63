"""Batches of people who come and go."""

import gc
import time
import weakref
from collections.abc import Callable

import pytest

from textops.frontend.batch_file import read_file
from textops.frontend.batch_store import MOST_BATCHES, Batch, BatchStore
from textops.frontend.batch_table import FileRefusedError, Layout

CONTENT = b"text\nThey scored.\n"


class Job:
    """Notes that it was cancelled."""

    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


def batch(job: Job | None = None) -> Batch:
    return Batch("a.csv", CONTENT, read_file("a.csv", CONTENT), Layout(), job=job)  # type: ignore[arg-type]  # its part


def is_gone(left: "weakref.ref[Batch]") -> bool:
    gc.collect()
    return left() is None


def wait_for(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_batch_ends_and_is_let_go_when_its_browser_is_gone() -> None:
    # given
    here = {"ann"}
    store = BatchStore(here.__contains__, grace_seconds=0.05, look_seconds=0.01)
    job, held = Job(), batch()
    held.job = job  # type: ignore[assignment]  # its part
    store.put("ann", held)
    left = weakref.ref(held)
    del held
    # when
    time.sleep(0.2)
    # then
    assert store.of("ann") is not None
    # when
    here.clear()
    # then
    wait_for(lambda: len(store) == 0 and job.cancelled)
    # The thread that has ended it may hold it for a moment more.
    wait_for(lambda: is_gone(left))


def test_a_browser_that_comes_back_in_time_keeps_its_batch() -> None:
    # given
    here = {"ann"}
    store = BatchStore(here.__contains__, grace_seconds=60, look_seconds=0.01)
    store.put("ann", batch())
    # when
    here.clear()
    time.sleep(0.1)
    # then
    assert store.of("ann") is not None


def test_another_file_ends_the_batch_before() -> None:
    store = BatchStore(lambda _: True)
    job = Job()
    store.put("ann", batch(job))
    store.put("ann", batch())
    assert job.cancelled
    assert len(store) == 1


def test_more_batches_than_there_is_memory_for_are_refused_in_a_sentence() -> None:
    # given
    store = BatchStore(lambda _: True)
    for number in range(MOST_BATCHES):
        store.put(f"person {number}", batch())
    # when
    with pytest.raises(FileRefusedError, match="try again later"):
        store.put("ann", batch())
    # then
    store.put("person 0", batch())
    store.forget("person 0")
    store.put("ann", batch())
    assert len(store) == MOST_BATCHES
