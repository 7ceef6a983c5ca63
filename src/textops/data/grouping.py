"""One example for each text, and one group for each set of near duplicates."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from textops.data.configuration import SplitConfiguration
from textops.data.duplicates import near_groups
from textops.data.split import split_of_file
from textops.data.validation import LabelledText, Validated

_PREFERENCE = {"test": 0, "val": 1, "train": 2}


@dataclass(frozen=True)
class Grouped:
    """Examples without exact duplicates, and the groups they form.

    Attributes:
        rows: One for each text.
        groups: Name of the group of each row: the id of its member with the lowest position.
        exact: Rows left out because their text was there already.
        conflicting: Texts that had several labels.
    """

    rows: list[LabelledText]
    groups: list[str]
    exact: int
    conflicting: int


def without_exact_duplicates(
    validated: Validated, configuration: SplitConfiguration
) -> tuple[list[LabelledText], int, int]:
    """Keep one row for each text: the one with the lowest position, in the order of first appearance.

    The label is that of the majority; where the votes are even, all rows of the text are dropped, for nobody
    could learn from them. With a predefined split, the row in test is kept before the one in val, that before
    train: the test set stays what it was and nothing in it is learned.

    Args:
        validated: All rows; what is dropped is tallied in it.
        configuration: Of the split.

    Returns:
        The rows, how many were left out, and how many texts had several labels.
    """
    by_text: dict[str, list[LabelledText]] = {}
    for row in validated.rows:
        by_text.setdefault(row.text, []).append(row)
    kept, exact, conflicting = [], 0, 0
    for rows in by_text.values():
        if len(rows) == 1:
            kept.append(rows[0])
            continue
        votes = Counter(row.label for row in rows).most_common()
        if len(votes) > 1:
            conflicting += 1
            names = ", ".join(sorted(name for name, _ in votes))
            validated.note("the same text has several labels", f"{rows[0].place} ({names})")
            if votes[0][1] == votes[1][1]:
                for row in rows:
                    validated.drop("the same text has another label just as often", row.place)
                continue
        best = min((row for row in rows if row.label == votes[0][0]), key=lambda row: _rank(row, configuration))
        # The lowest position of all copies counts, so that a copy more can never bring the text back into
        # train.
        best.position = min(row.position for row in rows)
        for row in rows:
            if row is not best:
                validated.list_left_out("its text is there already", row.place)
        kept.append(best)
        exact += len(rows) - 1
    return kept, exact, conflicting


def _rank(row: LabelledText, configuration: SplitConfiguration) -> tuple[int, int]:
    if configuration.rule != "predefined":
        return 0, row.position
    return _PREFERENCE[split_of_file(row.file, configuration)], row.position


def grouped(validated: Validated, configuration: SplitConfiguration, threshold: float | None) -> Grouped:
    """Drop exact duplicates and group near ones.

    Args:
        validated: All rows.
        configuration: Of the split.
        threshold: Jaccard similarity from which two texts belong together, None: only exact duplicates count.

    Returns:
        The rows that stay, and their groups. The position of each row is that of its group.
    """
    rows, exact, conflicting = without_exact_duplicates(validated, configuration)
    texts = [row.text for row in rows]
    labels = near_groups(texts, threshold) if threshold is not None else np.arange(len(rows))
    first: dict[int, LabelledText] = {}
    for row, label in zip(rows, labels.tolist(), strict=True):
        if label not in first or row.position < first[label].position:
            first[label] = row
    names = [first[label].id for label in labels.tolist()]
    positions = [first[label].position for label in labels.tolist()]
    for row, position in zip(rows, positions, strict=True):
        row.position = position
    return Grouped(rows, names, exact, conflicting)
