"""Files as nobody should write them, and what must hold when they are read: `invoke fuzz` and the tests ask for it."""

import base64
import gzip
import io
import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st
from pyarrow import parquet

from textops.data.configuration import read_configuration
from textops.data.labels import LabelReader
from textops.data.locations import located
from textops.data.reading import read_records
from textops.data.records import ReadingNotes, Record
from textops.data.row_log import row_log
from textops.data.validation import Validated, labelled_texts
from textops.errors import TextopsError

NEEDED = ("text", "label", "day")
_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "cp1251", "shift_jis", "gb18030")
_TABLE = (
    *(
        "text",
        "label",
        "day",
        "column_1",
        "a",
        "b",
        "1",
        "-",
        "2024-01-01",
        "1/2/24",
        "99999999999",
        "é",
        "Ж",
        "漢",
        "🙂",
    ),
    *(",", ",", ";", "\t", "|", "\n", "\n", "\r\n", "\r", '"', '"', '""', '","', "\\", "'", " ", "\0", "\x1a", "\x85"),
    *("\u2028", "\ufeff", "\ufdd0", "\ufffd", "&amp;", "&#0;", "&#xD800;", "Ã©", "â€™", "x" * 200),
)
_JSON = (
    *(
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\n",
        "\n",
        '"',
        '"text"',
        '"label"',
        '"day"',
        '"a"',
        '{"text": "a", "label": "b"}',
    ),
    *("1", "-0", "1e999", "NaN", "Infinity", "null", "true", "9" * 5000, '"\\ud800"', '"\\u0000"', '"é"', "\r", "\0"),
    *('{"text": ["a"], "label": {"b": 1}, "day": 3}', "[" * 2000, "// no", " "),
)
_RARELY = 24
_SUFFIXES = ("csv", "csv", "tsv", "jsonl", "jsonl", "json", "txt", "parquet")
_WRAPS = ("", "", "", "", "", "", "gz", "zip")
_READ: dict[str, Sequence[Any]] = {
    "format": ["csv", "tsv", "jsonl", "json", "parquet", "text"],
    "delimiter": ["tab", ";", "x", "é", "::"],
    "quoting": [True, False],
    "encoding": ["utf-8", "cp1252", "utf-16", "utf-7", "idna", "rot13", "nonsense", ["utf-8", "latin-1"]],
    "header": [True, False],
    "column_names": [["text", "label", "day"], ["text", "text"]],
    "rename": [{"a": "text", "b": "label"}, {"text": "label"}],
    "repair": [["entities"], ["mojibake", "entities"]],
}
_OTHERS: dict[str, Sequence[Any]] = {
    "label_names": [{"a": "A", "b": "B"}],
    "ignore_labels": [["1"]],
    "timestamp_format": ["%d/%m/%y", "%Q", ["%Y", "auto"]],
    "id_column": ["day"],
    "remove_patterns": [["a+"]],
    "source_column": ["day"],
}


@dataclass(frozen=True)
class Attempt:
    """A file, and how it is read.

    Attributes:
        name: Of the file; its suffix says the format.
        content: Of the file, in Base64 so that it can be kept as JSON.
        read: Settings below data.read.
        others: Settings below data.
    """

    name: str
    content: str
    read: dict[str, Any] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)

    def keep(self, folder: Path) -> Path:
        """Write it down for the tests."""
        folder.mkdir(parents=True, exist_ok=True)
        document = json.dumps(asdict(self), indent=2) + "\n"
        path = folder / f"{sha256(document.encode()).hexdigest()[:16]}.json"
        path.write_text(document, encoding="utf-8")
        return path

    @classmethod
    def kept(cls, path: Path) -> "Attempt":
        """Read one that was kept."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


def read_whole(attempt: Attempt) -> int:
    """Read a file as `prepare` does, up to the rows that can be learned from.

    Returns:
        How many rows came out; none where the file was refused.

    Raises:
        AssertionError: If a refusal is more than a line, or a row holds what no text can hold.
        Exception: Whatever else the readers raise: each is a mistake in them.
    """
    with tempfile.TemporaryDirectory(prefix="textops-fuzz-") as folder:
        path = Path(folder) / attempt.name
        path.write_bytes(base64.b64decode(attempt.content))
        try:
            return _read(path, attempt)
        except TextopsError as error:
            if not str(error).strip() or set("\n\r") & set(str(error)):
                raise AssertionError(f"not one line: {error!s:.300}") from error
            return 0


def _read(path: Path, attempt: Attempt) -> int:
    mapping = {"paths": str(path), "text_columns": "text", "label_column": "label", "timestamp_column": "day"}
    configuration = read_configuration({**mapping, "read": attempt.read, **attempt.others})
    with row_log() as log, located(configuration.paths, configuration.read.format) as files:
        notes = ReadingNotes(log=log)
        records = list(read_records(files, configuration.read, NEEDED, notes))
        for record in records:
            assert record.line > 0  # noqa: S101
            for value in [record.fields.get(column, "") for column in NEEDED] if isinstance(record, Record) else []:
                value.encode()
                assert "\0" not in value  # noqa: S101
        rows = list(labelled_texts(records, configuration, LabelReader(configuration), Validated(log=log)))
        log.close()
        for row in rows:
            row.text.encode()
        return len(rows)


def attempts() -> st.SearchStrategy[Attempt]:
    """Return what gives files of every format, whole and damaged, with settings that fit and that do not.

    Every choice is a byte: drawing each one by itself takes Hypothesis longer than reading the file.
    """
    content = st.one_of(
        st.binary(max_size=200),
        _text_of(_TABLE),
        _rows(),
        _rows(),
        _text_of(_JSON),
        st.binary(max_size=16).map(_packed_table),
    )
    return st.builds(
        _attempt, content, st.binary(max_size=8), st.binary(min_size=3, max_size=3), st.binary(max_size=14)
    )


def _attempt(content: bytes, damage: bytes, form: bytes, choices: bytes) -> Attempt:
    suffix = "parquet" if content.startswith(b"PAR1") else _SUFFIXES[form[0] % len(_SUFFIXES)]
    wrap = _WRAPS[form[1] % len(_WRAPS)]
    # Half of them are whole: behind a damaged header nothing else is reached.
    inner, outer = (damage, b"") if form[2] % 4 == 0 else (b"", damage if form[2] % 4 == 1 else b"")
    content = _damaged(content, inner)
    name = f"a.{suffix}"
    if wrap == "gz":
        name, content = f"{name}.gz", gzip.compress(content, 1, mtime=0)
    elif wrap == "zip":
        name, content = "a.zip", _zipped(suffix, content)
    read = _chosen(_READ, choices[: len(_READ)])
    others = _chosen(_OTHERS, choices[len(_READ) :])
    return Attempt(name, base64.b64encode(_damaged(content, outer)).decode(), read, others)


def _chosen(options: Mapping[str, Sequence[Any]], choices: bytes) -> dict[str, Any]:
    """Choose a value for each setting that has one; most keep their defaults."""
    return {
        name: values[byte % _RARELY - 1]
        for (name, values), byte in zip(options.items(), choices, strict=False)
        if 0 < byte % _RARELY <= len(values)
    }


def _text_of(tokens: Sequence[str]) -> st.SearchStrategy[bytes]:
    return st.builds(
        lambda chosen, encoding: _encoded("".join(tokens[byte % len(tokens)] for byte in chosen), encoding),
        st.binary(max_size=60),
        st.integers(0, 4 * len(_ENCODINGS)),
    )


def _rows() -> st.SearchStrategy[bytes]:
    """Return what gives a table with a header, whose rows are mostly as they should be."""

    def made(chosen: bytes, encoding: int) -> bytes:
        parts = ["text", ",", "label", ",", "day"]
        for number, byte in enumerate(chosen):
            if number % 3 == 0:
                parts.append("\n")
            parts.append(_TABLE[byte % len(_TABLE)])
            parts.append("," if number % 3 != 2 else "")  # noqa: PLR2004 - the last of three
        return _encoded("".join(parts), encoding)

    return st.builds(made, st.binary(max_size=60), st.integers(0, 4 * len(_ENCODINGS)))


def _encoded(text: str, choice: int) -> bytes:
    if choice >= len(_ENCODINGS):
        return text.encode("utf-8", "surrogatepass")
    return text.encode(_ENCODINGS[choice], "replace")


def _damaged(content: bytes, damage: bytes) -> bytes:
    """Change a byte for each three of `damage`, and cut the end off for what is left."""
    changed = bytearray(content)
    for start in range(0, len(damage) - 2, 3):
        if changed:
            changed[int.from_bytes(damage[start : start + 2]) % len(changed)] = damage[start + 2]
    rest = damage[len(damage) - len(damage) % 3 :]
    return bytes(changed[: len(changed) * rest[0] // 256] if rest else changed)


def _packed_table(choices: bytes) -> bytes:
    kinds: list[list[Any]] = [
        ["a", "b", "", "\0", "é" * 9, None],
        [0, -1, 2**50, 1.5, float("nan"), None],
        [[], ["a"], [None], None],
        [b"\xff\xfe", b"a", None],
        [{"a": 1}, None],
    ]
    rows = len(choices) // 3
    columns = {}
    for place, name in enumerate(NEEDED):
        values = kinds[choices[place] % len(kinds) if rows else 0]
        columns[name] = pa.array([values[byte % len(values)] for byte in choices[place::3][:rows]])
    stream = io.BytesIO()
    parquet.write_table(pa.table(columns), stream)
    return stream.getvalue()


def _zipped(suffix: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("deep/a", "b"):
            archive.writestr(zipfile.ZipInfo(f"{name}.{suffix}"), content)
    return stream.getvalue()
