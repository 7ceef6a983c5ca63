"""The answers that the examples of a data set have: its classes, or the sets of labels that occur in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.label_sets import parts


@dataclass(frozen=True)
class LabelTable:
    """Numbers for answers, so that a label stays one number however many labels a text has.

    Attributes:
        names: The answers; their place is the number.
        offsets: Answer i has the classes `members[offsets[i]:offsets[i + 1]]`; int64, shape [answers + 1].
        members: Class numbers, int64.
        classes: How many classes there are.
    """

    names: tuple[str, ...]
    offsets: NDArray[np.int64]
    members: NDArray[np.int64]
    classes: int

    @classmethod
    def of(cls, names: Iterable[str], classes: Sequence[str], separator: str | None) -> "LabelTable":
        """Number answers.

        Args:
            names: The answers, each once.
            classes: Class names in the order of the logits.
            separator: What stands between labels; None where an answer is one class.

        Raises:
            KeyError: If an answer holds a label that is no class.
        """
        numbers = {name: number for number, name in enumerate(classes)}
        found = tuple(names)
        members = [[numbers[label] for label in parts(name, separator)] for name in found]
        offsets = np.zeros(len(found) + 1, np.int64)
        np.cumsum([len(each) for each in members], out=offsets[1:])
        flat = np.array([number for each in members for number in each], np.int64)
        return cls(found, offsets, flat, len(classes))

    def targets(self, labels: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which classes answers have.

        Args:
            labels: Numbers of answers, shape [examples].

        Returns:
            Shape [examples, classes].
        """
        lengths = np.diff(self.offsets)[labels]
        found = np.zeros((len(labels), self.classes), np.bool_)
        rows = np.repeat(np.arange(len(labels)), lengths)
        before = np.repeat(np.cumsum(lengths) - lengths, lengths)
        places = np.repeat(self.offsets[labels], lengths) + np.arange(len(rows)) - before
        found[rows, self.members[places]] = True
        return found
