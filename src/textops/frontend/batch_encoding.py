"""Which encoding the bytes of a file are in."""

import codecs
import io
from dataclasses import dataclass
from typing import Literal

from textops.frontend.batch_table import FileRefusedError

ENCODINGS = (
    "utf-8",
    "utf-16",
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "iso-8859-15",
    "koi8-r",
    "shift_jis",
    "euc_jp",
    "gb18030",
    "big5",
    "euc_kr",
)
"""Those to choose from."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BLOCK_BYTES = 1 << 20
_HEAD_BYTES = 1 << 16
# Text has nearly no control characters; a tenth of random bytes are.
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1a\x1b\x01\x1f"))
_CONTROL_SHARE = 0.05
_CONTROL_ALLOWED = 64
_LETTERS = frozenset(range(0x20, 0x7F))
# Every other byte of UTF-16 is zero at spaces and line ends at least.
_WIDE_SHARE = 0.05


@dataclass(frozen=True)
class Encoding:
    """An encoding, and how it was found.

    Attributes:
        name: Of Python.
        found: `chosen` by a person, told by a `mark`, `proven` on every byte, proven but for some `broken` lines, or a
            `guess`.
    """

    name: str
    found: Literal["chosen", "mark", "proven", "broken", "guess"]

    @property
    def may_fail(self) -> bool:
        """Whether there may be bytes that it has no characters for."""
        return self.found != "proven"

    @property
    def errors(self) -> str:
        """What becomes of bytes that it has no characters for: marks that can be found again, where it has such."""
        return "replace" if self.name.startswith(("utf-16", "utf-32")) else "surrogateescape"

    @property
    def codec(self) -> str:
        """Name that also takes a byte order mark away."""
        return "utf-8-sig" if self.name == "utf-8" else self.name


def found_encoding(content: bytes) -> Encoding:
    """Find the encoding of a text.

    Raises:
        FileRefusedError: If it is no text.
    """
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    if marked is not None:
        return Encoding(marked, "mark")
    head = content[:_HEAD_BYTES]
    wide = _wide(head)
    if wide is not None:
        return Encoding(wide, "guess")
    controls = len(head) - len(head.translate(None, _CONTROL))
    if controls > max(_CONTROL_ALLOWED, _CONTROL_SHARE * len(head)):
        raise FileRefusedError("This is neither text nor Parquet: take a CSV, TSV, JSON lines or Parquet file.")
    if _is_utf8(content):
        return Encoding("utf-8", "proven")
    return _guessed(content)


def _wide(head: bytes) -> str | None:
    """Recognise UTF-16 without a mark."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < _WIDE_SHARE * len(head) or min(even, odd) > max(even, odd) / 100:
        return None
    pairs = zip(head[0::2], head[1::2], strict=False)
    if sum(first in _LETTERS and second in _LETTERS for first, second in pairs) > len(head) / 4:
        # Text of one byte a character, with some zeros in it.
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_utf8(content: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(content)
    try:
        for start in range(0, len(view), _BLOCK_BYTES):
            decoder.decode(view[start : start + _BLOCK_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _guessed(content: bytes) -> Encoding:
    """Tell UTF-8 with some broken lines from an older encoding: bytes are UTF-8 by chance hardly ever."""
    good = bad = 0
    for line in io.BytesIO(content):
        if line.isascii():
            continue
        if _is_utf8(line):
            good += 1
        else:
            bad += 1
    return Encoding("utf-8", "broken") if good > bad else Encoding("cp1252", "guess")
