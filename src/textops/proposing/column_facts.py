"""What the values of a column look like."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import log

from textops.data.timestamps import parsed_timestamp
from textops.proposing.several_labels import SeveralFound, several_labels
from textops.proposing.table import Table

VALUES_LOOKED_AT = 1000
"""Of a column, for what takes long to find out."""

# In scripts without spaces each character counts as a word.
_WORDS = re.compile(r"[\u0e00-\u0e7f]{3}|[\u3040-\u30ff\u3400-\u9fff]|[^\W\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]+")
_SLASHED = ("%d/%m/%Y", "%m/%d/%Y", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S")


@dataclass(frozen=True)
class ColumnFacts:
    """Facts about a column.

    Attributes:
        name: Of the column.
        filled: Share of the rows that have a value.
        counts: Value -> how often; blank ones are no values.
        words: Mean words of a value.
        characters: Mean characters of a value.
        numbers: Share of the values that are numbers.
        times: Share of the values that are dates or times.
        time_formats: Formats that all values fit, where `auto` reads none of them.
        several: The labels, if each row seems to have any number of them.
    """

    name: str
    filled: float
    counts: Counter[str]
    words: float
    characters: float
    numbers: float
    times: float
    time_formats: tuple[str, ...]
    several: SeveralFound | None = None

    @property
    def as_labels(self) -> "ColumnFacts":
        """The column as labels: where a row has any number of them, each of them is a value."""
        return self if self.several is None else replace(self, counts=self.several.counts)

    @property
    def distinct(self) -> int:
        """Different values."""
        return len(self.counts)

    @property
    def values(self) -> int:
        """Rows that have a value."""
        return self.counts.total()

    @property
    def distinct_share(self) -> float:
        """Different values divided by all of them."""
        return self.distinct / max(1, self.values)

    @property
    def balance(self) -> float:
        """How evenly the values are spread: entropy divided by the largest there could be."""
        if self.distinct < 2:  # noqa: PLR2004 - one value is spread over nothing
            return 0.0
        shares = [count / self.values for count in self.counts.values()]
        return -sum(share * log(share) for share in shares) / log(self.distinct)


def column_facts(table: Table) -> list[ColumnFacts]:
    """Look at every column of a table."""
    return [_facts(name, values) for name, values in table.columns.items()]


def _facts(name: str, values: Sequence[str]) -> ColumnFacts:
    stripped = [value.strip() for value in values]
    known = [value for value in stripped if value]
    # Spread over the sample, because files are often sorted.
    some = known[:: max(1, len(known) // VALUES_LOOKED_AT)]
    counts = Counter(known)
    times = _share(some, lambda value: parsed_timestamp(value) is not None)
    return ColumnFacts(
        name=name,
        filled=len(known) / max(1, len(values)),
        counts=counts,
        words=sum(len(_WORDS.findall(value)) for value in some) / max(1, len(some)),
        characters=sum(map(len, some)) / max(1, len(some)),
        numbers=_share(some, is_number),
        times=times,
        time_formats=() if times or not some else tuple(form for form in _SLASHED if _all_fit(some, form)),
        several=several_labels(counts),
    )


def _share(values: Sequence[str], fits: Callable[[str], bool]) -> float:
    return sum(map(fits, values)) / max(1, len(values))


def _all_fit(values: Sequence[str], form: str) -> bool:
    return all(parsed_timestamp(value, form) is not None for value in values)


def is_number(value: str) -> bool:
    """Tell whether a value is a number."""
    try:
        float(value)
    except ValueError:
        return False
    return True
