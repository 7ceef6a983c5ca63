"""What phone and card numbers look like, among all the other numbers that people write.

Phone numbers have no common form, so there are shapes: a plus or 00 and 7 to 15 digits; a zero and 8 to 11 digits; the
groups that numbers are written in in North America (202 555 0143, 555-0143), Southern Europe and Poland (612 345 678),
East Asia (139 1234 5678), Brazil (11 91234-5678), India (98765 43210) and Australia (12 3456 7890); an area in
brackets; and ten or eleven digits in succession. Years, dates, times, scores, decimals and sums of money are none.

All patterns work on ASCII digits and begin where a group of digits begins.
"""

import re

GROUP = re.compile(r"[+\uff0b(\uff080-9][0-9]*")
"""A group of digits, with the sign before it where it has one."""

OPENERS = "+\uff0b(\uff08"

_DASHES = "\\-\u2010-\u2015\u2212\uff0d"
_BLANKS = " \t\u00a0\u2007\u2009\u202f\u3000"
_GAP = f"[{_BLANKS}{_DASHES}./]"
_GAP_OR_BRACKET = f"[{_BLANKS}{_DASHES}./()\uff08\uff09]"
_SOME_GAP_OR_BRACKET = _GAP_OR_BRACKET + "{0,3}"

REGION = re.compile(rf"[+\uff0b(\uff08]?[0-9](?:{_SOME_GAP_OR_BRACKET}[0-9]){{6,}}")
"""Where a number can be: seven digits or more, near to each other."""

_PLAIN_GAP = f"[{_BLANKS}{_DASHES}]"
_BLANK = f"[{_BLANKS}]"

_CURRENCY = (
    r"[$€£¥₹₽₩₺₴₪₫฿\uff05%]|(?:kr|Ft|zł|Kč|lei|\u0440\u0443\u0431|EUR|USD|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|HUF|CZK|RUB|KRW|"
    r"dollars?|euros?|pounds?|yen|rupees?|won)\b"
)
_SUM_BEFORE = r"(?<![$€£¥₹₽₩₺₴₪₫฿])(?<![$€£¥₹₽₩₺₴₪₫฿][ \u00a0])(?<!(?:EUR|USD|GBP|CHF|JPY|CNY|INR|Rs.)[ \u00a0])"
_EXTENSION = r"(?:[ ,]{0,2}(?:x|ext\.?|Ext\.?)[ ]?[0-9]{1,6})?"

_SHAPES = (
    rf"[+\uff0b]\(?[0-9](?:{_GAP_OR_BRACKET}{{0,3}}[0-9]){{6,14}}",
    rf"00{_GAP}?[1-9](?:{_GAP_OR_BRACKET}{{0,3}}[0-9]){{7,13}}",
    rf"0[1-9](?:{_GAP_OR_BRACKET}{{0,3}}[0-9]){{7,10}}",
    rf"[(\uff08]0[1-9][0-9]{{0,4}}[)\uff09](?:{_GAP}{{0,3}}[0-9]){{5,9}}",
    rf"[(\uff08](?!(?:19|20)[0-9][0-9][)\uff09])[0-9]{{2,5}}[)\uff09]{_GAP}{{0,2}}[0-9]{{3,5}}{_GAP}{{0,2}}[0-9]{{3,5}}",
    rf"(?:1{_GAP})?[0-9]{{3}}{_GAP}{{1,2}}[0-9]{{3}}{_GAP}{{1,2}}[0-9]{{4}}",
    rf"1{_GAP}{{0,2}}[(\uff08][0-9]{{3}}[)\uff09]{_GAP}{{0,2}}[0-9]{{3}}{_GAP}{{0,2}}[0-9]{{4}}",
    rf"[0-9]{{3}}{_PLAIN_GAP}[0-9]{{3}}{_PLAIN_GAP}[0-9]{{3}}",
    rf"[0-9]{{3}}{_PLAIN_GAP}[0-9]{{4}}{_PLAIN_GAP}[0-9]{{4}}",
    rf"[0-9]{{2}}{_PLAIN_GAP}[0-9]{{5}}{_PLAIN_GAP}[0-9]{{4}}",
    rf"[0-9]{{2}}{_BLANK}[0-9]{{4}}{_BLANK}[0-9]{{4}}",
    rf"[0-9]{{5}}{_BLANK}[0-9]{{5}}",
    r"[0-9]{10,11}",
    # Ranges are written like this, too, and mostly between round numbers.
    rf"(?<![{_DASHES}./])[2-9][0-9]{{2}}[{_DASHES}](?![0-9][05]00)[0-9]{{4}}(?![{_DASHES}])",
)
_NUMBER_ENDS = rf"{_EXTENSION}(?![0-9A-Za-z_]|{_BLANK}?(?:{_CURRENCY}))"
_PHONE = re.compile(rf"{_SUM_BEFORE}(?:{'|'.join(_SHAPES)}){_NUMBER_ENDS}")

_DAY_FIRST = r"[0-9]{1,2}([./-])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2})(?![0-9]|\1[0-9])"
_YEAR_FIRST = r"(?:19|20)[0-9]{2}([./-])[0-9]{1,2}\2[0-9]{1,2}(?![0-9])"
_THOUSANDS = rf"[0-9]{{1,2}}(?:{_BLANK}[0-9]{{3}}){{2,6}}(?!{_BLANK}?[0-9])"
_NO_NUMBER = re.compile(f"{_DAY_FIRST}|{_YEAR_FIRST}|{_THOUSANDS}")

_CARD_GROUPS = re.compile(rf"[2-9][0-9]{{3,18}}(?:{_PLAIN_GAP}{{1,3}}[0-9]{{1,7}}){{0,4}}")
_DIGITS = re.compile(r"[0-9]+")
_CARD_LENGTHS = frozenset(
    {
        *((length,) for length in range(13, 20)),
        *((4, 4, 4, last) for last in range(1, 5)),
        *((4, 4, 4, 4, last) for last in range(1, 4)),
        (4, 6, 4),
        (4, 6, 5),
    }
)
# Numbers of books, and times without separators.
_NO_CARD = re.compile(r"97[89][0-9]{10}$|20[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])[0-2][0-9][0-5][0-9]")
_LUHN_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def no_number_end(digits: str, start: int) -> int | None:
    """Return where a date or a large number ends that begins at `start`, None where there is none."""
    match = _NO_NUMBER.match(digits, start)
    return None if match is None else match.end()


def phone_end(digits: str, start: int) -> int | None:
    """Return where a phone number ends that begins at `start`, None where there is none."""
    match = _PHONE.match(digits, start)
    return None if match is None else match.end()


def card_end(digits: str, start: int) -> int | None:
    """Return where a card number ends that begins at `start`, None where there is none.

    A card number has one of the usual groupings and a last digit that fits the others.
    """
    match = _CARD_GROUPS.match(digits, start)
    if match is None:
        return None
    groups = [found.span() for found in _DIGITS.finditer(digits, start, match.end())]
    if digits[match.end() : match.end() + 1].isdigit():
        # The last group is longer than any of a card.
        groups.pop()
    while groups:
        end = groups[-1][1]
        lengths = tuple(stop - begin for begin, stop in groups)
        if lengths in _CARD_LENGTHS and is_card("".join(digits[begin:stop] for begin, stop in groups)):
            return end
        groups.pop()
    return None


def is_card(number: str) -> bool:
    """Tell whether digits can be the number of a card: their check digit fits (Luhn, ISO/IEC 7812)."""
    if _NO_CARD.match(number):
        return False
    values = [int(digit) for digit in reversed(number)]
    return (sum(values[::2]) + sum(_LUHN_DOUBLED[value] for value in values[1::2])) % 10 == 0
