import sys
from pathlib import Path

import pytest

from textops.data.configuration import ReadConfiguration
from textops.data.locations import SourceFile
from textops.data.mending import NUL, REPAIRED, UNDECODABLE, Mender
from textops.data.records import ReadingNotes, Record
from textops.errors import ConfigurationError

FILE = SourceFile(Path("a.csv"), "a.csv", "a.csv")


def mended(fields: dict[str, str], *columns: str, repair: tuple[str, ...] = ()) -> tuple[dict[str, str], list[str]]:
    notes = ReadingNotes()
    mender = Mender(ReadConfiguration.model_validate({"repair": repair}), columns, notes)
    record = mender.mended(Record(FILE, 3, fields))
    assert all(tally.places == ["a.csv:3"] for tally in notes.repaired.values())
    return dict(record.fields), list(notes.repaired)


def test_what_no_text_can_hold_is_always_replaced() -> None:
    assert mended({"text": "a\udcffb\0c"}, "text") == ({"text": "a\ufffdbc"}, [UNDECODABLE, NUL])


@pytest.mark.parametrize(
    ("repair", "text", "expected"),
    [
        ("entities", "AT&amp;amp;T &lt;b&gt; &eacute;", "AT&T <b> é"),
        ("entities", "a & b &nosuch; c", "a & b &nosuch; c"),
        ("mojibake", "schÃ¶n â€“ trÃ¨s", "schön – très"),
        ("mojibake", "схоже на это", "схоже на это"),
        ("mojibake", "“schön” – très cher", "“schön” – très cher"),
    ],
)
def test_old_damage_is_repaired_where_it_is_asked_for(repair: str, text: str, expected: str) -> None:
    fields, done = mended({"text": text}, "text", repair=(repair,))

    assert fields == {"text": expected}
    assert done == ([] if text == expected else [REPAIRED[repair]])  # type: ignore[index]
    assert mended({"text": text}, "text") == ({"text": text}, [])


def test_what_cannot_be_written_is_replaced_in_every_column() -> None:
    assert mended({"text": "é", "other": "b\ud800"}, "text") == ({"text": "é", "other": "b\ufffd"}, [UNDECODABLE])


def test_only_columns_that_are_needed_are_looked_at() -> None:
    fields = {"text": "a\0", "other": "b\0"}

    assert mended(fields, "text")[0] == {"text": "a", "other": "b\0"}
    assert mended(fields)[0] == {"text": "a", "other": "b"}


def test_a_column_that_a_record_lacks_stays_away() -> None:
    assert mended({"other": "b"}, "text") == ({"other": "b"}, [])


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ftfy", None)

    with pytest.raises(ConfigurationError, match=r"data.read.repair=mojibake needs the package ftfy: pip install"):
        mended({"text": "a"}, "text", repair=("mojibake",))
