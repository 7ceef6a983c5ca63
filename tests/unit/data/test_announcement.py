import io
from collections.abc import Iterator

import pytest
from loguru import logger

from textops.data.announcement import announce, sentence
from textops.data.configuration import read_configuration
from textops.data.manifest import (
    DatasetManifest,
    Duplicates,
    Finding,
    Occurrences,
    Reading,
    SplitResult,
    TextLength,
    Validation,
)

NONE = Occurrences(count=0, places=())
TERM = Finding(
    kind="term",
    name="(agency)",
    stage="used",
    accuracy=0.99,
    majority=0.5,
    coverage={"fake": 0.0, "real": 0.991},
    purity=1.0,
    advice="'(agency)' stands for 'real'",
)
COLUMN = Finding(kind="column", name="subject", stage="raw", accuracy=1.0, majority=0.5, advice="look at it")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    sink = logger.add(stream, format="{level} {message}", level="INFO")
    yield stream
    logger.remove(sink)


@pytest.fixture
def manifest() -> DatasetManifest:
    return DatasetManifest(
        name="news",
        source=read_configuration({"paths": "a.csv", "text_columns": "text", "label_column": "label"}),
        fingerprint="0" * 64,
        classes=("fake", "real"),
        counts={
            "train": {"fake": 400, "real": 400},
            "val": {"fake": 50, "real": 50},
            "test": {"fake": 50, "real": 50},
        },
        split=SplitResult(rule="hash", salt="s", moved=(), shared_groups=0),
        reading=Reading(files=1, encodings={"utf-8": 1}, guessed=NONE, delimiters={",": 1}, swallowed=NONE),
        validation=Validation(rows=1000, kept=1000, dropped={}, noted={}),
        duplicates=Duplicates(exact=0, near=0, groups=1000, largest=1, conflicting=0),
        audit=(),
        text_length=TextLength(minimum=1, median=5, mean=5, percentile_95=9, maximum=10),
        note="",
    )


def test_clean_data_give_one_line_and_no_warning(manifest: DatasetManifest, log: io.StringIO) -> None:
    announce(manifest)

    assert log.getvalue() == (
        "INFO news: 1,000 examples in 2 classes (train 800, val 100, test 100); 0 exact duplicates left out, "
        "0 examples in groups of near duplicates\n"
    )


def test_everything_odd_is_a_warning_with_figures_and_places(manifest: DatasetManifest, log: io.StringIO) -> None:
    some = Occurrences(count=5, places=("a.csv:1", "a.csv:2", "a.csv:3", "a.csv:4"))
    odd = manifest.model_copy(
        update={
            "reading": manifest.reading.model_copy(update={"guessed": some, "swallowed": some}),
            "validation": manifest.validation.model_copy(update={"dropped": {"blank": some}, "noted": {"odd": some}}),
            "split": manifest.split.model_copy(update={"moved": ("g1",), "shared_groups": 3}),
            "audit": (TERM, COLUMN, TERM.model_copy(update={"stage": "raw", "name": "gone"})),
        }
    )

    announce(odd)

    lines = log.getvalue().splitlines()
    assert "WARNING Left out 5 rows: blank (a.csv:1, a.csv:2, a.csv:3, ...)" in lines
    assert "WARNING 5 times: odd (a.csv:1, a.csv:2, a.csv:3, ...)" in lines
    assert any(line.startswith("WARNING 5 files are not UTF-8") for line in lines)
    assert any(line.startswith("WARNING 5 quoted fields hold what looks like rows") for line in lines)
    assert any(line.startswith("WARNING So few examples that 1 groups were moved") for line in lines)
    assert any(line.startswith("WARNING 3 groups of near duplicates stand in more than one") for line in lines)
    assert [line.split()[0] for line in lines if "Leak:" in line] == ["WARNING", "WARNING", "INFO"]


def test_a_class_that_a_split_lacks_is_pointed_out(manifest: DatasetManifest, log: io.StringIO) -> None:
    announce(manifest.model_copy(update={"counts": {**manifest.counts, "test": {"fake": 50, "real": 0}}}))

    assert "WARNING No example in test is of class 'real'" in log.getvalue()


def test_one_guessed_file_is_singular(manifest: DatasetManifest, log: io.StringIO) -> None:
    one = Occurrences(count=1, places=("a.csv as cp1252",))

    announce(manifest.model_copy(update={"reading": manifest.reading.model_copy(update={"guessed": one})}))

    assert "1 file is not UTF-8; read by a guess: a.csv as cp1252; name" in log.getvalue()


def test_a_large_group_that_swells_the_test_is_pointed_out(manifest: DatasetManifest, log: io.StringIO) -> None:
    swollen = manifest.model_copy(
        update={
            "counts": {**manifest.counts, "test": {"fake": 200, "real": 50}},
            "duplicates": Duplicates(exact=0, near=150, groups=850, largest=150, conflicting=0),
        }
    )

    announce(swollen)

    assert "test holds 25% of the examples instead of 10%" in log.getvalue()
    assert "the largest has 150" in log.getvalue()


def test_a_finding_is_one_sentence_with_its_figures() -> None:
    assert sentence(TERM) == (
        "'(agency)' stands for 'real'; it stands in 0.0% of fake, 99.1% of real, alone it guesses 99.0% right "
        "(majority 50.0%)"
    )
    assert sentence(COLUMN) == "look at it; alone it guesses 100.0% right (majority 50.0%)"


def test_a_class_of_several_lines_or_very_many_characters_leaves_a_finding_one_line() -> None:
    coverage = {"line\nbreak": 0.5, "\x1b[31mred": 0.25, "x" * 300: 0.125}

    said = sentence(TERM.model_copy(update={"coverage": coverage}))

    assert f"50.0% of line break, 25.0% of [31mred, 12.5% of {'x' * 40}..., alone" in said
