from pathlib import Path

import pytest

from textops.data.configuration import ReadConfiguration
from textops.data.locations import SourceFile
from textops.data.reading import read_records
from textops.data.records import ReadingNotes, Record
from textops.errors import DataError


def test_files_of_several_formats_are_read_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\none\n", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"text": "two"}\n', encoding="utf-8")
    (tmp_path / "c.txt").write_text("three", encoding="utf-8")
    files = [SourceFile(path, path.name, path.name) for path in sorted(tmp_path.iterdir())]
    notes = ReadingNotes()

    records = list(read_records(files, ReadConfiguration(), ["text"], notes))

    assert [record.fields["text"] for record in records if isinstance(record, Record)] == ["one", "two", "three"]
    assert notes.encodings == {"utf-8": 3}


@pytest.mark.parametrize("name", ["a.xlsx", "A.XLS", "b.ods"])
def test_a_workbook_is_to_be_saved_as_csv(tmp_path: Path, name: str) -> None:
    file = SourceFile(tmp_path / name, name, name)

    with pytest.raises(DataError, match=f"{name} is a workbook, which is not read: save its sheet as CSV"):
        list(read_records([file], ReadConfiguration(), ["text"], ReadingNotes()))


def test_an_unknown_suffix_asks_for_the_format(tmp_path: Path) -> None:
    (tmp_path / "a.dat").write_text("text\none\n", encoding="utf-8")
    file = SourceFile(tmp_path / "a.dat", "a.dat", "a.dat")

    with pytest.raises(DataError, match=r"a.dat: its suffix does not say .* csv, tsv"):
        list(read_records([file], ReadConfiguration(), ["text"], ReadingNotes()))
    assert list(read_records([file], ReadConfiguration(format="csv"), ["text"], ReadingNotes()))
