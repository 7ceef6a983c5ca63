"""Numbers and moments counted in buckets by the database, and quantiles of what was counted."""

import itertools
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Integer, case, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_STEPS_PER_DECADE = 16
_DECADES = 6
_SHORTEST_SECONDS = 1e-4
LATENCY_EDGES = tuple(
    _SHORTEST_SECONDS * 10 ** (step / _STEPS_PER_DECADE) for step in range(_STEPS_PER_DECADE * _DECADES + 1)
)
"""From 0.1 ms to 100 s; each is 15 % above the one before, so no quantile is further off."""


def bucket_of(column: ColumnElement[Any], edges: Sequence[float] | Sequence[datetime]) -> ColumnElement[int]:
    """Return the number of a value's bucket: how many edges are not above it.

    Args:
        column: The values.
        edges: Ascending.
    """
    # Told apart when the database is known; each takes what it needs.
    return _Bucket(column, literal([*edges], ARRAY(column.type)), _bucket_among(column, edges, 0, len(edges)))


class _Bucket(FunctionElement[int]):
    """The number of a bucket by values, edges as an array, and comparisons."""

    name = "bucket"
    type = Integer()
    inherit_cache = True


@compiles(_Bucket)
def _by_comparisons(element: _Bucket, compiler: SQLCompiler, **options: object) -> str:
    """Halve the edges each time: logarithms, which would be shorter, are missing from many a SQLite."""
    _, _, comparisons = element.clauses
    return compiler.process(comparisons, **options)


@compiles(_Bucket, "postgresql")
def _by_width_bucket(element: _Bucket, compiler: SQLCompiler, **options: object) -> str:
    """Let PostgreSQL look itself, which plans comparisons inside each other for longer than it counts."""
    values, edges, _ = element.clauses
    return f"width_bucket({compiler.process(values, **options)}, {compiler.process(edges, **options)})"


def _bucket_among(
    column: ColumnElement[Any], edges: Sequence[float] | Sequence[datetime], first: int, last: int
) -> ColumnElement[int]:
    if first == last:
        return literal(first, Integer)
    middle = (first + last) // 2
    below = _bucket_among(column, edges, first, middle)
    return case((column < edges[middle], below), else_=_bucket_among(column, edges, middle + 1, last))


def quantile(counts: Mapping[int, int], edges: Sequence[float], share: float) -> float | None:
    """Return a value that a share of the values does not exceed, as Prometheus does: evenly spread within a bucket.

    Args:
        counts: Values by the number of their bucket, as `bucket_of` gives it.
        edges: Those of `bucket_of`; the first bucket begins at 0, and what is above the last edge counts as that edge.
        share: Such as 0.95.

    Returns:
        None without values.
    """
    numbers = sorted(number for number, count in counts.items() if count)
    if not numbers:
        return None
    up_to = list(itertools.accumulate(counts[number] for number in numbers))
    wanted = share * up_to[-1]
    place = min(bisect_left(up_to, wanted), len(numbers) - 1)
    number = numbers[place]
    if number == len(edges):
        return edges[-1]
    low = edges[number - 1] if number else 0.0
    before = up_to[place] - counts[number]
    return low + (edges[number] - low) * (wanted - before) / counts[number]
