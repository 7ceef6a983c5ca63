from collections.abc import Callable

import numpy as np
import pytest

from textops.data.leaking_columns import Labelled, leaking_columns, leaking_files, leaking_length
from textops.data.validation import LabelledText

Rows = Callable[..., LabelledText]
COUNT = 200
LABELS = (np.arange(COUNT) // 2) % 2
LABELLED = Labelled(LABELS.astype(np.int64), np.arange(COUNT) % 2 == 1, ("fake", "real"))


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ([("news" if label else "politics") for label in LABELS], "the value"),
        ([f"{'r' if label else 'f'}-{number:04}" for number, label in enumerate(LABELS)], "the pattern"),
        ([f"May {number}, 2017{'' if label else ' '}" for number, label in enumerate(LABELS)], "the pattern"),
        ([str(label + number / 1000) for number, label in enumerate(LABELS)], "the size"),
        ([("" if label else f"agency {number}") for number, label in enumerate(LABELS)], "the value"),
    ],
)
def test_a_column_that_gives_the_label_away_is_named(row: Rows, values: list[str], what: str) -> None:
    rows = [row(f"text {number}", column=value) for number, value in enumerate(values)]

    (finding,) = leaking_columns(rows, LABELLED, [])

    assert (finding.kind, finding.name, finding.stage) == ("column", "column", "raw")
    assert finding.accuracy == pytest.approx(1, abs=0.05)
    assert finding.majority == 0.5
    assert what in finding.advice or finding.accuracy == 1


@pytest.mark.parametrize(
    "values",
    [
        [f"{number}" for number in range(COUNT)],
        [f"id-{number}" for number in range(COUNT)],
        [("on", "off")[number % 3 == 0] for number in range(COUNT)],
        [""] * COUNT,
    ],
)
def test_a_column_that_says_nothing_is_left_alone(row: Rows, values: list[str]) -> None:
    rows = [row(f"text {number}", column=value) for number, value in enumerate(values)]

    assert leaking_columns(rows, LABELLED, []) == []


def test_columns_can_be_left_out(row: Rows) -> None:
    rows = [row(f"text {number}", copy=str(label)) for number, label in enumerate(LABELS)]

    assert leaking_columns(rows, LABELLED, ["copy"]) == []


def test_the_length_of_the_text_is_looked_at(row: Rows) -> None:
    cut = [row("x" * (100 if label else 200 + number)) for number, label in enumerate(LABELS)]
    alike = [row("x" * (100 + number % 50)) for number in range(COUNT)]

    (finding,) = leaking_length(cut, LABELLED)

    assert (finding.kind, finding.name, finding.stage, finding.accuracy) == ("length", "characters", "used", 1.0)
    assert leaking_length(alike, LABELLED) == []


def test_a_file_or_folder_of_one_class_is_named(row: Rows) -> None:
    by_file = [row(f"t{number}", file=f"{label}.csv") for number, label in enumerate(LABELS)]
    by_folder = [row(f"t{number}", file=f"{label}/{number}.json") for number, label in enumerate(LABELS)]
    mixed = [row(f"t{number}", file=f"{number % 3}.csv") for number in range(COUNT)]

    assert [finding.name for finding in leaking_files(by_file, LABELLED)] == ["file"]
    assert [finding.name for finding in leaking_files(by_folder, LABELLED)] == ["folder"]
    assert leaking_files(mixed, LABELLED) == []
