"""Which encoding a file is in, and its text.

UTF-8 is strict: bytes that are UTF-8 by chance are rare, so what passes is UTF-8. What does not pass is
guessed and the guess is reported; an encoding the user names is never second-guessed. A file that is UTF-8 but for
a few bytes is UTF-8 with damage: guessing another encoding for all of it would spoil every other line.
"""

import codecs
import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import IO, cast

from textops.data.encoding_proof import Failure, first_failure, is_damaged_utf8
from textops.data.latin import latin_encoding
from textops.data.nearest import did_you_mean
from textops.errors import DataError

BLOCK_BYTES = 1 << 20
GUESS_BYTES = 1 << 17
"""A guess looks at so many bytes: more does not make it better, only slower."""

CONTROL_SHARE = 0.02
"""Text has nearly no control characters; a tenth of random bytes are."""

WIDE_SHARE = 0.01
READABLE_SHARE = 0.95

CONTROL_ALLOWED = 8

GZIP_MAGIC = b"\x1f\x8b"
TAR_MAGIC, TAR_MAGIC_PLACE = b"ustar", 257
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MAGICS = (
    (b"PK\x03\x04", "an Excel workbook or another office document"),
    (b"PAR1", "a Parquet file (data.read.format=parquet)"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"BZh91AY&SY", "compressed with bzip2 (unpack it, or use gzip)"),
    (b"\xfd7zXZ", "compressed with xz (unpack it, or use gzip)"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd (unpack it, or use gzip)"),
    (b"SQLite format 3", "an SQLite database (data.source=sql)"),
)
ADVICE = "try data.read.encoding=auto, or name the right one, for example cp1252, cp1251, shift_jis or gb18030"
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1a\x1b"))


@dataclass(frozen=True)
class Encoding:
    """An encoding and how it was found.

    Attributes:
        name: As Python calls it.
        found: By a `mark`, as `utf-8`, as `damaged` UTF-8, `configured`, or by a `guess`.
    """

    name: str
    found: str

    @property
    def errors(self) -> str:
        """What becomes of broken bytes: halves of surrogate pairs, which show the reader where they stood."""
        return "surrogateescape" if self.found == "damaged" else "strict"


@contextmanager
def opened(path: Path, name: str) -> Iterator[BufferedReader]:
    """Open a file for reading bytes, unpacking gzip by its content, whatever the path says.

    Args:
        path: The file.
        name: What to call it in messages.

    Raises:
        DataError: If it cannot be opened, or reading from it fails.
    """
    try:
        with path.open("rb") as file:
            if file.peek(2)[:2] == GZIP_MAGIC:
                with gzip.open(file) as unpacked:
                    yield cast("BufferedReader", unpacked)
            else:
                yield file
    except (OSError, EOFError, zlib.error) as error:
        reason = " ".join(str(getattr(error, "strerror", None) or error).split())
        raise DataError(f"{name} cannot be read: {reason}") from error


@contextmanager
def text_stream(path: Path, name: str, encoding: Encoding, newline: str = "") -> Iterator[IO[str]]:
    """Open a file for reading text with its line ends as they are; errors as `opened`.

    Args:
        path: The file.
        name: What to call it in messages.
        encoding: As `encoding_of_file` found it.
        newline: What ends a line; by default each of the three that are in use.

    Raises:
        DataError: Also if the bytes are no longer those that the encoding was proven on.
    """
    try:
        with opened(path, name) as file, TextIOWrapper(file, encoding.name, encoding.errors, newline) as text:
            yield text
    except UnicodeDecodeError as error:
        raise DataError(f"{name} changed while it was read: wait until it is written, and try again") from error


def encoding_of_file(path: Path, name: str, configured: Sequence[str]) -> Encoding:
    """Find the encoding of a file and prove it on every byte.

    Args:
        path: The file.
        name: What to call it in messages.
        configured: `("auto",)`, or encodings to try in turn.

    Raises:
        DataError: If the file is not text, damaged, or not in the configured encodings.
    """
    with opened(path, name) as file:

        def blocks() -> Iterator[bytes]:
            file.seek(0)
            return iter(lambda: file.read(BLOCK_BYTES), b"")

        return _proven(blocks, name, configured)


def decoded(content: bytes, name: str, configured: Sequence[str]) -> tuple[str, Encoding]:
    """Decode a small file that is held in memory whole; arguments and errors as `encoding_of_file`."""
    encoding = _proven(lambda: iter([content]), name, configured)
    return content.decode(encoding.name, encoding.errors), encoding


def _proven(blocks: Callable[[], Iterator[bytes]], name: str, configured: Sequence[str]) -> Encoding:
    """Return the first candidate that fits all bytes, or the guess if that does."""
    candidates = _candidates(next(blocks(), b""), name, configured)
    failure: Failure | None = None
    for candidate in candidates:
        failure = first_failure(blocks(), candidate.name)
        if failure is None:
            return candidate
    if _is_auto(configured):
        if candidates[0].name in {"utf-8", "utf-8-sig"} and is_damaged_utf8(blocks()):
            return Encoding(candidates[0].name, "damaged")
        guess = guessed(blocks(), name)
        failure = first_failure(blocks(), guess.name)
        if failure is None:
            return guess
        candidates = [guess]
    tried = " or ".join(candidate.name for candidate in candidates)
    raise DataError(f"{name} is not in {tried}: {failure}; {ADVICE}")


def guessed(blocks: Iterable[bytes], name: str) -> Encoding:
    """Guess the encoding of bytes that are not UTF-8.

    Raises:
        DataError: If nothing fits.
    """
    sample = _sample(blocks)
    latin = latin_encoding(sample)
    if latin is not None:
        return Encoding(latin, "guess")
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    if best is None:
        raise DataError(f"{name} is not text in any known encoding: name it with data.read.encoding, or check the file")
    return Encoding(best.encoding, "guess")


def _is_auto(configured: Sequence[str]) -> bool:
    return tuple(name.lower() for name in configured) in {("auto",), ()}


def _candidates(head: bytes, name: str, configured: Sequence[str]) -> list[Encoding]:
    """Return the encodings to try in turn; refuse what is not text."""
    for magic, what in MAGICS:
        if head.startswith(magic):
            raise DataError(f"{name} is not text but {what}: export it as CSV in UTF-8")
    if head[TAR_MAGIC_PLACE:].startswith(TAR_MAGIC):
        raise DataError(f"{name} is a tar archive: unpack it, and give the folder")
    if not _is_auto(configured):
        return [Encoding(_known_encoding(each), "configured") for each in configured]
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return [Encoding(encoding, "mark")]
    wide = _wide_encoding(head)
    if wide is not None:
        return [Encoding(wide, "guess")]
    if len(head) - len(head.translate(None, _CONTROL)) > max(CONTROL_ALLOWED, CONTROL_SHARE * len(head)):
        raise DataError(f"{name} is a binary file, not text: check the path, or name its encoding (data.read.encoding)")
    return [Encoding("utf-8", "utf-8")]


def _known_encoding(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        # Some codecs turn text into text, or bytes into bytes.
        with suppress(UnicodeError):
            b"a".decode(name)
    except (LookupError, ValueError):
        from encodings.aliases import aliases

        known = {*aliases.values(), *aliases}
        meant = did_you_mean(encoding, known) or "; examples are utf-8, cp1252, cp1251, shift_jis, gb18030"
        raise DataError(f"data.read.encoding: Python knows no encoding {encoding!r}{meant}") from None
    # The mark of UTF-8 would otherwise become a part of the first column's name.
    return "utf-8-sig" if name == "utf-8" else name


def _wide_encoding(head: bytes) -> str | None:
    """Recognise UTF-16 without a mark: its spaces and line ends put zeros at every other place only."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < WIDE_SHARE * len(head) or min(even, odd) > WIDE_SHARE * max(even, odd):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = head.decode(encoding, errors="replace")
    readable = sum(character.isprintable() or character.isspace() for character in text)
    return encoding if readable > READABLE_SHARE * len(text) else None


def _sample(blocks: Iterable[bytes]) -> bytes:
    """Collect lines with bytes beyond ASCII: only these tell encodings apart."""
    lines: list[bytes] = []
    held = 0
    rest = b""
    for block in blocks:
        # Cut between lines: the half of a character would make every guess wrong.
        *whole, rest = (rest + block).split(b"\n")
        telling = [line for line in whole if not line.isascii()]
        lines += telling
        held += sum(map(len, telling))
        if held > GUESS_BYTES:
            return b"\n".join(lines)
    return b"\n".join([*lines, rest])
