"""What the report says of measurements that are known."""

import math
from pathlib import Path

from matplotlib.patches import Rectangle

from textops.benchmark.serving.comparison import Compared, Round
from textops.benchmark.serving.figure import figure
from textops.benchmark.serving.load import LoadResult, Times
from textops.benchmark.serving.measurements import EMPTY, LOCKED, RAW, Measurements
from textops.benchmark.serving.overload import Overload
from textops.benchmark.serving.own_server import NAME
from textops.benchmark.serving.promises import promises
from textops.benchmark.serving.report import report
from textops.benchmark.serving.soak import MemoryGrowth, Soak


def times(p50: float, p99: float) -> Times:
    return Times(p50=p50, p95=p99, p99=p99, longest=p99)


def load(accepted: int, *, seconds: float = 1.0, share: float = 0.1, p99: float = 20.0, **others: object) -> LoadResult:
    given = {
        "seconds": seconds,
        "ended": 0.0,
        "statuses": {200: accepted},
        "errors": 0,
        "unsent": 0,
        "accepted": times(10, p99) if accepted else None,
        "refused": None,
        "generator_share": share,
    }
    return LoadResult.model_validate({**given, **others})


def compared(name: str, *per_second: int, busy: float = 1.0, share: float = 0.1, p99: float = 20.0) -> Compared:
    rounds = tuple(
        Round(
            full=load(accepted, share=share, p99=p99),
            alone=load(100),
            processor_seconds=busy,
            start_seconds=1.0,
            resident_megabytes=150,
            answered=accepted,
        )
        for accepted in per_second
    )
    return Compared(name=name, note=f"how {name} is set", rounds=rounds)


def measurements(*servers: Compared, **others: object) -> Measurements:
    given = {
        "machine": {"processors": 2},
        "model": "ngram model of news",
        "texts": "made-up text",
        "characters": 2500,
        "pinned": True,
        "rounds": 3,
        "seconds": 1.0,
        "compared": servers or (compared(EMPTY, 1000, 2000, 3000), compared(NAME, 800, 1000, 2700)),
        "logged_share": 1.0,
    }
    return Measurements.model_validate({**given, **others})


def overload(**others: object) -> Overload:
    given = {
        "maximum": 1000.0,
        "offered": 3000.0,
        "result": load(900, refused=times(5, 9), statuses={200: 900, 429: 2000}),
        "busy": 1.0,
        "megabytes_before": 150.0,
        "megabytes_early": 152.0,
        "megabytes_after": 155.0,
        "usual_ms": 2.0,
        "recovery_seconds": 0.5,
    }
    return Overload.model_validate({**given, **others})


def broken(found: Measurements) -> set[str]:
    return {promise.what for promise in promises(found) if not promise.kept}


def test_shares_are_formed_in_each_round() -> None:
    found = measurements()
    assert found.compared[1].share_of(found.compared[0]) == (0.8, 0.5, 0.9)
    assert "0.80 (0.50 to 0.90)" in report(found)


def test_all_is_reached_by_who_reaches_it() -> None:
    # given
    soak = Soak(
        minutes=1,
        reload_seconds=10,
        rate=700,
        result=load(42_000),
        reloads=5,
        failed_reloads=0,
        missing=0,
        text_policy="redacted",
        megabytes=(150.0, 151.0),
    )
    found = measurements(
        compared(EMPTY, 1000),
        compared(NAME, 900),
        compared("Rival (1.0)", 100),
        compared(LOCKED, 20),
        overload=overload(),
        memory=MemoryGrowth(requests=200_000, before=150, after=151),
        soak=soak,
    )
    # then
    assert broken(found) == set()
    text = report(found)
    assert "**no**" not in text
    assert "times the best other server, Rival (1.0) | at least 4 | 9.00" in text
    assert "900 times 200, 2,000 times 429" in text
    assert "42,000 answers, p99 20 ms" in text


def test_what_is_not_reached_is_said() -> None:
    # given
    failing = load(600, p99=400.0, statuses={200: 600, 500: 3}, errors=2)
    soak = Soak(
        minutes=1,
        reload_seconds=10,
        rate=700,
        result=load(0, errors=1),
        reloads=0,
        failed_reloads=1,
        missing=2,
        text_policy="hash",
        megabytes=(150.0,),
    )
    found = measurements(
        compared(EMPTY, 1000),
        compared(NAME, 400, p99=31.0),
        compared("Rival (1.0)", 200),
        compared(LOCKED, 20),
        overload=overload(result=failing, recovery_seconds=None, megabytes_after=190.0),
        memory=MemoryGrowth(requests=200_000, before=150, after=171),
        soak=soak,
    )
    # then
    kept = {promise.what for promise in promises(found)} - broken(found)
    assert kept == {"start to ready", "resident memory"}
    text = report(found)
    assert "not within 30 s" in text
    assert "2, 2" in text


def test_an_overload_in_which_nothing_was_accepted_is_not_reached() -> None:
    found = measurements(overload=overload(result=load(0)))
    assert "p99 of the accepted there" in broken(found)


def test_who_was_left_out_is_named_with_the_reason() -> None:
    # given
    silent = Compared(name="Rival (1.0)", note="", reason="does not start")
    found = measurements(compared(EMPTY, 10), compared(NAME, 9), silent, left_out={"Other": "no such package"})
    # then
    text = report(found)
    assert "| Rival (1.0) |  |  |  |  |  | does not start |" in text
    assert "| Other |  |  |  |  |  | no such package |" in text
    assert found.rivals == []


def test_a_generator_at_its_limit_and_a_disturbed_server_are_said() -> None:
    # given
    found = measurements(
        compared(EMPTY, 1000, busy=0.5), compared(NAME, 900, busy=0.99), compared(RAW, 9000, share=0.9, busy=1.0)
    )
    # then
    text = report(found)
    assert "limit is about 10,000 requests a second" in text
    assert f"may be faster than measured: {RAW}." in text
    assert f"or the server waited: {EMPTY}." in text


def test_the_figure_has_a_bar_for_each_server_that_was_measured(tmp_path: Path) -> None:
    # given
    drawing = figure(
        measurements(compared(EMPTY, 1000), Compared(name="x", note=""), compared(NAME, 900), compared(RAW, 9000))
    )
    # when
    drawing.savefig(tmp_path / "figure.png")
    # then
    (axes,) = drawing.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [EMPTY, NAME]
    assert math.isclose(max(bar.get_bbox().width for bar in axes.patches if isinstance(bar, Rectangle)), 1000)
