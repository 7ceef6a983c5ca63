"""The kinds of drift that can be played."""

from itertools import islice

import numpy as np
import pytest

from textops.errors import ConfigurationError, DataError
from textops.simulation.drift import KINDS, Drift, drifted_texts, pools_of, usual_texts
from textops.simulation.pool import LabelledText

POOL = [LabelledText(f"text {number} of sport", "sport", np.datetime64("2020-01-01") + number) for number in range(30)]
POOL += [LabelledText(f"text {number} of tech", "tech", np.datetime64("2021-01-01") + number) for number in range(10)]
ELSEWHERE = [LabelledText("a text from elsewhere", "sport")]


def played(drift: Drift, count: int, pool: list[LabelledText] = POOL) -> list[LabelledText]:
    elsewhere = ELSEWHERE if drift.kind == "source" else None
    return list(islice(drifted_texts(pools_of(drift.kind, pool, elsewhere), drift, np.random.default_rng(0)), count))


def test_usual_traffic_is_the_whole_pool_again_and_again() -> None:
    # when
    texts = list(islice(usual_texts(pools_of("none", POOL, None), np.random.default_rng(0)), 80))
    # then
    assert sorted(each.text for each in texts[:40]) == sorted(each.text for each in POOL)
    assert texts[:40] != texts[40:]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "none"])
def test_without_severity_no_kind_of_drift_changes_the_texts(kind: str) -> None:
    drift = Drift(kind, 0.0)  # type: ignore[arg-type] # one of the kinds
    known = {each.text for each in POOL}
    assert {each.text for each in played(drift, 100)} <= known


def test_at_full_severity_one_topic_takes_over() -> None:
    assert {each.label for each in played(Drift("topics", 1.0), 50)} == {"tech"}


def test_at_half_severity_it_takes_half_of_the_rest() -> None:
    tech = sum(each.label == "tech" for each in played(Drift("topics", 0.5), 2_000))
    assert 1_150 < tech < 1_350


def test_at_full_severity_all_texts_come_from_elsewhere() -> None:
    assert {each.text for each in played(Drift("source", 1.0), 20)} == {"a text from elsewhere"}


def test_elsewhere_must_be_named() -> None:
    with pytest.raises(ConfigurationError, match="--source"):
        pools_of("source", POOL, None)


def test_of_the_years_the_newer_half_comes_after_the_older() -> None:
    # given
    pools = pools_of("years", POOL, None)
    # then
    assert max(str(each.timestamp) for each in pools.usual) < min(str(each.timestamp) for each in pools.drifted)
    assert len(pools.usual) == len(pools.drifted) == 20


def test_years_need_times() -> None:
    with pytest.raises(DataError, match="timestamp_column"):
        pools_of("years", [*POOL, LabelledText("undated", "sport")], None)


@pytest.mark.parametrize("kind", ["typos", "vocabulary", "adversarial"])
def test_changed_texts_keep_their_labels(kind: str) -> None:
    # when
    texts = played(Drift(kind, 1.0), 40)  # type: ignore[arg-type] # one of the kinds
    # then
    assert sorted(each.label for each in texts) == sorted(each.label for each in POOL)
    unchanged = {each.text for each in texts} & {each.text for each in POOL}
    # Chance may spare a short text.
    assert len(unchanged) < 10


@pytest.mark.parametrize("severity", [-0.1, 1.1, float("nan")])
def test_an_impossible_severity_is_refused(severity: float) -> None:
    with pytest.raises(ConfigurationError, match="0 to 1"):
        Drift("typos", severity)
