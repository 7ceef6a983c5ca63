"""The labels of rows as numbers, so that a row holds four bytes and a change of name costs none."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from textops.label_sets import parts


class ClassTable:
    """Labels by number, in order of first appearance; several numbers may come to have one name.

    Attributes:
        names: Name of each number; where texts have several labels, the name of the set.
        separator: What stands between the labels of such a set; None where a text has one label.
    """

    def __init__(self, separator: str | None = None) -> None:
        """Begin without labels."""
        self.names: list[str] = []
        self.separator = separator
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.names)

    def number_of(self, name: str) -> int:
        """Return the number of a label, a new one where it was not seen before."""
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.names)
            self.names.append(name)
        return number

    def rename(self, names: Mapping[int, str]) -> None:
        """Give numbers other names."""
        for number, name in names.items():
            self.names[number] = name

    def classes_of(self, number: int) -> tuple[str, ...]:
        """Return the classes that a number stands for."""
        return parts(self.names[number], self.separator)

    def firsts(self) -> NDArray[np.int64]:
        """Return for each number the first one of the same name."""
        first: dict[str, int] = {}
        return np.array([first.setdefault(name, number) for number, name in enumerate(self.names)], np.int64)

    def classes(self) -> "Classes":
        """Take the labels apart into classes, as they are called now."""
        return Classes.of([self.classes_of(number) for number in range(len(self.names))])


class Classes:
    """The classes that numbered labels stand for; most stand for one.

    Attributes:
        names: Of the classes, sorted.
    """

    def __init__(self, names: list[str], labels: NDArray[np.int64], classes: NDArray[np.int64]) -> None:
        """Take pairs of a label's number and the index of a class that it stands for, by label."""
        self.names = names
        self._labels = labels
        self._classes = classes

    @classmethod
    def of(cls, classes: list[tuple[str, ...]]) -> "Classes":
        """Number the classes of labels."""
        names = sorted({name for each in classes for name in each})
        index = {name: number for number, name in enumerate(names)}
        labels = np.repeat(np.arange(len(classes)), [len(each) for each in classes])
        return cls(names, labels, np.array([index[name] for each in classes for name in each], np.int64))

    def __len__(self) -> int:
        return len(self.names)

    def counts(self, of_labels: NDArray[np.int64]) -> NDArray[np.int64]:
        """Add up counts of labels, shape [labels], to counts of classes, shape [classes]."""
        counts = np.zeros(len(self.names), np.int64)
        np.add.at(counts, self._classes, of_labels[self._labels])
        return counts

    def each(self, labels: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return each class of labels: its place among `labels`, and the class."""
        begins = np.searchsorted(self._labels, labels)
        counts = np.searchsorted(self._labels, labels, side="right") - begins
        places = np.repeat(np.arange(len(labels)), counts)
        within = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
        return places, self._classes[begins[places] + within]

    def labels_with(self, name: str) -> NDArray[np.int64]:
        """Return the numbers of the labels that hold a class."""
        found: NDArray[np.int64] = self._labels[self._classes == self.names.index(name)]
        return found
