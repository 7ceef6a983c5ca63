"""The most wrong examples: where a person should look first."""

from dataclasses import replace

import numpy as np

from textops.data.dataset import Dataset
from textops.inference.probabilities import softmax
from textops.models.classifier import Validated
from textops.training.tracking.records import Table

_TEXT = "text"


def most_wrong(validated: Validated, dataset: Dataset, *, most: int, characters: int, temperature: float) -> Table:
    """Return the validation examples that are wrong with the least doubt: the true class got the least probability.

    Args:
        validated: Scores of the validation set.
        dataset: Whose validation set it is.
        most: Rows at most.
        characters: Of each text, line breaks made blanks.
        temperature: Of the probabilities.
    """
    probabilities = softmax(validated.scores, temperature)
    predicted = probabilities.argmax(axis=1)
    of_truth = probabilities[np.arange(len(predicted)), validated.labels]
    wrong = np.flatnonzero(predicted != validated.labels)
    chosen = wrong[np.argsort(of_truth[wrong], kind="stable")][:most]
    texts = _read(dataset, [int(row) for row in validated.rows[chosen]])
    classes = dataset.manifest.classes
    rows = []
    for place in chosen.tolist():
        name, text = texts[int(validated.rows[place])]
        rows.append(
            (
                name,
                classes[validated.labels[place]],
                classes[predicted[place]],
                round(float(probabilities[place, predicted[place]]), 6),
                round(float(of_truth[place]), 6),
                _shortened(text, characters),
            )
        )
    return Table(("id", "true", "predicted", "probability", "probability_of_true", _TEXT), tuple(rows))


def without_texts(table: Table) -> Table:
    """Return the table for a tracker that may not see texts."""
    kept = [place for place, column in enumerate(table.columns) if column != _TEXT]
    return replace(
        table,
        columns=tuple(table.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in table.rows),
    )


def _read(dataset: Dataset, rows: list[int]) -> dict[int, tuple[str, str]]:
    """Return id and text by row, a part of the file at a time: validation sets can be larger than memory."""
    wanted = sorted(rows)
    found: dict[int, tuple[str, str]] = {}
    start = 0
    for table in dataset.tables("val", columns=["id", "text"]):
        here = [row - start for row in wanted if start <= row < start + table.num_rows]
        # One by one: `take` would load pandas where it is installed, which takes longer than all the rest.
        found |= {row + start: (table["id"][row].as_py(), table["text"][row].as_py()) for row in here}
        start += table.num_rows
    return found


def _shortened(text: str, characters: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= characters else f"{flat[: characters - 1]}…"
