import time
from collections.abc import Sequence

import pytest

from textops.inference.answer_speed import BATCH_TEXTS, WARM_UP_CALLS, measure_answers

PAUSE_SECONDS = 0.002


def test_single_texts_and_batches_are_timed_from_text_to_answer() -> None:
    # given what takes two milliseconds however much it is asked
    def answer(_: Sequence[str]) -> None:
        time.sleep(PAUSE_SECONDS)

    # when
    speed = measure_answers(answer, ["a", "b"], calls=20, batches=3)

    # then
    assert 2 <= speed.latency.p50_ms <= speed.latency.p95_ms
    assert speed.documents_per_second is not None
    assert 0 < speed.documents_per_second <= BATCH_TEXTS / PAUSE_SECONDS


def test_one_slow_text_in_ten_shows_in_the_tail_only() -> None:
    # given
    def answer(texts: Sequence[str]) -> None:
        time.sleep(0.02 if texts[0] == "slow" else 0)

    # when
    speed = measure_answers(answer, ["slow", *["fast"] * 9], calls=50, batches=1)

    # then
    assert speed.latency.p50_ms < 10
    assert speed.latency.p95_ms >= 20


def test_all_texts_get_their_turn_after_a_warm_up() -> None:
    # given
    asked: list[list[str]] = []

    # when
    measure_answers(lambda texts: asked.append(list(texts)), ["a", "b", "c"], calls=4, batches=2)

    # then: warm-up and calls with one text each, a warm-up batch and two more
    assert [len(texts) for texts in asked] == [1] * (WARM_UP_CALLS + 4) + [BATCH_TEXTS] * 3
    assert {texts[0] for texts in asked[WARM_UP_CALLS:-3]} == {"a", "b", "c"}


@pytest.mark.parametrize(("texts", "calls", "batches"), [([], 1, 1), (["a"], 0, 1)])
def test_nothing_to_measure_is_said(texts: list[str], calls: int, batches: int) -> None:
    with pytest.raises(ValueError, match="measure nothing"):
        measure_answers(lambda _: None, texts, calls=calls, batches=batches)


def test_a_batch_that_is_not_asked_for_is_not_timed() -> None:
    assert measure_answers(lambda _: None, ["a"], calls=1, batches=0).documents_per_second is None
