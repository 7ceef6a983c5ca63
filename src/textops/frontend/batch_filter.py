"""Which rows of a batch somebody wants to see."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from textops.frontend.batch_results import BatchResults

Show = Literal["all", "review", "sure", "failed"]


@dataclass(frozen=True)
class Filter:
    """What rows must have; the defaults let all through.

    Attributes:
        show: All rows, those that need review, answered ones that do not, or those without an answer.
        classes: Answered classes or labels, one of which a row must have; none for any.
        least: Lowest probability of the answer.
        most: Highest probability of the answer.
        search: What the text must hold, in large or small letters.
    """

    show: Show = "all"
    classes: tuple[str, ...] = ()
    least: float = 0.0
    most: float = 1.0
    search: str = ""


def matching_rows(results: BatchResults, texts: "pa.ChunkedArray[Any]", wanted: Filter) -> NDArray[np.int64]:
    """Return the rows that a filter lets through, in their order.

    A row without an answer has neither class nor probability: it passes where none is asked for.
    """
    answered = results.label_of >= 0
    passes = np.ones(results.rows, np.bool_)
    match wanted.show:
        case "review":
            passes &= results.needs_review
        case "sure":
            passes &= answered & ~results.needs_review
        case "failed":
            passes &= ~answered
    if wanted.classes:
        passes &= np.isin(results.label_of, results.numbers_with(wanted.classes))
    if (wanted.least, wanted.most) != (0.0, 1.0):
        passes &= answered & (results.probability >= wanted.least) & (results.probability <= wanted.most)
    if wanted.search.strip():
        passes &= _holding(texts, wanted.search.strip())
    return np.flatnonzero(passes)


def _holding(texts: "pa.ChunkedArray[Any]", search: str) -> NDArray[np.bool_]:
    found: list[NDArray[np.bool_]] = []
    for part in texts.chunks:
        holds = pc.match_substring(_readable(part), search, ignore_case=True)
        # Where there is no text, nothing is found.
        found.append(np.array([each is True for each in holds.to_pylist()], np.bool_))
    return np.concatenate(found)


def _readable(texts: "pa.Array[Any]") -> "pa.Array[Any]":
    try:
        readable: pa.Array[Any] = texts.cast(pa.string())
    except pa.ArrowInvalid:
        contents = [None if text is None else text.decode("utf-8", "replace") for text in texts.to_pylist()]
        return pa.array(contents, pa.string())
    return readable
