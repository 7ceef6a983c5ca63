from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.data.configuration import SourceConfiguration
from textops.data.labels import LabelReader
from textops.data.locations import SourceFile
from textops.data.records import PLACES_LISTED, BrokenRecord, Record
from textops.data.validation import Validated, labelled_texts, normalised, position_of
from textops.errors import DataError

Configuration = Callable[..., SourceConfiguration]


def validate(rows: Iterable[dict[str, str]], configuration: SourceConfiguration, file: SourceFile) -> Validated:
    records = [Record(file, number, row) for number, row in enumerate(rows, start=2)]
    return validated(records, configuration)


def validated(records: Iterable[Record | BrokenRecord], configuration: SourceConfiguration) -> Validated:
    result = Validated()
    result.rows = list(labelled_texts(records, configuration, LabelReader(configuration), result))
    return result


def test_columns_are_joined_by_a_newline(configuration: Configuration, source_file: SourceFile) -> None:
    settings = configuration(text_columns=["title", "text"])

    result = validate([{"title": " A\r\nB ", "text": "c", "label": "x", "note": "n"}], settings, source_file)

    (row,) = result.rows
    assert row.text == "A\nB\nc"
    assert row.others == {"note": "n"}
    assert row.place == "data.csv:2"


@pytest.mark.parametrize("blank", ["", "   ", "\n\t\u00a0", "\u200b\ufeff", "\x00", " \u200b \ufeff "])
def test_blank_text_counts_as_missing(configuration: Configuration, source_file: SourceFile, blank: str) -> None:
    result = validate([{"text": blank, "label": "x"}, {"text": "a", "label": "x"}], configuration(), source_file)

    assert [row.text for row in result.rows] == ["a"]
    assert result.dropped["the text is missing or blank"].places == ["data.csv:2"]


def test_a_row_with_one_blank_column_is_kept_and_noted(configuration: Configuration, source_file: SourceFile) -> None:
    settings = configuration(text_columns=["title", "text"])

    result = validate([{"title": "a", "text": " ", "label": "x"}], settings, source_file)

    assert [row.text for row in result.rows] == ["a"]
    assert result.noted["column 'text' is blank"].count == 1


def test_rows_without_a_label_are_left_out(configuration: Configuration, source_file: SourceFile) -> None:
    rows = [{"text": "a", "label": " "}, {"text": "b"}, {"text": "c", "label": "skip"}, {"text": "d", "label": "x"}]

    result = validate(rows, configuration(ignore_labels="skip"), source_file)

    assert [row.text for row in result.rows] == ["d"]
    assert {reason: tally.count for reason, tally in result.dropped.items()} == {
        "the label is missing": 2,
        "the label is in ignore_labels": 1,
    }
    assert result.read == 4


def test_patterns_are_removed_and_the_raw_text_is_kept(configuration: Configuration, source_file: SourceFile) -> None:
    settings = configuration(remove_patterns=[r"^.*\(Agency\) - ", "!+"])
    rows = [{"text": "LONDON (Agency) - Rain!!!", "label": "x"}, {"text": "!!!", "label": "x"}]

    result = validate(rows, settings, source_file)

    assert [(row.text, row.raw) for row in result.rows] == [("Rain", "LONDON (Agency) - Rain!!!")]
    assert result.dropped["remove_patterns left no text"].places == ["data.csv:3"]


def test_the_example_stays_where_it_is_when_patterns_change(
    configuration: Configuration, source_file: SourceFile
) -> None:
    rows = [{"text": "(Agency) rain", "label": "x"}]

    before = validate(rows, configuration(), source_file).rows[0]
    after = validate(rows, configuration(remove_patterns=r"\(Agency\)"), source_file).rows[0]

    assert (before.id, before.position) == (after.id, after.position)


def test_times_are_read_and_what_is_none_is_noted(configuration: Configuration, source_file: SourceFile) -> None:
    rows = [{"text": "a", "label": "x", "date": "2020-01-02"}, {"text": "b", "label": "x", "date": "soon"}]

    result = validate(rows, configuration(timestamp_column="date"), source_file)

    assert [row.timestamp for row in result.rows] == [datetime(2020, 1, 2, tzinfo=UTC), None]
    assert result.noted["the time is missing or cannot be read, see data.timestamp_format"].places == ["data.csv:3"]


def test_a_split_by_time_leaves_out_what_has_no_time(configuration: Configuration, source_file: SourceFile) -> None:
    rows = [{"text": "a", "label": "x", "date": "2020-01-02"}, {"text": "b", "label": "x"}]

    result = validate(rows, configuration(timestamp_column="date", split={"rule": "time"}), source_file)

    assert len(result.rows) == 1
    assert result.dropped["the time is missing or cannot be read, see data.timestamp_format"].count == 1


def test_some_broken_rows_are_left_out_and_many_are_refused(
    configuration: Configuration, source_file: SourceFile
) -> None:
    settings = configuration()
    good = [Record(source_file, number, {"text": f"t{number}", "label": "x"}) for number in range(20)]
    broken = [BrokenRecord(source_file, number, "1 fields instead of 2") for number in range(4)]

    result = validated([*good, *broken[:3]], settings)

    assert result.dropped["broken row: 1 fields instead of 2"].count == 3
    with pytest.raises(DataError, match=r"4 of 24 rows are broken, the first at data.csv:0 \(1 fields instead of 2\)"):
        validated([*good, *broken], settings)


def test_the_list_of_places_is_bounded(configuration: Configuration, source_file: SourceFile) -> None:
    result = validate([{"text": "", "label": "x"}] * 100, configuration(), source_file)

    tally = result.dropped["the text is missing or blank"]
    assert (tally.count, len(tally.places)) == (100, PLACES_LISTED)


@given(st.text(st.characters()))
def test_a_normalised_text_can_be_written_and_stays_as_it_is(text: str) -> None:
    once = normalised(text)

    assert normalised(once) == once
    assert once.encode("utf-8").decode("utf-8") == once
    assert "\r" not in once
    assert once == once.strip()


def test_positions_are_spread_evenly_and_depend_on_the_salt() -> None:
    shares = [position_of(str(number), "salt") / 2**64 for number in range(2000)]

    assert 0.08 < sum(share < 0.1 for share in shares) / 2000 < 0.12
    assert position_of("a", "salt") != position_of("a", "pepper")
    # This figure must never change: every data set would be split anew.
    assert position_of("a", "salt") == 2116037807883094994
