from collections.abc import Callable

import numpy as np
import pytest

from textops.data import shown_rows
from textops.data.grouping import Grouped
from textops.data.row_table import RowTable
from textops.data.shown_rows import show_rows
from textops.data.stages import Stages
from textops.data.validation import LabelledText

Rows = Callable[..., LabelledText]
Stored = Callable[..., RowTable]


@pytest.fixture
def table(row: Rows, stored: Stored) -> RowTable:
    """A hundred groups of two rows, the first of each gives the name, and one row that is no example."""
    made = stored([row(f"text {number}") for number in range(201)])
    rows = np.arange(200)
    made.group.put(rows, rows - rows % 2)
    made.position.put(rows, made.position.take(np.arange(201))[rows - rows % 2])
    made.leave_out(np.array([200]))
    return made


def test_few_rows_are_all_shown(table: RowTable) -> None:
    stages = Stages(duplicates=Grouped(0, 0, np.arange(200)), moved=("g",))

    show_rows(table, stages)

    assert (stages.passed, stages.kept, stages.sampled) == (201, 200, False)
    assert stages.grouped is not None
    assert stages.grouped.groups == [f"text {number - number % 2}" for number in range(200)]
    assert stages.assignment is not None
    assert (len(stages.assignment.splits), stages.assignment.moved) == (200, ("g",))


def test_of_very_many_whole_groups_are_shown(table: RowTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown_rows, "MOST_ROWS", 60)
    stages, again = (Stages(duplicates=Grouped(0, 0, np.arange(200))) for _ in range(2))

    show_rows(table, stages)
    show_rows(table, again)

    assert stages.grouped is not None
    assert stages.grouped == again.grouped
    assert stages.sampled
    assert 20 < len(stages.grouped.rows) < 100
    assert all(stages.grouped.groups.count(name) == 2 for name in stages.grouped.groups)


def test_as_far_as_it_came(table: RowTable) -> None:
    stages = Stages()

    show_rows(table, stages)

    assert len(stages.validated.rows) == 201
    assert stages.grouped is None
    assert stages.assignment is None
