"""Columns, files and text lengths that give the label away."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from textops.data.guessing import Guess, binned, coded, guess_by_value
from textops.data.manifest import Finding
from textops.data.validation import LabelledText

SKILL = 0.5
"""A column counts as a leak when it avoids half of the errors of guessing the majority.

What goes with a topic by nature stays below: on LIAR, the speaker and the counts of earlier verdicts avoid a seventh
at most. An artefact of how the data were collected is near 1.
"""

NUMERIC_SHARE = 0.95
LONGEST_VALUE = 200
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Labelled:
    """What guesses are judged against.

    Attributes:
        labels: Class index, shape [examples].
        held_out: Which examples to judge on, shape [examples].
        classes: Class names.
    """

    labels: NDArray[np.int64]
    held_out: NDArray[np.bool_]
    classes: tuple[str, ...]

    def guess(self, codes: NDArray[np.int64]) -> Guess:
        """Guess the label from a value."""
        return guess_by_value(codes, self.labels, self.held_out, len(self.classes))


def leaking_columns(rows: Sequence[LabelledText], labelled: Labelled, ignored: Sequence[str]) -> list[Finding]:
    """Find columns beside text and label from which the label can be guessed.

    A value is looked at as it is, by its pattern (digits taken as one, so that `spam-0001` and `spam-0002`
    are the same, and so are dates of one spelling), and by size if the column is numeric.
    """
    columns = dict.fromkeys(column for row in rows for column in row.others)
    findings = []
    for column in columns:
        if column in ignored:
            continue
        values = [row.others.get(column, "")[:LONGEST_VALUE] for row in rows]
        what, guess = _best_guess(values, labelled)
        if guess.skill >= SKILL:
            findings.append(
                _finding(
                    "column",
                    column,
                    guess,
                    f"{what} of column {column!r} gives the label away: never make it a part of the text, "
                    "and check how the classes were collected",
                )
            )
    return findings


def leaking_length(rows: Sequence[LabelledText], labelled: Labelled) -> list[Finding]:
    """Find out whether the length of the text alone tells the classes apart."""
    guess = labelled.guess(binned(np.array([len(row.text) for row in rows], np.float64)))
    if guess.skill < SKILL:
        return []
    advice = (
        "the length of the text gives the label away: check whether one class was cut off or collected "
        "differently, and cut all texts alike"
    )
    return [_finding("length", "characters", guess, advice)]


def leaking_files(rows: Sequence[LabelledText], labelled: Labelled) -> list[Finding]:
    """Find out whether the file or folder that a row comes from tells its class."""
    for what, values in (
        ("file", [row.file for row in rows]),
        ("folder", [PurePosixPath(row.file).parent.as_posix() for row in rows]),
    ):
        guess = labelled.guess(coded(values))
        if guess.skill >= SKILL:
            advice = (
                f"the {what} gives the label away: whatever else differs between the {what}s (source, "
                "export, cleaning) does so too, so look at the terms found, and test on data of another "
                "origin"
            )
            return [_finding("file", what, guess, advice)]
    return []


def _best_guess(values: Sequence[str], labelled: Labelled) -> tuple[str, Guess]:
    forms = {"the value": coded(values), "the pattern": coded(_DIGITS.sub("0", value) for value in values)}
    numbers = _numbers(values)
    if numbers is not None:
        forms["the size"] = binned(numbers)
    guesses = {what: labelled.guess(codes) for what, codes in forms.items()}
    return max(guesses.items(), key=lambda item: item[1].skill)


def _numbers(values: Sequence[str]) -> NDArray[np.float64] | None:
    """Return the values of a numeric column, None if it is not one; gaps become the smallest value."""
    numbers = np.array([_number(value) for value in values])
    known = np.isfinite(numbers)
    if known.mean() < NUMERIC_SHARE:
        return None
    return np.where(known, numbers, numbers[known].min() - 1)


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return float("nan")


def _finding(kind: str, name: str, guess: Guess, advice: str) -> Finding:
    return Finding.model_validate(
        {
            "kind": kind,
            "name": name,
            "stage": "used" if kind == "length" else "raw",
            "accuracy": round(guess.accuracy, 4),
            "majority": round(guess.majority, 4),
            "advice": advice,
        }
    )
