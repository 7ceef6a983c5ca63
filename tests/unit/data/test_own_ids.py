from collections.abc import Callable, Iterable

import pytest

from textops.data.configuration import SourceConfiguration
from textops.data.labels import LabelReader
from textops.data.locations import SourceFile
from textops.data.own_ids import require_own_ids
from textops.data.records import Record
from textops.data.row_table import RowTable
from textops.data.validation import Validated, labelled_texts
from textops.errors import DataError

Configuration = Callable[..., SourceConfiguration]
Stored = Callable[..., RowTable]
SAME = [{"id": "1", "text": "a", "label": "x"}, {"id": " 1", "text": "a", "label": "x"}, {"text": "b", "label": "x"}]


def store(
    rows: Iterable[dict[str, str]], settings: SourceConfiguration, file: SourceFile, stored: Stored
) -> tuple[RowTable, Validated]:
    records, result = [Record(file, number, row) for number, row in enumerate(rows, start=2)], Validated()
    texts = labelled_texts(records, settings, LabelReader(settings), result)
    return stored(texts, has_ids=True), result


def test_an_id_may_come_again_with_its_text(
    configuration: Configuration, source_file: SourceFile, stored: Stored
) -> None:
    table, result = store(SAME, configuration(id_column="id"), source_file, stored)

    require_own_ids(table, "id")

    assert len(table) == 2
    assert result.dropped["the id is missing"].count == 1


def test_the_first_row_whose_id_stood_for_another_text_is_named(
    configuration: Configuration, source_file: SourceFile, stored: Stored
) -> None:
    rows = [
        *({"id": str(number), "text": f"text {number}", "label": "x"} for number in range(1, 6)),
        {"id": "1", "text": "text 1", "label": "x"},
        {"id": "4", "text": "other", "label": "x"},
        {"id": "1", "text": "another", "label": "x"},
    ]
    table, _ = store(rows, configuration(id_column="id"), source_file, stored)

    with pytest.raises(DataError, match=r"data.csv:8: id '4' in column 'id' stands for another text at data.csv:5"):
        require_own_ids(table, "id")
