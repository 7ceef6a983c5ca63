"""Labelled texts that no training has seen: what live traffic is made of."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from textops.data.configuration import SPLITS
from textops.data.dataset import Dataset, Examples
from textops.errors import DataError


@dataclass(frozen=True)
class LabelledText:
    """A text, and the class that it has.

    Attributes:
        text: The text.
        label: Its class.
        timestamp: When it was written, None where that is not known.
    """

    text: str
    label: str
    timestamp: np.datetime64 | None = None


def held_out_pool(folder: Path) -> list[LabelledText]:
    """Read the test split of a prepared data set.

    Raises:
        DataError: If there is none, or it has no text.
    """
    dataset = Dataset.load(folder)
    pool = labelled_texts(dataset.examples("test"), dataset.answers.names)
    if not pool:
        raise DataError(f"{folder} has no held-out texts: prepare it with another split")
    return pool


def labelled_texts(examples: Examples, names: Sequence[str]) -> list[LabelledText]:
    """Return examples as labelled texts, without blank ones; their labels are numbers of the names."""
    times = examples.timestamps
    return [
        LabelledText(text, names[label], None if times is None or np.isnat(times[row]) else times[row])
        for row, (text, label) in enumerate(zip(examples.texts, examples.labels, strict=True))
        if text.strip()
    ]


def other_texts(dataset: Dataset, known: Dataset) -> list[LabelledText]:
    """Return the texts of a data set that another one does not have.

    Raises:
        DataError: If there are none.
    """
    seen = {text for split in SPLITS for text in known.texts(split)}
    found = [
        each
        for split in SPLITS
        for each in labelled_texts(dataset.examples(split), dataset.answers.names)
        if each.text not in seen
    ]
    if not found:
        raise DataError(f"{dataset.folder} has no text that {known.folder} does not have: name another data set")
    return found


def older_and_newer(pool: Sequence[LabelledText]) -> tuple[list[LabelledText], list[LabelledText]]:
    """Divide a pool in the middle of its time.

    Raises:
        DataError: If the texts have no times.
    """
    dated = sorted((each for each in pool if each.timestamp is not None), key=lambda each: str(each.timestamp))
    if len(dated) < len(pool) or len(dated) < 2:  # noqa: PLR2004 (one for each half)
        raise DataError("the texts have no times: later years can be played only with data.timestamp_column")
    middle = len(dated) // 2
    return dated[:middle], dated[middle:]


def of_rarest_class(pool: Sequence[LabelledText]) -> list[LabelledText]:
    """Return the texts of the class that has fewest."""
    counts = Counter(each.label for each in pool)
    rarest = min(sorted(counts), key=counts.__getitem__)
    return [each for each in pool if each.label == rarest]
