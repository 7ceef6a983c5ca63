"""What trackers are told, in the words of no tracker."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Cell = str | int | float | None
BINS = 64


@dataclass(frozen=True)
class Facts:
    """What a training is made of.

    Attributes:
        name: Of the run, for people.
        configuration: The resolved configuration, without secrets.
        sections: Further facts by section: `git`, `environment`, `dataset`; each a mapping for JSON.
    """

    name: str
    configuration: Mapping[str, Any]
    sections: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Table:
    """Rows and what their cells mean."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Histogram:
    """How values are spread.

    Attributes:
        counts: Values in each bin, float64, shape [bins].
        edges: Of the bins, rising, float64, shape [bins + 1].
        total: Sum of the values.
        total_of_squares: Sum of their squares.
    """

    counts: NDArray[np.float64]
    edges: NDArray[np.float64]
    total: float
    total_of_squares: float

    @classmethod
    def of(cls, values: NDArray[np.floating], span: tuple[float, float] | None = None) -> "Histogram | None":
        """Sort values into bins of equal width.

        Args:
            values: Of any shape; what is not finite is left out.
            span: First and last edge; by default the smallest and the largest value.

        Returns:
            None where no value is left.
        """
        finite = values[np.isfinite(values)].astype(np.float64)
        if not len(finite):
            return None
        counts, edges = np.histogram(finite, bins=BINS, range=span)
        return cls(counts.astype(np.float64), edges, float(finite.sum()), float((finite**2).sum()))


@dataclass(frozen=True)
class Artifact:
    """Data or a model, with what is known of it.

    Attributes:
        name: Of all its versions.
        kind: What it is.
        metadata: For JSON.
        files: Where each file lies, by its name in the artifact.
        aliases: Names of this version.
    """

    name: str
    kind: Literal["dataset", "model"]
    metadata: Mapping[str, Any]
    files: Mapping[str, Path] = field(default_factory=dict)
    aliases: tuple[str, ...] = ("latest",)
