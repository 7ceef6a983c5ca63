"""A look at live traffic."""

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest

from textops.bundle import REFERENCE_FILE
from textops.errors import BundleError
from textops.monitoring.check import Comparison, check
from textops.monitoring.evidently_report import evidently_report
from textops.monitoring.feature_drift import number_drift
from textops.monitoring.findings import DriftCheck
from textops.monitoring.reference import read_reference
from textops.monitoring.thresholds import Thresholds
from textops.prediction_log.reading import Period
from textops.registry import Version
from textops.simulation.changes import renew_vocabulary

if TYPE_CHECKING:
    from tests.unit.monitoring.conftest import Log

NOW = datetime.now(UTC)


def drifted(texts: list[str]) -> list[str]:
    random = np.random.default_rng(0)
    return [renew_vocabulary(text, 1.0, random).upper() for text in texts]


def compare(log: "Log", version: Version, last: int | None = 1_000, since: datetime | None = None) -> Comparison:
    return check(log.database, version, Period(since=since, last=last), Thresholds())


def look(log: "Log", version: Version, last: int | None = 1_000, since: datetime | None = None) -> DriftCheck:
    return compare(log, version, last, since).found


def leave(compared: Comparison, names: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Take all other features away: Evidently takes its time for each."""
    for name in set(compared.window.features) - names:
        monkeypatch.delitem(compared.window.features, name)


def test_traffic_like_the_held_out_texts_is_no_drift(log: "Log", version: Version) -> None:
    # given
    log.fill(log.texts(1_200, seed=2))
    # when
    found = look(log, version)
    # then
    assert found.verdict == "ok"
    assert (found.window.rows, found.window.drawn, found.reference_rows) == (1_000, 1_000, 400)
    assert found.separation is not None
    assert 0.4 < found.separation.area.value < 0.6
    assert found.quality is not None
    assert (found.quality.verdict, found.quality.labelled, found.quality.accuracy) == ("too few", 0, None)


def test_other_traffic_is_drift_and_the_summary_names_what_has_moved(log: "Log", version: Version) -> None:
    # given
    log.fill(drifted(log.texts(500, seed=2)))
    # when
    found = look(log, version)
    # then
    assert found.verdict == "drift"
    assert found.features[0].verdict == "drift"
    assert found.features[0].name in found.summary
    upper = found.feature("upper_share")
    assert upper is not None
    assert upper.verdict == "drift"
    assert upper.window_mean is not None
    assert upper.window_mean > 0.5
    assert found.separation is not None
    assert found.separation.verdict == "drift"


@pytest.mark.parametrize("is_drifted", [False, True])
def test_the_verdict_is_the_same_for_a_thousand_rows_and_for_a_hundred_thousand(
    log: "Log", version: Version, *, is_drifted: bool
) -> None:
    # given
    texts = log.texts(1_000, seed=2)
    texts = drifted(texts) if is_drifted else texts
    log.fill(texts)
    few = look(log, version, last=None)
    log.repeat(99)
    # when
    many = look(log, version, last=None)
    # then
    assert many.window.rows == 100_000
    assert few.verdict == many.verdict == ("drift" if is_drifted else "ok")


def test_of_many_rows_some_are_drawn(log: "Log", version: Version) -> None:
    # given
    log.fill(log.texts(1_000, seed=2))
    log.repeat(24)
    # when
    found = look(log, version, last=None)
    # then
    assert found.window.rows == 25_000
    assert 19_000 < found.window.drawn < 21_000


def test_an_empty_log_is_said(log: "Log", version: Version) -> None:
    # when
    found = look(log, version)
    # then
    assert found.verdict == "too few"
    assert "no such answer" in found.summary
    assert (found.features, found.separation, found.quality, found.window.first) == ((), None, None, None)


def test_few_answers_get_no_verdict(log: "Log", version: Version) -> None:
    # given
    log.fill(drifted(log.texts(199, seed=2)))
    # when
    found = look(log, version)
    # then
    assert found.verdict == "too few"
    assert "199 answers" in found.summary
    assert "200" in found.summary


def test_answers_of_other_versions_are_left_out_and_counted(log: "Log", version: Version) -> None:
    # given
    log.fill(log.texts(300, seed=2))
    log.fill(drifted(log.texts(120, seed=3)), version=2)
    # when
    found = look(log, version)
    # then
    assert (found.verdict, found.window.rows, found.window.others) == ("ok", 300, 120)
    assert any("120 answers of other versions" in note for note in found.notes)


def test_only_the_newest_or_those_since_then_are_looked_at(log: "Log", version: Version) -> None:
    # given
    log.fill(log.texts(900, seed=2))
    # then
    assert look(log, version, last=250).window.rows == 250
    since = datetime.now(UTC) - timedelta(seconds=300)
    assert 200 < look(log, version, last=None, since=since).window.rows <= 300


def test_clocks_that_are_wrong_are_said(log: "Log", version: Version) -> None:
    # given
    log.fill(log.texts(300, seed=2), created=NOW + timedelta(days=1))
    # when
    found = look(log, version)
    # then
    assert found.window.rows == 300
    assert any("dated later than now" in note for note in found.notes)


def test_rows_of_an_older_textops_have_no_features_and_that_is_said(log: "Log", version: Version) -> None:
    # given
    log.fill(log.texts(300, seed=2), features=None)
    log.fill(log.texts(700, seed=3))
    # when
    found = look(log, version)
    # then
    words = found.feature("words")
    assert words is not None
    assert words.missing_share == pytest.approx(0.3)
    assert words.verdict == "ok"
    assert any("older version of textops" in note for note in found.notes)


def test_a_feature_that_hardly_any_row_has_gets_no_verdict_and_the_others_do(log: "Log", version: Version) -> None:
    # given
    log.fill(log.texts(900, seed=2), features=None)
    log.fill(log.texts(100, seed=3))
    # when
    found = look(log, version)
    # then
    words, confidence = found.feature("words"), found.feature("confidence")
    assert words is not None
    assert confidence is not None
    assert (words.verdict, confidence.verdict) == ("too few", "ok")
    assert "100 rows have it" in words.note


def test_a_class_that_the_reference_does_not_have_is_drift_and_named(log: "Log", version: Version) -> None:
    # given
    log.fill(log.texts(700, seed=2))
    log.fill(log.texts(300, seed=3), label="politics")
    # when
    label = look(log, version).feature("label")
    # then
    assert label is not None
    assert label.verdict == "drift"
    assert "politics" in label.note


def test_feedback_tells_how_often_the_model_is_right(log: "Log", version: Version) -> None:
    # given
    ids = log.fill(log.texts(400, seed=2), label="sport")
    for number, identifier in enumerate(ids[:100]):
        log.judge(identifier, "sport" if number < 60 else "tech")
    # when
    found = look(log, version)
    # then
    assert found.quality is not None
    assert found.quality.accuracy is not None
    assert (found.quality.labelled, found.quality.accuracy.value, found.quality.reference) == (100, 0.6, 0.9)
    assert (found.quality.accuracy.low, found.quality.accuracy.high) == pytest.approx((0.502, 0.691), abs=1e-3)
    assert found.quality.verdict == found.verdict == "drift"


def test_feedback_that_is_odd_is_counted_and_said(log: "Log", version: Version) -> None:
    # given
    ids = log.fill(log.texts(300, seed=2), label="sport")
    for identifier in ids[:60]:
        log.judge(identifier, "sport")
    log.judge(ids[0], "tech", seconds_ago=60)  # older than the other: it does not count
    log.judge(ids[1], "tech", seconds_ago=-60)  # newer: it does
    log.judge(ids[70], "politics")
    log.judge("no such prediction", "sport")
    # when
    found = look(log, version)
    # then
    right = found.quality
    assert right is not None
    assert right.accuracy is not None
    assert (right.labelled, right.contradicted, right.unknown, right.strangers) == (61, 2, 1, {"politics": 1})
    assert right.accuracy.value == pytest.approx(59 / 61)
    assert len(found.notes) == 3


def test_a_reference_of_another_model_is_refused(version: Version) -> None:
    # given
    path = version.path / REFERENCE_FILE
    table = pq.read_table(path)
    names = ["weather"] * table.num_rows
    pq.write_table(table.set_column(table.column_names.index("predicted"), "predicted", [names]), path)
    # then
    with pytest.raises(BundleError, match="another model"):
        read_reference(version.path, version.manifest)


@pytest.mark.parametrize("name", ["words", "confidence", "probabilities"])
def test_a_reference_of_something_other_than_numbers_is_refused_in_one_line(version: Version, name: str) -> None:
    # given
    path = version.path / REFERENCE_FILE
    table = pq.read_table(path)
    texts = ["a text"] * table.num_rows
    pq.write_table(table.set_column(table.column_names.index(name), name, [texts]), path)
    # then
    with pytest.raises(BundleError, match="other than numbers") as refused:
        read_reference(version.path, version.manifest)
    assert "\n" not in str(refused.value)


def test_a_bundle_without_a_reference_says_how_to_get_one(version: Version) -> None:
    files = {name: digest for name, digest in version.manifest.files.items() if name != REFERENCE_FILE}
    with pytest.raises(BundleError, match="textops evaluate"):
        read_reference(version.path, version.manifest.model_copy(update={"files": files}))


def test_a_reference_of_old_is_compared_by_what_it_has(log: "Log", version: Version) -> None:
    # given
    path = version.path / REFERENCE_FILE
    pq.write_table(pq.read_table(path, columns=["id", "label", "predicted", "confidence", "entropy", "words"]), path)
    log.fill(log.texts(300, seed=2))
    # when
    found = look(log, version)
    # then
    assert found.verdict == "ok"
    assert {each.name for each in found.features} == {"label", "confidence", "entropy", "words"}


@pytest.mark.parametrize(("live", "used"), [(99, 400), (100, 100)])
def test_a_retrained_model_is_watched_by_the_live_texts_that_it_was_retrained_for(
    version: Version, live: int, used: int
) -> None:
    # given
    path = version.path / REFERENCE_FILE
    table = pq.read_table(path)
    parts = ["test"] * (table.num_rows - live) + ["live"] * live
    pq.write_table(table.set_column(table.column_names.index("part"), "part", [parts]), path)
    # then
    assert len(read_reference(version.path, version.manifest)) == used


def test_a_feature_of_nothing_but_gaps_gets_no_verdict() -> None:
    gaps = np.full(500, np.nan)
    found = number_drift("words", np.arange(100.0), gaps, Thresholds(), np.random.default_rng(0))
    assert (found.verdict, found.missing_share) == ("too few", 1.0)


@pytest.mark.slow
def test_evidently_reports_the_rest_where_it_fails_on_a_column(
    log: "Log", version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    log.fill(drifted(log.texts(300, seed=2)))
    compared = compare(log, version)
    leave(compared, {"words", "upper_share", "characters"}, monkeypatch)
    # Nothing but infinities, which no histogram takes.
    monkeypatch.setitem(compared.window.features, "words", np.full(300, np.inf))
    # when
    made = evidently_report(compared, Thresholds())
    # then
    assert set(made.failed) <= {"words"}
    assert any(test.status == "FAIL" for test in made.tests)
    assert "upper_share" in made.page
    assert 'src="http' not in made.page


@pytest.mark.slow
def test_the_page_by_evidently_fetches_nothing_and_runs_nothing_that_a_name_says(
    log: "Log", version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    log.fill(log.texts(200, seed=2))
    log.fill(log.texts(100, seed=3), label=hostile)
    compared = compare(log, version)
    leave(compared, {"words"}, monkeypatch)
    # when
    page = evidently_report(compared, Thresholds()).page
    # then
    assert hostile not in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "script]alert(1)" in page
    assert re.search(r"""<(script|link|img|iframe)[^>]*(src|href)=["']?(https?:)?//""", page) is None
