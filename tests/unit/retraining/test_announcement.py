"""What a person hears about the live traffic that was found."""

import io
from collections.abc import Iterator

import pytest
from loguru import logger

from textops.retraining.announcement import announce
from textops.retraining.lesson import Lesson
from textops.retraining.placement import Placement, PlacementCounts
from textops.retraining.traffic import Traffic, TrafficCounts


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    sink = logger.add(stream, format="{level} {message}", level="INFO")
    yield stream
    logger.remove(sink)


def lesson(traffic: TrafficCounts, placement: PlacementCounts) -> Lesson:
    return Lesson(Traffic((), traffic), Placement((), frozenset(), placement), "0" * 64)


def test_good_feedback_gives_one_line_and_no_warning(log: io.StringIO) -> None:
    announce(lesson(TrafficCounts(predictions=1200, texts=1100), PlacementCounts(train=700, window=300, known=100)))

    assert log.getvalue() == (
        "INFO 1,200 answers with feedback, 1,100 different texts: 700 new for training, 300 new for measuring, 0 with "
        "another label than before, 100 known\n"
    )


def test_everything_odd_is_said_with_what_to_do(log: io.StringIO) -> None:
    # given
    odd = TrafficCounts(
        predictions=50,
        unknown=2,
        without_text=3,
        blank=4,
        strangers={"weather": 5, "travel": 6},
        contradicted=7,
        undecided=1,
        redacted=8,
        future=9,
        texts=20,
    )
    # when
    announce(lesson(odd, PlacementCounts(train=1, known=3, disputed=2, held_out=5, between=1)))
    # then
    first, *lines = log.getvalue().splitlines()
    assert first.startswith("INFO 50 answers")
    assert lines == [
        (
            "WARNING Left out 11 answers whose feedback names no class of the model (6 times 'travel', 5 times "
            "'weather'): a retraining keeps its classes; to add one, train anew on data that hold it (textops train)"
        ),
        "WARNING Left out 3 answers whose text the log did not keep (TEXTOPS_LOG_TEXT)",
        "WARNING Left out 4 answers to blank texts",
        "WARNING Left out feedback on 2 predictions that are not in the log",
        "WARNING 7 texts were given several labels: the most frequent counts, 1 without one are left out",
        "WARNING 9 answers are dated later than now and used all the same: check the clocks",
        "INFO 8 texts are used as the log keeps them, without what named a person",
        (
            "INFO Left out 6 texts: 5 are nearly texts of val or test, 1 are nearly one of train and one of an earlier "
            "window"
        ),
        "WARNING 2 texts of the data set were given another label, which it does not take",
    ]
