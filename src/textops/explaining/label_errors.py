"""Labels that are probably wrong: where a cheap model that has not seen a text is sure of another class.

Northcutt, Jiang, Chuang 2021, Confident Learning: Estimating Uncertainty in Dataset Labels. An example counts for a
class where its probability is at least the mean one of the examples that have this label; where the class it counts for
is not its label, the label is in doubt.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.bootstrap import Interval, mean_interval
from textops.explaining.linear_model import Task, features, out_of_fold
from textops.explaining.page import Block, Paragraph, Point, Section, Table, Weight
from textops.explaining.rows import Rows, excerpt

SHOWN = 25
WORK = 32_000_000
"""Weights times classes that are looked at: a few seconds. Of more examples a sample is taken."""

MOST_CLASSES = 100
FEWEST_EXAMPLES = 40
FEWEST_OF_A_CLASS = 5

_RESAMPLES = 200
_DOUBTFUL_SHARE = 0.15
"""Where more labels are in doubt than this, the classes overlap, and hardly any single label is an error."""

_MANY = 0.01
_PAIRS = 5


@dataclass(frozen=True)
class Doubts:
    """What a model that had not seen them says of the labels.

    Attributes:
        chosen: Which rows were looked at, shape [looked at].
        probabilities: Shape [looked at, classes].
        suggested: Class that each counts for, -1 where it counts for none; shape [looked at].
        doubtful: Which of them have another label; the most doubtful first, numbers into `chosen`.
    """

    chosen: NDArray[np.intp]
    probabilities: NDArray[np.float64]
    suggested: NDArray[np.int64]
    doubtful: NDArray[np.intp]


def describe_label_errors(rows: Rows, *, several: bool = False) -> Section:
    """Train, doubt, and list the labels that are in doubt most; not where texts have several labels."""
    title = "Likely label errors"
    why = "the cheap model gives one label, and texts have several here" if several else _why_not(rows)
    if why is not None:
        return Section(title, (Paragraph(f"Not looked at: {why}."),))
    doubts = find_doubts(rows)
    labels = rows.labels[doubts.chosen]
    hits = doubts.probabilities.argmax(axis=1) == labels
    accuracy = mean_interval(hits, resamples=_RESAMPLES)
    majority = float(np.bincount(labels).max() / len(labels))
    sample = "" if len(labels) == len(rows) else f" of {len(rows):,}"
    blocks: list[Block] = [
        Paragraph(
            f"A linear model on hashed words, trained on four fifths of {len(labels):,} examples{sample} and asked "
            "about the "
            f"last fifth, in turn: {accuracy.value:.1%} right [{accuracy.low:.1%}, {accuracy.high:.1%}]; always naming "
            "the "
            f"most frequent class is right for {majority:.1%}."
        )
    ]
    few = int((rows.counts() < FEWEST_OF_A_CLASS).sum())
    if few:
        blocks.append(
            Paragraph(
                f"Classes with fewer than {FEWEST_OF_A_CLASS} examples ({few:,} of {len(rows.classes):,}) are too "
                "small to learn: none of their labels is called in doubt, and none is suggested."
            )
        )
    learned = accuracy.low > majority
    if learned and len(doubts.doubtful):
        blocks += [_pairs(rows, doubts), _table(rows, doubts)]
    return Section(title, tuple(blocks), tuple(_points(accuracy, majority, len(doubts.doubtful) / len(labels))))


def find_doubts(rows: Rows) -> Doubts:
    """Find the labels that are in doubt."""
    documents = features(rows.texts)
    every = np.arange(len(rows))
    step = max(1, -(-len(documents.ids) * len(rows.classes) // WORK))
    # By position, which is random: the first rows of a file are often of one class.
    chosen = every if step == 1 else np.sort(np.argsort([row.position for row in rows.rows], kind="stable")[::step])
    task = Task(documents.take(chosen), rows.labels[chosen], len(rows.classes))
    probabilities = out_of_fold(task, rows.folds[chosen])
    return _doubts(chosen, probabilities, task.labels)


def _doubts(chosen: NDArray[np.intp], probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> Doubts:
    classes = probabilities.shape[1]
    own = probabilities[np.arange(len(labels)), labels]
    counts = np.bincount(labels, minlength=classes)
    thresholds = np.bincount(labels, weights=own, minlength=classes) / np.maximum(counts, 1)
    # What a model says of a class that it saw a few times is no yardstick for others, nor a reason to doubt its own.
    thresholds[counts < FEWEST_OF_A_CLASS] = np.inf
    counted = np.where(probabilities >= thresholds, probabilities, -1)
    suggested = np.where(counted.max(axis=1) >= 0, counted.argmax(axis=1), -1)
    doubtful = np.flatnonzero((suggested >= 0) & (suggested != labels) & (counts[labels] >= FEWEST_OF_A_CLASS))
    margin = own[doubtful] - probabilities[doubtful, suggested[doubtful]]
    return Doubts(chosen, probabilities, suggested, doubtful[np.argsort(margin, kind="stable")])


def _why_not(rows: Rows) -> str | None:
    counts = rows.counts()
    if len(rows) < FEWEST_EXAMPLES or len(rows.classes) < 2:  # noqa: PLR2004 - nothing to doubt between
        return f"{len(rows):,} examples of {len(rows.classes):,} classes are too few for a model"
    if len(rows.classes) > MOST_CLASSES:
        return f"{len(rows.classes):,} classes are too many for a cheap model"
    if (counts >= FEWEST_OF_A_CLASS).sum() < 2:  # noqa: PLR2004 - nothing to doubt between
        return f"class {rows.classes[int(counts.argmin())]!r} has {counts.min()} examples, too few to learn it from"
    return None


def _pairs(rows: Rows, doubts: Doubts) -> Table:
    labels = rows.labels[doubts.chosen]
    pairs = Counter((int(labels[each]), int(doubts.suggested[each])) for each in doubts.doubtful)
    return Table(
        ("Label", "Looks more like", "Examples"),
        tuple((rows.classes[one], rows.classes[two], f"{count:,}") for (one, two), count in pairs.most_common(_PAIRS)),
    )


def _table(rows: Rows, doubts: Doubts) -> Table:
    return Table(
        ("Place", "Id", "Label", "Looks more like", "Text"),
        tuple(_cells(rows, doubts, int(each)) for each in doubts.doubtful[:SHOWN]),
    )


def _cells(rows: Rows, doubts: Doubts, each: int) -> tuple[str, ...]:
    row, suggested = rows.rows[doubts.chosen[each]], int(doubts.suggested[each])
    label = int(rows.labels[doubts.chosen[each]])
    given, other = doubts.probabilities[each, label], doubts.probabilities[each, suggested]
    return (
        row.place,
        row.id,
        f"{row.label} ({given:.0%})",
        f"{rows.classes[suggested]} ({other:.0%})",
        excerpt(row.text),
    )


def _points(accuracy: Interval, majority: float, doubtful: float) -> list[Point]:
    if accuracy.low <= majority:
        return [
            Point(
                Weight.PROBLEM,
                f"A cheap model is right for {accuracy.value:.1%} of what it has not seen, no better than the most "
                "frequent "
                f"class ({majority:.1%}).",
                "Words do not tell the classes apart, whatever the split: check that label and text belong together, "
                "row by "
                "row. A model like that is not registered.",
            )
        ]
    if doubtful > _DOUBTFUL_SHARE:
        return [
            Point(
                Weight.LOOK,
                f"{doubtful:.1%} of the labels look like another class to a cheap model that is right for "
                f"{accuracy.value:.1%}.",
                "So many are no slips: the classes overlap, or are hard. Expect no accuracy much above that; the "
                "review band "
                "says which answers people should see.",
            )
        ]
    if not doubtful:
        return [
            Point(
                Weight.FINE, "No label is in doubt.", "What is measured on the test part is not capped by its labels."
            )
        ]
    return [
        Point(
            Weight.LOOK if doubtful >= _MANY else Weight.FINE,
            f"{doubtful:.1%} of the labels are in doubt.",
            "Look through the list: errors in test cap what can be measured, and errors in train are learned. Correct "
            "them "
            "in the source and prepare again; the split stays as it is.",
        )
    ]
