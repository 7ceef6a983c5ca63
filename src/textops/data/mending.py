"""Values as they should have been: what no text can hold is replaced, and old damage repaired where it is asked for."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from textops.data.configuration import ReadConfiguration, Repair
from textops.data.records import ReadingNotes, Record
from textops.errors import ConfigurationError

UNDECODABLE = "bytes or characters that no text can hold were replaced by U+FFFD"
NUL = "NUL characters were removed"
REPAIRED: dict[Repair, str] = {
    "entities": "HTML entities were replaced by their characters",
    "mojibake": "text decoded in the wrong encoding was repaired",
}
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

Mend = Callable[[str], str]


class Mender:
    """Mends the values of records, and notes each row in which there was something to mend."""

    def __init__(self, read: ReadConfiguration, columns: Sequence[str], notes: ReadingNotes) -> None:
        """Prepare the repairs that are asked for.

        Args:
            read: Says which.
            columns: Those that are repaired; none: all of a record. What cannot be written is replaced in each.
            notes: Receives what was done.

        Raises:
            ConfigurationError: If a repair needs a package that is not installed.
        """
        self._columns = tuple(dict.fromkeys(columns))
        self._notes = notes
        self._repairs = tuple((REPAIRED[name], _repair(name)) for name in dict.fromkeys(read.repair))

    def mended(self, record: Record) -> Record:
        """Return the record with values that can be used."""
        if not self._repairs and self._is_plain(record):
            return record
        done: dict[str, None] = {}
        fields = {column: _kept(value, done) for column, value in record.fields.items()}
        for column in self._columns or record.fields:
            if column in fields:
                fields[column] = self._mend(fields[column], done)
        for what in done:
            self._notes.note_repair(what, record.place)
        return replace(record, fields=fields) if done else record

    def _is_plain(self, record: Record) -> bool:
        """Tell at once of most records that nothing is to be mended."""
        fields = record.fields
        return all(map(str.isascii, fields.values())) and not any(
            "\0" in fields.get(column, "") for column in self._columns or fields
        )

    def _mend(self, value: str, done: dict[str, None]) -> str:
        for what, mend in ((NUL, _without_nul), *self._repairs):
            before, value = value, mend(value)
            if value != before:
                done[what] = None
        return value


def without_surrogates(text: str) -> str:
    """Return a text that can be written as UTF-8."""
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)


def _kept(value: str, done: dict[str, None]) -> str:
    new = without_surrogates(value)
    if new != value:
        done[UNDECODABLE] = None
    return new


def _without_nul(value: str) -> str:
    return value.replace("\0", "")


def _repair(name: Repair) -> Mend:
    try:
        import ftfy
        from ftfy import fixes
    except ImportError:
        raise ConfigurationError(
            f"data.read.repair={name} needs the package ftfy: pip install 'textops[train]', or pip install ftfy"
        ) from None
    if name == "entities":
        # Twice: what was stored in a page and then in a database is often escaped as often.
        return lambda value: fixes.unescape_html(fixes.unescape_html(value))
    mend: Mend = ftfy.fix_encoding
    return mend
