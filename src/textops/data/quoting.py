"""Whether the double quotes of a delimited file hold fields together, or are characters like any other."""

import csv
from collections import Counter
from collections.abc import Iterator

LOOKED_CHARACTERS = 1 << 26
"""So much of a file is looked at: stray quotes may be rare."""

STRAY_ROWS = 20
STRAY_ROWS_SHARE = 0.001
"""So many lines of another width are damage, and not fields that hold delimiters."""

QUOTED_SHARE = 0.5


def quotes_seem_text(lines: Iterator[str], delimiter: str, width: int) -> bool:
    """Tell whether double quotes may be ordinary characters.

    They may where some field begins with a quote that does not hold it together, where parting the lines at every
    delimiter gives rows of the right width all the same, and where no column is quoted as a rule.

    Args:
        lines: Of the file, of which the beginning is looked at.
        delimiter: Between fields.
        width: Fields of a row.
    """
    stray, loose, number = 0, 0, 0
    whole: Counter[int] = Counter()
    for number, line in enumerate(_first(lines), start=1):
        if line.count(delimiter) + 1 != width and line.strip():
            stray += 1
            # Most files with quotes are found out by their first lines.
            if stray > max(STRAY_ROWS, STRAY_ROWS_SHARE * number):
                return False
        elif '"' in line:
            for place, field in enumerate(line.rstrip("\r\n").split(delimiter)):
                if field.startswith('"'):
                    held = _is_held(field)
                    whole[place] += held
                    loose += not held
    as_a_rule = any(count >= QUOTED_SHARE * number for count in whole.values())
    return loose > 0 and stray <= STRAY_ROWS_SHARE * number and not as_a_rule


def quotes_hold(lines: Iterator[str], delimiter: str, width: int) -> bool:
    """Tell whether every quote is where it holds a field together, and every row then has the right width.

    Args:
        lines: Of the file, of which the beginning is looked at.
        delimiter: Between fields.
        width: Fields of a row.
    """
    reader = csv.reader(_first(lines), delimiter=delimiter, strict=True)
    try:
        return all(len(row) == width for row in reader if row)
    except csv.Error:
        return False


def _is_held(field: str) -> bool:
    """Tell whether a field that begins with a quote is held together by quotes."""
    return len(field) > 1 and field.endswith('"') and '"' not in field[1:-1].replace('""', "")


def _first(lines: Iterator[str]) -> Iterator[str]:
    """Give lines as long as not too much was looked at."""
    held = 0
    for line in lines:
        held += len(line)
        yield line
        if held > LOOKED_CHARACTERS:
            return
