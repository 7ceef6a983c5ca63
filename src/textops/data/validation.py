"""From records to labelled texts: what is missing is dropped and listed, what is wrong is refused."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import blake2b, sha256
from itertools import islice

from textops.data.configuration import SourceConfiguration
from textops.data.labels import LabelReader
from textops.data.records import BrokenRecord, Record, Tally
from textops.data.row_log import RowLog
from textops.data.timestamps import parsed_timestamp
from textops.errors import DataError

ID_CHARACTERS = 20
"""80 bits: among a billion texts, two with the same id are less likely than a broken disk."""

BROKEN = "broken row: "
BROKEN_SHARE = 0.1
"""More broken rows than this, and the file is being read the wrong way."""

BROKEN_ALLOWED = 3
"""So many broken rows pass however short the file is."""

MOST_OTHERS = 200
"""So many columns beside text and label are kept for the audit; tables of 10,000 would fill the memory."""

NOT_A_TEXT = "holds a list or an object, not a text"

INVISIBLE = "\x00\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class LabelledText:
    """A row that can be learned from.

    Attributes:
        id: From `id_column`, else a hash of the content.
        position: Salted hash of the id: where the example stands in the split.
        text: As the model will see it.
        raw: Before `remove_patterns`.
        label: Class name; where a text has several, the name of the set (`textops.label_sets`).
        timestamp: In UTC.
        file: Relative path of its file.
        place: File and line, for messages.
        others: The remaining columns, for the audit.
        source: What `source_column` says; empty without one.
    """

    id: str
    position: int
    text: str
    raw: str
    label: str
    timestamp: datetime | None
    file: str
    place: str
    others: dict[str, str]
    source: str = ""


@dataclass
class Validated:
    """The rows that passed, and what became of the others.

    Attributes:
        rows: Labelled texts in reading order, where somebody looks at them: never all of very many.
        read: Rows read.
        dropped: Reason -> tally.
        noted: What was seen but not dropped -> tally.
        log: Receives every row that is left out or odd, where somebody wants to know.
    """

    rows: list[LabelledText] = field(default_factory=list)
    read: int = 0
    dropped: dict[str, Tally] = field(default_factory=dict)
    noted: dict[str, Tally] = field(default_factory=dict)
    log: RowLog | None = None

    def drop(self, reason: str, place: str) -> None:
        """Count a row that is left out."""
        self.dropped.setdefault(reason, Tally()).add(place)
        self.list_left_out(reason, place)

    def list_left_out(self, reason: str, place: str) -> None:
        """Write down a row that is left out and counted elsewhere."""
        if self.log is not None:
            self.log.add("left out", reason, place)

    def note(self, what: str, place: str) -> None:
        """Count a row that is kept although something about it is odd."""
        self.noted.setdefault(what, Tally()).add(place)
        if self.log is not None:
            self.log.add("noted", what, place)


def position_of(identity: str, salt: str) -> int:
    """Return where an example stands: 64 bits that look random but are the same in every run."""
    return int.from_bytes(blake2b(identity.encode(), digest_size=8, key=_key_of(salt)).digest(), "big")


@cache
def _key_of(salt: str) -> bytes:
    return sha256(salt.encode()).digest()


def normalised(text: str) -> str:
    """Clean a text without changing its words.

    Line ends become newlines, halves of surrogate pairs (which no file can hold) become U+FFFD, and white
    space and invisible characters at both ends are removed.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = _LONE_SURROGATE.sub("\ufffd", text)
    stripped = text.strip().strip(INVISIBLE)
    return stripped if stripped == text else normalised(stripped)


def labelled_texts(
    records: Iterable[Record | BrokenRecord],
    configuration: SourceConfiguration,
    labels: LabelReader,
    result: Validated,
) -> Iterator[LabelledText]:
    """Turn records into labelled texts, one by one.

    Args:
        records: As read.
        configuration: Says what is text, label, id and time.
        labels: Finds the class of a record.
        result: Receives what became of the records.

    Yields:
        The rows that passed.

    Raises:
        DataError: If a label is unknown, or too many rows are broken.
    """
    patterns = [re.compile(pattern) for pattern in configuration.remove_patterns]
    for record in records:
        result.read += 1
        try:
            row = _labelled_text(record, configuration, labels, patterns, result)
        except _Dropped as reason:
            result.drop(str(reason), record.place)
            continue
        yield row
    _require_mostly_whole(result)


class _Dropped(Exception):  # noqa: N818 - no error: a row that is left out, with the reason
    pass


def _labelled_text(
    record: Record | BrokenRecord,
    configuration: SourceConfiguration,
    labels: LabelReader,
    patterns: Sequence[re.Pattern[str]],
    result: Validated,
) -> LabelledText:
    if isinstance(record, BrokenRecord):
        raise _Dropped(f"{BROKEN}{record.reason}")
    raw = _raw_text(record, configuration.text_columns, result)
    label = _label(record, labels)
    text = _without_patterns(raw, patterns)
    timestamp = _timestamp(record, configuration, result)
    identity = _identity(record, configuration, raw)
    used = {*configuration.text_columns, configuration.label_column, configuration.id_column}
    unused = ((column, value) for column, value in record.fields.items() if column not in used)
    return LabelledText(
        id=identity,
        position=position_of(identity, configuration.split.salt),
        text=text,
        raw=raw,
        label=label,
        timestamp=timestamp,
        file=record.file.relative,
        place=record.place,
        others=dict(islice(unused, MOST_OTHERS)),
        source=normalised(record.fields.get(configuration.source_column or "", "")),
    )


def _raw_text(record: Record, columns: Sequence[str], result: Validated) -> str:
    for column in columns:
        if column in record.nested:
            raise _Dropped(f"{BROKEN}column {column!r} {NOT_A_TEXT}")
    parts = [normalised(record.fields.get(column, "")) for column in columns]
    present = [part for part in parts if part]
    if not present:
        raise _Dropped("the text is missing or blank")
    for column, part in zip(columns, parts, strict=True):
        if not part:
            result.note(f"column {column!r} is blank", record.place)
    return "\n".join(present)


def _label(record: Record, labels: LabelReader) -> str:
    raw = labels.raw_label(record)
    if not raw:
        raise _Dropped("the label is missing")
    label = labels.label_of(raw, record.place)
    if label is None:
        raise _Dropped("the label is in ignore_labels")
    return label


def _without_patterns(raw: str, patterns: Sequence[re.Pattern[str]]) -> str:
    if not patterns:
        return raw
    text = raw
    for pattern in patterns:
        text = pattern.sub("", text)
    text = normalised(text)
    if not text:
        raise _Dropped("remove_patterns left no text")
    return text


def _timestamp(record: Record, configuration: SourceConfiguration, result: Validated) -> datetime | None:
    if configuration.timestamp_column is None:
        return None
    written = record.fields.get(configuration.timestamp_column, "")
    timestamp = parsed_timestamp(written, configuration.timestamp_format)
    if timestamp is None:
        what = "the time is missing or cannot be read, see data.timestamp_format"
        if configuration.split.rule == "time":
            raise _Dropped(what)
        result.note(what, record.place)
    return timestamp


def _identity(record: Record, configuration: SourceConfiguration, raw: str) -> str:
    if configuration.id_column is None:
        return sha256(raw.encode()).hexdigest()[:ID_CHARACTERS]
    identity = normalised(record.fields.get(configuration.id_column, ""))
    if not identity:
        raise _Dropped("the id is missing")
    return identity


def _require_mostly_whole(result: Validated) -> None:
    broken = {reason: tally for reason, tally in result.dropped.items() if reason.startswith(BROKEN)}
    count = sum(tally.count for tally in broken.values())
    if count > max(BROKEN_ALLOWED, BROKEN_SHARE * result.read):
        reason, tally = max(broken.items(), key=lambda item: item[1].count)
        raise DataError(
            f"{count} of {result.read} rows are broken, the first at {tally.places[0]} "
            f"({reason.removeprefix(BROKEN)}): {_advice(reason)}"
        )


def _advice(reason: str) -> str:
    if reason.endswith(NOT_A_TEXT):
        return "give another column, or make a text of it first"
    if "JSON" in reason:
        return "check the file and data.read.format"
    return "check data.read.delimiter and data.read.quoting"
