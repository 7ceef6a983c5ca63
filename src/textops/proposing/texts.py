"""Which columns of unseen data probably hold the text, and which the time."""

from collections.abc import Sequence

from textops.proposing.candidate import Candidate, Ranking
from textops.proposing.column_facts import ColumnFacts
from textops.proposing.column_names import IDENTITIES, TEXTS, TIMES, TITLES, likeness

_MANY_WORDS = 20
_FEW_WORDS = 1.5
_WORDS_OF_A_TITLE = 2
_TITLE_DIFFERS = 0.2
_MOSTLY = 0.9


def rank_texts(facts: Sequence[ColumnFacts], label: str) -> Ranking:
    """Rank which column could be the text by itself."""
    columns = [column for column in facts if column.name != label and _could_be_text(column)]
    return Ranking.of([Candidate(column.name, _score(column), _reason(column)) for column in columns])


def title_of(facts: Sequence[ColumnFacts], label: str, text: str) -> str | None:
    """Return the column that stands before the text as its title, None where there is none."""
    for column in facts:
        titled = likeness(column.name, TITLES) == 1 and column.name not in {label, text}
        if titled and column.words >= _WORDS_OF_A_TITLE and column.distinct_share >= _TITLE_DIFFERS:
            return column.name
    return None


def rank_times(facts: Sequence[ColumnFacts], taken: Sequence[str]) -> Ranking:
    """Rank which column could be the time."""
    return Ranking.of(
        [
            Candidate(column.name, _time_score(column), f"for instance {next(iter(column.counts))[:40]!r}")
            for column in facts
            if column.name not in taken and _could_be_time(column)
        ]
    )


def time_format_of(column: ColumnFacts) -> str | None:
    """Return how the times of a column are written, None where nobody can tell: 01/02/2020 is January or February."""
    if not column.time_formats:
        return "auto"
    return column.time_formats[0] if len(column.time_formats) == 1 else None


def _could_be_text(column: ColumnFacts) -> bool:
    return (
        bool(column.values)
        and column.numbers < 1 / 2
        and column.times < 1 / 2
        and not column.time_formats
        and column.words > 0
        and column.distinct > 1
    )


def _score(column: ColumnFacts) -> float:
    score = 0.5 * min(column.words, _MANY_WORDS) / _MANY_WORDS + 0.1 * column.distinct_share
    score += 0.4 * max(likeness(column.name, TEXTS), 0.75 * likeness(column.name, TITLES))
    # One word that differs in every row is a name, a number or an address.
    score -= 0.3 * (column.words < _FEW_WORDS) + 0.2 * (likeness(column.name, IDENTITIES) == 1)
    return max(0.0, min(1.0, score))


def _reason(column: ColumnFacts) -> str:
    return f"{column.words:,.0f} words in the mean, {column.distinct:,} different values"


def _could_be_time(column: ColumnFacts) -> bool:
    if column.time_formats:
        return True
    # Any number of ten digits could be a time; a column of times is called so.
    by_number = column.numbers > 1 / 2
    return column.times >= _MOSTLY and (not by_number or likeness(column.name, TIMES) > 0)


def _time_score(column: ColumnFacts) -> float:
    return 0.4 * column.filled + 0.3 + 0.3 * likeness(column.name, TIMES)
