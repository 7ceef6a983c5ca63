"""What is said of a run."""

from pathlib import Path

from textops.scoring.score import Scored
from textops.scoring.summary import summary_of
from textops.scoring.work import State


def test_the_most_frequent_classes_come_first_and_none_steers_the_terminal() -> None:
    # given
    state = State(rows=3, counts=(1, 2), review=1)
    # when
    lines = summary_of(Scored(state, ("sport", "te\x1b[31mch"), 10.0, 0.1), Path("out.csv")).splitlines()
    # then
    assert lines == ["out.csv: 3 rows, 10 a second", r"  te\x1b[31mch: 2", "  sport: 1", "  to be reviewed: 1"]
