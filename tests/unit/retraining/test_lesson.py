"""Whether live traffic has enough to teach."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.errors import ConfigurationError, DataError
from textops.prediction_log.database import Database
from textops.registry import Registry
from textops.retraining.lesson import Lesson, nothing_new, require_enough
from textops.retraining.placement import Placement, PlacementCounts
from textops.retraining.plan import RetrainPlan
from textops.retraining.traffic import Traffic, TrafficCounts

if TYPE_CHECKING:
    from tests.unit.retraining.conftest import FillLog


@pytest.fixture
def database(fill_log: "FillLog", said: type) -> Database:
    return fill_log([said("a text")])


def lesson(*, traffic: TrafficCounts | None = None, **placement: int) -> Lesson:
    counts = traffic or TrafficCounts(predictions=100, texts=90)
    return Lesson(Traffic((), counts), Placement((), frozenset(), PlacementCounts(**placement)), "0" * 64)


def test_too_few_new_texts_are_told_with_where_the_others_went(tmp_path: Path, database: Database) -> None:
    # given
    plan = RetrainPlan(Registry(tmp_path), database)
    traffic = TrafficCounts(predictions=90, without_text=3, strangers={"weather": 4}, undecided=5, texts=78)
    few = lesson(traffic=traffic, train=30, window=10, known=20, held_out=17, between=1)
    # when
    with pytest.raises(DataError) as error:
        require_enough(few, plan)
    # then
    assert str(error.value) == (
        "40 labelled texts of live traffic are new, and a retraining wants 50 (3 without their text, 4 of unknown "
        "classes, 5 undecided, 20 known already, 18 too close to texts that models are measured on): wait for "
        "feedback, look further back with --since, or set --min-labels"
    )


def test_texts_for_measuring_alone_teach_nothing(tmp_path: Path, database: Database) -> None:
    plan = RetrainPlan(Registry(tmp_path), database, min_labels=10)

    with pytest.raises(DataError, match="all 60 new labelled texts belong to groups"):
        require_enough(lesson(window=60), plan)

    require_enough(lesson(train=1, window=59), plan)
    require_enough(lesson(corrected=10), plan)


def test_why_there_is_nothing_new_is_told() -> None:
    assert nothing_new(lesson(known=60, held_out=29, between=1)) == (
        "nothing new: of 90 labelled texts 60 are in the data of production, and 30 are too close to texts that models "
        "are measured on"
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"to": "canary"}, "--to canary is not possible: give staging or production"),
        ({"window_share": 0.0}, r"--window-share 0.0 is not possible"),
        ({"min_labels": 0}, "--min-labels 0 is not possible"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    tmp_path: Path, database: Database, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        RetrainPlan(Registry(tmp_path), database, **settings)  # type: ignore[arg-type]


def test_the_way_to_production_leads_through_staging(tmp_path: Path, database: Database) -> None:
    assert RetrainPlan(Registry(tmp_path), database).aliases == ("staging",)
    assert RetrainPlan(Registry(tmp_path), database, to="production").aliases == ("staging", "production")
