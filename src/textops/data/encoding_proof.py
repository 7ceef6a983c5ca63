"""Whether bytes are in an encoding, and where they are not."""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

DAMAGE_SHARE = 0.25
"""UTF-8 with fewer broken bytes than this share of its characters beyond ASCII is damaged; more, and it is none."""

_BROKEN_BYTES = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True)
class Failure:
    """The first byte that is not in an encoding.

    Attributes:
        offset: Where it stands in the file.
        line: In which line, from 1.
        byte: Its value.
    """

    offset: int
    line: int
    byte: int

    def __str__(self) -> str:
        return f"byte 0x{self.byte:02x} at offset {self.offset} (line {self.line})"


def first_failure(blocks: Iterable[bytes], encoding: str) -> Failure | None:
    """Return the first byte that is not in an encoding; None where all are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    before, line, held = 0, 1, b""
    for block in blocks:
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            start = before - len(held) + error.start
            return Failure(start, line + error.object[: error.start].count(b"\n"), error.object[error.start])
        except UnicodeError:
            # Some decoders do not say where, UTF-16 without a mark for instance: it is the beginning.
            return Failure(before, line, block[0])
        held = decoder.getstate()[0]
        before += len(block)
        line += block.count(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return Failure(before - len(held) + error.start, line, error.object[error.start])
    return None


def is_damaged_utf8(blocks: Iterable[bytes]) -> bool:
    """Tell whether bytes are UTF-8 but for some; in other encodings hardly a character is UTF-8 by chance."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    beyond = broken = 0
    for block in chain(blocks, [b""]):
        text = decoder.decode(block, final=not block)
        beyond += len(text) - len(text.encode("ascii", "ignore"))
        broken += len(_BROKEN_BYTES.findall(text)) if not text.isascii() else 0
    return broken < DAMAGE_SHARE * (beyond - broken)
