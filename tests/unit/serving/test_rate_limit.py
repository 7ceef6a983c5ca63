import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.serving import rate_limit
from textops.serving.problems import ProblemError
from textops.serving.rate_limit import RateLimit


class Clock:
    """A clock that somebody moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def lets_in(limit: RateLimit, client: str) -> bool:
    try:
        limit.check(client)
    except ProblemError:
        return False
    return True


def test_a_client_may_ask_at_once_as_often_as_in_a_second() -> None:
    limit = RateLimit(3, Clock())

    assert [lets_in(limit, "ann") for _ in range(5)] == [True, True, True, False, False]


def test_one_client_takes_nothing_from_another() -> None:
    limit = RateLimit(1, Clock())

    assert [lets_in(limit, client) for client in ("ann", "ann", "bob")] == [True, False, True]


def test_time_gives_back_what_was_taken() -> None:
    clock = Clock()
    limit = RateLimit(2, clock)
    assert [lets_in(limit, "ann") for _ in range(3)] == [True, True, False]

    clock.now += 0.5

    assert [lets_in(limit, "ann") for _ in range(2)] == [True, False]


def test_a_rate_below_one_lets_one_request_in() -> None:
    clock = Clock()
    limit = RateLimit(0.1, clock)
    assert [lets_in(limit, "ann") for _ in range(2)] == [True, False]

    clock.now += 10

    assert lets_in(limit, "ann")


@pytest.mark.parametrize(("rate", "wait"), [(100, "1"), (1, "1"), (0.1, "10")])
def test_a_refusal_says_when_to_come_again(rate: float, wait: str) -> None:
    clock = Clock()
    limit = RateLimit(rate, clock)
    while lets_in(limit, "ann"):
        pass
    with pytest.raises(ProblemError) as caught:
        limit.check("ann")

    problem = caught.value
    assert (problem.status, problem.error, problem.headers) == (429, "rate_limited", {"Retry-After": wait})
    clock.now += float(wait)
    assert lets_in(limit, "ann")


def test_the_number_of_clients_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "MOST_CLIENTS", 3)
    limit = RateLimit(1, Clock())

    for client in ("ann", "bob", "cid", "ann", "dan"):
        lets_in(limit, client)

    # bob asked longest ago, and is forgotten to his advantage.
    assert [lets_in(limit, client) for client in ("ann", "dan", "bob")] == [False, False, True]


@given(st.floats(0.5, 50), st.lists(st.floats(0, 1), max_size=200))
def test_never_more_come_in_than_the_rate_and_what_may_come_at_once(rate: float, pauses: list[float]) -> None:
    clock = Clock()
    limit = RateLimit(rate, clock)
    let_in = 0
    for pause in pauses:
        clock.now += pause
        let_in += lets_in(limit, "ann")

    assert let_in <= max(1.0, rate) + rate * sum(pauses) + 1e-6
