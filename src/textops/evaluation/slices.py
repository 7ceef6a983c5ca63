"""Slices: the figures on parts of the test set, so that a good average hides no part that is served badly."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from textops.bootstrap import DEFAULT_CONFIDENCE, DEFAULT_RESAMPLES, Interval, share_interval
from textops.data.dataset import Dataset, Examples
from textops.frozen import Frozen

MOST_SOURCES = 12
"""So many sources are measured one by one; the rest are one slice."""

_RESAMPLES_AT_ONCE = 100


class SliceSettings(Frozen):
    """The section `slices` of the configuration.

    Attributes:
        minimum: A slice of fewer test examples is not measured: its interval would say nothing.
        parts: Into how many parts of about the same size length and time are cut.
    """

    minimum: int = Field(default=30, ge=2)
    parts: int = Field(default=4, ge=2, le=50)


class SliceFigures(Frozen):
    """The figures on a part of the test set.

    Attributes:
        kind: What it was cut by: `length`, `time`, `source` or `repetition`.
        name: Which part.
        examples: Test examples in it.
        accuracy: None where there are too few of them.
        macro_f1: Over the classes that occur in the slice or are predicted; None as above, and where answers are no
            classes.
        below: Whether the whole interval of the accuracy lies below the accuracy on all examples.
    """

    kind: str
    name: str
    examples: int = Field(ge=0)
    accuracy: Interval | None
    macro_f1: Interval | None
    below: bool


class Slices(Frozen):
    """All slices of a test set.

    Attributes:
        minimum: Fewer examples than this are too few.
        accuracy: On all examples.
        parts: The slices.
    """

    minimum: int
    accuracy: float
    parts: tuple[SliceFigures, ...]


@dataclass(frozen=True)
class Cut:
    """A part of the test set.

    Attributes:
        kind: What it was cut by.
        name: Which part.
        rows: Which examples belong to it, bool, shape [examples].
    """

    kind: str
    name: str
    rows: NDArray[np.bool_]


def cut_up(dataset: Dataset, test: Examples, parts: int) -> list[Cut]:
    """Cut a test set by all that its data set knows of the examples: length, near-duplicates, source, time.

    Args:
        dataset: The data set.
        test: Its test split.
        parts: Into how many parts length and time are cut.
    """
    cuts = list(cut_by_length(test.texts, parts))
    cuts += cut_by_repetition(test.groups)
    if test.sources is not None:
        cuts += cut_by_source(test.sources)
    if test.timestamps is not None:
        cuts += cut_by_time(test.timestamps, parts)
        cuts += cut_after(test.timestamps, dataset.last_timestamp("train"))
    return cuts


def cut_by_length(texts: list[str], parts: int) -> Iterator[Cut]:
    """Cut at quantiles of the length in characters."""
    lengths = np.array([len(text) for text in texts], np.int64)
    for low, high, rows in _quantile_bins(lengths, parts):
        yield Cut("length", f"{low:,} to {high:,} characters", rows)


def cut_by_time(timestamps: NDArray[np.datetime64], parts: int) -> Iterator[Cut]:
    """Cut at quantiles of the time; examples without one are a part of their own."""
    known = ~np.isnat(timestamps)
    if known.any():
        days = timestamps.astype("datetime64[D]")
        numbers = np.where(known, days.astype(np.int64), 0)
        for low, high, rows in _quantile_bins(numbers[known], parts):
            inside = np.zeros(len(known), bool)
            inside[np.flatnonzero(known)[rows]] = True
            yield Cut("time", f"{np.datetime64(low, 'D')} to {np.datetime64(high, 'D')}", inside)
    if not known.all():
        yield Cut("time", "without a date", ~known)


def cut_after(timestamps: NDArray[np.datetime64], last: np.datetime64 | None) -> Iterator[Cut]:
    """Cut off what is later than anything the model was trained on, if there is such a thing."""
    if last is None:
        return
    # NaT is later than nothing.
    later = timestamps > last
    if later.any():
        yield Cut("time", f"after the last training example ({last.astype('datetime64[D]')})", later)


def cut_by_source(sources: list[str]) -> Iterator[Cut]:
    """Cut by where the texts come from, the most frequent first; one source is no reason to cut."""
    names, numbers, counts = np.unique(np.array(sources, np.str_), return_inverse=True, return_counts=True)
    if len(names) == 1:
        return
    order = np.argsort(-counts, kind="stable")
    for number in order[:MOST_SOURCES].tolist():
        yield Cut("source", str(names[number]) or "unknown", numbers == number)
    if len(order) > MOST_SOURCES:
        yield Cut("source", f"{len(order) - MOST_SOURCES} others", np.isin(numbers, order[MOST_SOURCES:]))


def cut_by_repetition(groups: list[str]) -> Iterator[Cut]:
    """Cut by whether the test set has a near-duplicate of the example: such texts are often made from a template."""
    _, numbers, counts = np.unique(np.array(groups, np.str_), return_inverse=True, return_counts=True)
    repeated = counts[numbers] > 1
    if repeated.any():
        yield Cut("repetition", "with a near-duplicate", repeated)
        yield Cut("repetition", "without one", ~repeated)


def _quantile_bins(values: NDArray[np.int64], parts: int) -> Iterator[tuple[int, int, NDArray[np.bool_]]]:
    """Yield smallest and largest value and rows of bins of about the same size; equal values share a bin."""
    highest = np.unique(np.quantile(values, np.linspace(0, 1, parts + 1)[1:], method="inverted_cdf"))
    numbers = np.searchsorted(highest, values, side="left")
    for number in np.unique(numbers).tolist():
        rows = numbers == number
        yield int(values[rows].min()), int(values[rows].max()), rows


def measure_slices(
    predicted: NDArray[np.int64],
    labels: NDArray[np.int64],
    cuts: list[Cut],
    *,
    minimum: int,
    seed: int = 0,
    of_classes: bool = True,
) -> Slices:
    """Measure accuracy and macro F1 on each part, with intervals.

    Args:
        predicted: Numbers of the answers of the model, shape [n].
        labels: Numbers of the right answers, shape [n], n at least 1.
        cuts: The parts.
        minimum: Parts with fewer examples are only counted.
        seed: Of the bootstrap.
        of_classes: Whether the answers are classes; of sets of labels there is no macro F1.
    """
    overall = float((predicted == labels).mean())
    return Slices(
        minimum=minimum,
        accuracy=overall,
        parts=tuple(
            part if of_classes else part.model_copy(update={"macro_f1": None})
            for part in (_measure(cut, predicted[cut.rows], labels[cut.rows], overall, minimum, seed) for cut in cuts)
        ),
    )


def _measure(
    cut: Cut, predicted: NDArray[np.int64], labels: NDArray[np.int64], overall: float, minimum: int, seed: int
) -> SliceFigures:
    if len(labels) < minimum:
        return SliceFigures(
            kind=cut.kind, name=cut.name, examples=len(labels), accuracy=None, macro_f1=None, below=False
        )
    accuracy, macro_f1 = slice_intervals(predicted, labels, seed=seed)
    return SliceFigures(
        kind=cut.kind,
        name=cut.name,
        examples=len(labels),
        accuracy=accuracy,
        macro_f1=macro_f1,
        below=accuracy.high < overall,
    )


def slice_intervals(
    predicted: NDArray[np.int64], labels: NDArray[np.int64], *, resamples: int = DEFAULT_RESAMPLES, seed: int = 0
) -> tuple[Interval, Interval]:
    """Return accuracy with Wilson's interval (`share_interval`) and macro F1 with a percentile bootstrap interval.

    Resamples follow from the counts of (truth, answer), and drawing rows with replacement is drawing these counts from
    a multinomial distribution: the same bootstrap as row by row, without touching the rows a thousand times.

    Args:
        predicted: Class numbers of the model, shape [n].
        labels: Class numbers of the truth, shape [n], n at least 1.
        resamples: Bootstrap samples.
        seed: Of the bootstrap.
    """
    cells, counts = np.unique(np.stack([labels, predicted]), axis=1, return_counts=True)
    classes = np.unique(cells)
    truth, answer = np.searchsorted(classes, cells)
    of_truth, of_answer = np.eye(len(classes))[truth], np.eye(len(classes))[answer]
    right = of_truth * (truth == answer)[:, None]

    def figures(weights: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return macro F1 and lacking classes of samples given as counts of the cells, shape [samples, 2]."""
        hits, sizes = weights @ right, weights @ (of_truth + of_answer)
        f1 = np.divide(2 * hits, sizes, out=np.full_like(sizes, np.nan), where=sizes > 0)
        return np.stack([np.nanmean(f1, axis=1), np.isnan(f1).sum(axis=1)], axis=1)

    generator = np.random.default_rng(seed)
    # Some at a time: with many classes there are many cells.
    draws = np.concatenate(
        [
            figures(generator.multinomial(len(labels), counts / len(labels), size=size))
            for size in _portions(resamples, _RESAMPLES_AT_ONCE)
        ]
    )
    value = float(figures(counts[None, :])[0, 0])
    macro_f1 = draws[:, 0]
    if draws[:, 1].any():
        # Classes that a resample lacks are those that do badly: without them, it looks better than it is.
        macro_f1 = np.clip(macro_f1 - macro_f1.mean() + value, 0, 1)
    tail = (1 - DEFAULT_CONFIDENCE) / 2
    low, high = np.quantile(macro_f1, [tail, 1 - tail])
    return share_interval(predicted == labels), Interval(value, float(low), float(high))


def _portions(total: int, most: int) -> Iterator[int]:
    for start in range(0, total, most):
        yield min(most, total - start)
