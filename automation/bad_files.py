"""Files as they come: damaged, half written, far too large, or not what their name says."""

import csv
import gzip
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CONSONANTS, VOWELS = "bdfgklmnprst", "aeiou"
ROWS = 60


@dataclass(frozen=True)
class BadFiles:
    """Something that is wrong with files.

    Attributes:
        what: What it is.
        make: Writes them into a folder.
        outcome: Regular expression of the line that says what became of them.
        refused: Whether nothing is made of them.
        settings: What is told besides text and label.
        path: Where they lie in the folder.
        slow: Whether it takes long.
        grows: Whether somebody writes on while they are read.
    """

    what: str
    make: Callable[[Path], object]
    outcome: str
    refused: bool = False
    settings: Mapping[str, object] = field(default_factory=dict)
    path: str = "data.csv"
    slow: bool = False
    grows: bool = False


def texts(count: int, words: int = 8) -> Iterable[str]:
    """Return made-up texts, each different."""
    for number in range(count):
        parts = [(number * 7919 + place * 104_729) % 3600 for place in range(words)]
        yield " ".join(_word(part) for part in parts) + f" {number}"


def _word(number: int) -> str:
    first, second = divmod(number, 60)
    return "".join(CONSONANTS[part % 12] + VOWELS[part // 12 % 5] for part in (first, second))


def _rows(count: int = ROWS) -> list[tuple[str, str]]:
    return [(text, "good" if number % 2 else "bad") for number, text in enumerate(texts(count))]


def _table(folder: Path, rows: Iterable[Iterable[str]], header: tuple[str, ...] = ("text", "label")) -> Path:
    path = folder / "data.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _edited(folder: Path, edit: Callable[[bytes], bytes]) -> None:
    path = _table(folder, _rows())
    path.write_bytes(edit(path.read_bytes()))


def _objects(folder: Path, lists: int) -> None:
    rows = [
        {"text": [text] if number < lists else text, "label": label} for number, (text, label) in enumerate(_rows())
    ]
    (folder / "data.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")


def _dates(folder: Path, *spellings: str) -> None:
    rows = [(*row, spellings[number % len(spellings)].format(1 + number % 28)) for number, row in enumerate(_rows())]
    _table(folder, rows, ("text", "label", "day"))


def _labels(folder: Path) -> None:
    spelled = {0: "{} ", 7: "{}\u00a0", 14: "{}"}
    rows = [(text, spelled.get(number, "{}").format(label)) for number, (text, label) in enumerate(_rows())]
    _table(folder, [(text, label.upper() if number % 9 == 0 else label) for number, (text, label) in enumerate(rows)])


def _million(folder: Path) -> None:
    same = (("the same words again and again", "good") for _ in range(1_000_000))
    _table(folder, (*same, *_rows()))


def _long_line(folder: Path) -> None:
    _append(_table(folder, _rows()), (f"{text} " for text in texts(1_070_000)))


def _endless_line(folder: Path) -> None:
    _append(_table(folder, []), ("a" * 1_000_000 for _ in range(150)))


def _append(path: Path, parts: Iterable[str]) -> None:
    """Add one row, a part at a time: what is made here counts as memory of the process that is started then."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(parts)
        file.write(",bad\n")


def _wide(folder: Path) -> None:
    names = ("text", "label", *(f"column {number}" for number in range(9_998)))
    _table(folder, ((*row, *("1" for _ in range(9_998))) for row in _rows(1000)), names)


def _encrypted(folder: Path) -> None:
    path = folder / "data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.csv", "text,label\n")
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)


def _bomb(folder: Path) -> None:
    with (
        zipfile.ZipFile(folder / "data.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("data.csv", "w", force_zip64=True) as member,
    ):
        for _ in range(1100):
            member.write(bytes(1 << 20))


def _cut(folder: Path) -> None:
    packed = gzip.compress(_table(folder, _rows()).read_bytes())
    (folder / "data.csv.gz").write_bytes(packed[: len(packed) // 2])


def _different(folder: Path) -> None:
    for name, header in (("one", ("text", "label")), ("two", ("body", "stars"))):
        _table(folder, _rows(), header).rename(folder / f"{name}.csv")


def _stray_quotes(folder: Path) -> None:
    lines = [
        f'"{text}\t{label}' if not number % 20 else f"{text}\t{label}" for number, (text, label) in enumerate(_rows())
    ]
    (folder / "data.tsv").write_text("\n".join(["text\tlabel", *lines]), encoding="utf-8")


def _open_quote(folder: Path) -> None:
    lines = [f'"{text}, and more",{label}' for text, label in _rows(200)]
    (folder / "data.csv").write_text("\n".join(["text,label", '"never closed,bad', *lines]), encoding="utf-8")


def _mixed_encodings(folder: Path) -> None:
    rows = [(f"Größe über alles {text}", label) for text, label in _rows()]
    path = _table(folder, rows[:50])
    path.write_bytes(path.read_bytes() + "".join(f"{text},{label}\n" for text, label in rows[50:]).encode("cp1252"))


EVERY = (
    BadFiles(
        "a file that is written while it is read",
        lambda folder: _table(folder, _rows(60_000)),
        "changed while it was read",
        refused=True,
        grows=True,
    ),
    BadFiles(
        "a column that is a list in one row of 60",
        lambda folder: _objects(folder, 1),
        "column 'text' holds a list or an object",
        path="data.jsonl",
    ),
    BadFiles(
        "a column that is a list in half of the rows",
        lambda folder: _objects(folder, 30),
        "30 of 60 rows are broken",
        refused=True,
        path="data.jsonl",
    ),
    BadFiles(
        "NUL bytes in texts",
        lambda folder: _edited(folder, lambda content: content.replace(b" 7,", b"\0 7,")),
        "NUL characters were removed",
    ),
    BadFiles(
        "carriage returns inside of lines",
        lambda folder: _edited(folder, lambda content: content.replace(b" 7,", b"\r7,")),
        "60 examples",
    ),
    BadFiles(
        "lines that end in carriage returns alone",
        lambda folder: _edited(folder, lambda content: content.replace(b"\n", b"\r")),
        "60 examples",
    ),
    BadFiles(
        "a line of 50 MB",
        _long_line,
        "61 examples",
        slow=True,
    ),
    BadFiles(
        "a line that does not end (150 MB)",
        _endless_line,
        "is longer than 100,000,000 characters",
        refused=True,
        slow=True,
    ),
    BadFiles("quotes that are no quotes", _stray_quotes, "quotes are ordinary characters", path="data.tsv"),
    BadFiles("a quote that is never closed", _open_quote, "rows are broken|Left out"),
    BadFiles(
        "bytes that are not UTF-8, in the middle of UTF-8",
        lambda folder: _edited(folder, lambda content: content.replace(b" 7,", "é".encode() * 9 + b"\xff\xfe,")),
        "bytes or characters that no text can hold were replaced",
    ),
    BadFiles(
        "UTF-8 with lines of another encoding behind it",
        _mixed_encodings,
        "bytes or characters that no text can hold were replaced",
    ),
    BadFiles(
        "another encoding than the one that is named",
        lambda folder: _edited(folder, lambda content: content.replace(b" 7,", b"\xe9,")),
        "is not in utf-8.*data.read.encoding",
        refused=True,
        settings={"data.read.encoding": "utf-8"},
    ),
    BadFiles("10,000 columns", _wide, "10,000 columns"),
    BadFiles(
        "timestamps in three formats",
        lambda folder: _dates(folder, "2024-03-{:02}", "March {}, 2024", "17091648{:02}"),
        "60 examples",
        settings={"data.timestamp_column": "day", "data.split.rule": "time"},
    ),
    BadFiles(
        "timestamps that nobody can know",
        lambda folder: _dates(folder, "{:02}/03/24"),
        "none of 60 rows can be used .*data.timestamp_format",
        refused=True,
        settings={"data.timestamp_column": "day", "data.split.rule": "time"},
    ),
    BadFiles(
        "a million identical texts",
        _million,
        "1,000,000 exact duplicates left out|exact duplicates left out",
        slow=True,
    ),
    BadFiles("labels with trailing blanks, or in capitals", _labels, "is taken for"),
    BadFiles(
        "rows that are too short or too long",
        lambda folder: _edited(folder, lambda content: content.replace(b" 7,", b" 7,a,")),
        "broken row: 3 fields instead of 2",
    ),
    BadFiles(
        "a tenth of the rows and more of a wrong width",
        lambda folder: _edited(folder, lambda content: re.sub(rb"[12],", b"1,a,", content)),
        "rows are broken, the first at",
        refused=True,
    ),
    BadFiles(
        "files with different columns", _different, "has no column 'text'.*data.read.rename", refused=True, path="*.csv"
    ),
    BadFiles(
        "the same, told what is what",
        _different,
        "60 examples",
        path="*.csv",
        settings={"data.read.rename": "{body: text, stars: label}"},
    ),
    BadFiles(
        "two columns of one name",
        lambda folder: _table(folder, [(*row, "x") for row in _rows()], ("text", "label", "text")),
        "2 columns named 'text'",
        refused=True,
    ),
    BadFiles("an empty file", lambda folder: (folder / "data.csv").touch(), "is empty", refused=True),
    BadFiles(
        "names of columns and no row", lambda folder: _table(folder, []), "none of 0 rows can be used", refused=True
    ),
    BadFiles(
        "a binary file",
        lambda folder: (folder / "data.csv").write_bytes(os.urandom(50_000)),
        "is a binary file|is not text",
        refused=True,
    ),
    BadFiles("a pipe", lambda folder: os.mkfifo(folder / "data.csv"), "is a pipe or a device", refused=True),
    BadFiles(
        "a gzip file that was cut off", _cut, "cannot be read: Compressed file ended", refused=True, path="data.csv.gz"
    ),
    BadFiles("an encrypted zip archive", _encrypted, "is encrypted", refused=True, path="data.zip"),
    BadFiles(
        "a zip archive that grows a thousandfold",
        _bomb,
        "as archives made to fill disks do",
        refused=True,
        path="data.zip",
        slow=True,
    ),
)
"""Everything that docs/bad-input.md tells of."""
