"""Values as they should have been: what no text can hold is replaced, and old damage repaired where it is asked for."""

import re
from collections.abc import Callable, Iterable, Sequence
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
            columns: Those whose values are mended; none: all of a record.
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
        changed: dict[str, str] = {}
        done: dict[str, None] = {}
        for column in self._columns or record.fields:
            value = record.fields.get(column, "")
            new = self._mend(value, done)
            if new != value:
                changed[column] = new
        for what in done:
            self._notes.note_repair(what, record.place)
        return replace(record, fields={**record.fields, **changed}) if changed else record

    def _is_plain(self, record: Record) -> bool:
        """Tell at once of most records that nothing is to be mended."""
        for column in self._columns or record.fields:
            value = record.fields.get(column, "")
            if not value.isascii() or "\0" in value:
                return False
        return True

    def _mend(self, value: str, done: dict[str, None]) -> str:
        for what, mend in (*_ALWAYS, *self._repairs):
            before, value = value, mend(value)
            if value != before:
                done[what] = None
        return value


def _without_surrogates(value: str) -> str:
    return _LONE_SURROGATE.sub("\ufffd", value)


def _without_nul(value: str) -> str:
    return value.replace("\0", "")


_ALWAYS: Iterable[tuple[str, Mend]] = ((UNDECODABLE, _without_surrogates), (NUL, _without_nul))


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
