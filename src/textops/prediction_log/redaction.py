"""Taking out of texts what names a person: mail addresses, phone and card numbers, and names behind a title.

Each text goes through a check first that takes two microseconds and says of most that they hold nothing of the kind.
All patterns are bounded, so that the time grows with the length of a text and with nothing else.
"""

import re

from textops.prediction_log.mail_addresses import redact_mail_addresses
from textops.prediction_log.names import redact_names
from textops.prediction_log.number_shapes import GROUP, OPENERS, REGION, card_end, no_number_end, phone_end

MAIL_MARK = "[mail]"
PHONE_MARK = "[phone]"
CARD_MARK = "[card]"
NAME_MARK = "[name]"

# First bytes, in UTF-8, of characters among which are digits: scripts of their own, full width, mathematics.
_LEADS_OF_DIGITS = bytes([0xD9, 0xDB, 0xDF, 0xE0, 0xE1, 0xEA, 0xEF, 0xF0])
_DIGIT = b"0"
_FEWEST_DIGITS = 7
_RUN = _DIGIT * _FEWEST_DIGITS
_AS_DIGITS = bytes(_DIGIT[0] if code in b"0123456789" + _LEADS_OF_DIGITS else ord("x") for code in range(256))
# What may stand between the digits of a number; of other characters than ASCII, all bytes but those above.
_BETWEEN = bytes(
    code
    for code in range(256)
    if chr(code) in " .-/()\t" or (code >= 0x80 and code not in _LEADS_OF_DIGITS)  # noqa: PLR2004
)

_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_INSIDE = re.compile(r"[A-Za-z_]$|[0-9][.,]$")


def redact(text: str, encoded: bytes | None = None, *, names: bool = False) -> str:
    """Return a text with marks in the place of what names a person; the same object where there is nothing.

    Args:
        text: Any text without lone surrogates.
        encoded: The text in UTF-8, where the caller has it already.
        names: Whether names behind a title are taken out too.
    """
    if "@" in text or "\uff20" in text:
        text, encoded = redact_mail_addresses(text, MAIL_MARK), None
    if names:
        # Before the numbers, whose neighbours matter.
        text, encoded = redact_names(text, NAME_MARK), None
    if may_hold_numbers(text.encode() if encoded is None else encoded):
        text = _redact_numbers(text)
    return text


def may_hold_numbers(encoded: bytes) -> bool:
    """Tell whether a text in UTF-8 can hold a phone or card number: seven digits with only separators between."""
    return _RUN in encoded.translate(_AS_DIGITS, _BETWEEN)


def _redact_numbers(text: str) -> str:
    """Look at each group of digits, from left to right, whether a number begins there."""
    digits = _in_ascii(text)
    parts: list[str] = []
    # Up to where the text is done; up to where there is no number, behind a date or a sum.
    end = passed = 0
    groups = (group.start() for region in REGION.finditer(digits) for group in GROUP.finditer(digits, *region.span()))
    for start in groups:
        if start < max(end, passed) or not _may_begin(digits, start, end):
            continue
        if other := no_number_end(digits, start):
            passed = other
            continue
        found = _number_at(digits, start)
        if found is not None:
            begin, stop, mark = found
            parts += (text[end:begin], mark)
            end = stop
    return "".join((*parts, text[end:])) if parts else text


def _in_ascii(text: str) -> str:
    """Return a text with the digits of all scripts as ASCII, each in its place."""
    return text if text.isascii() else _OTHER_DIGIT.sub(lambda digit: str(int(digit[0])), text)


def _may_begin(digits: str, start: int, end: int) -> bool:
    """Tell whether a number may begin here: not in a word, not behind a decimal point.

    Args:
        digits: The text.
        start: Where a group of digits begins.
        end: Where the last number ended: it is no neighbour any more.
    """
    return _INSIDE.search(digits[max(end, start - 2) : start]) is None


def _number_at(digits: str, start: int) -> tuple[int, int, str] | None:
    """Return where the number begins and ends that a group of digits begins, and its mark."""
    begins = (start, start + 1) if digits[start] in OPENERS else (start,)
    for begin in begins:
        if end := card_end(digits, begin):
            return begin, end, CARD_MARK
        if end := phone_end(digits, begin):
            return begin, end, PHONE_MARK
    return None
