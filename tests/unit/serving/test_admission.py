from dataclasses import dataclass

import pytest

from textops.serving.admission import FEWEST_TEXTS, MOST_TEXTS, Admission
from textops.serving.problems import ProblemError


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_exceeds_the_bound_is_refused_until_somebody_leaves() -> None:
    admission = Admission(2, 0.05, 100)
    admission.enter(1)
    admission.enter(1)

    with pytest.raises(ProblemError) as caught:
        admission.enter(1)

    assert (caught.value.status, caught.value.error) == (429, "overloaded")
    assert caught.value.headers == {"Retry-After": "1"}
    assert (admission.requests, admission.texts) == (2, 2)
    admission.leave(1)
    admission.enter(1)
    assert (admission.requests, admission.texts) == (2, 2)


def test_a_batch_larger_than_the_bound_is_answered_where_nothing_waits() -> None:
    admission = Admission(2, 0.05, 100)

    admission.enter(64)

    with pytest.raises(ProblemError):
        admission.enter(1)


@pytest.mark.parametrize(("texts", "share"), [(1, 1), (10, 10), (500, 25)])
def test_a_batch_leaves_room_for_others(texts: int, share: int) -> None:
    assert Admission(100, 0.05, 100).share_of(texts) == share


@pytest.mark.parametrize(("bound", "share"), [(1, 1), (FEWEST_TEXTS, 16), (MOST_TEXTS, 64)])
def test_single_texts_are_let_in_beside_a_batch_whatever_the_bound(bound: int, share: int) -> None:
    assert Admission(bound, 0.05, 100).share_of(1_000) == share


def answered(admission: Admission, clock: Clock, seconds: float, texts: int) -> None:
    """Answer texts, so many seconds each, one behind the other without a pause."""
    admission.enter(1)
    for _ in range(texts):
        admission.enter(1)
        clock.now += seconds
        admission.leave(1)
    admission.leave(1, 0)


@pytest.mark.parametrize("seconds", [0.0001, 0.0005])
def test_as_many_may_wait_as_are_answered_in_the_longest_wait(seconds: float) -> None:
    clock = Clock()
    admission = Admission(None, 0.05, 100, clock)

    answered(admission, clock, seconds, 64 * 100)

    assert admission.most_texts == pytest.approx(0.05 / seconds, rel=0.05)


def test_the_bound_follows_a_machine_that_becomes_slower() -> None:
    clock = Clock()
    admission = Admission(None, 0.05, 100, clock)
    answered(admission, clock, 0.0001, 64 * 100)
    before = admission.most_texts

    answered(admission, clock, 0.0004, 64 * 100)

    assert admission.most_texts == pytest.approx(before / 4, rel=0.05)


@pytest.mark.parametrize(("seconds", "bound"), [(1.0, FEWEST_TEXTS), (1e-9, MOST_TEXTS)])
def test_the_bound_stays_within_reason(seconds: float, bound: int) -> None:
    clock = Clock()
    admission = Admission(None, 0.05, 100, clock)

    answered(admission, clock, seconds, 64 * 200)

    assert admission.most_texts == bound


def test_a_pause_without_requests_is_no_time_of_a_text() -> None:
    clock = Clock()
    admission = Admission(None, 0.05, 100, clock)
    answered(admission, clock, 0.0002, 64 * 100)
    before = admission.most_texts
    clock.now += 3_600

    answered(admission, clock, 0.0002, 64)

    assert admission.most_texts == pytest.approx(before, rel=0.05)


def test_of_a_batch_all_texts_count_as_answered() -> None:
    clock = Clock()
    admission = Admission(None, 0.05, 100, clock)
    for _ in range(200):
        admission.enter(64)
        clock.now += 0.1
        admission.leave(64, 1_000)

    assert admission.most_texts == pytest.approx(500, rel=0.05)


def test_large_bodies_share_their_room() -> None:
    admission = Admission(2, 0.05, 100)
    admission.reserve(80)

    with pytest.raises(ProblemError):
        admission.reserve(30)

    admission.release(80)
    admission.reserve(200)
    assert admission.body_bytes == 200
