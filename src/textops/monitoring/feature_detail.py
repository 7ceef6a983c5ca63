"""A feature's two distributions: in the held-out data, and in live traffic."""

import itertools

import numpy as np

from textops.monitoring.check import Comparison
from textops.monitoring.drift_schemas import Bin
from textops.monitoring.effects import count_in_bins, count_names, quantile_edges
from textops.monitoring.feature_drift import LABEL

_SMALLEST = 1e-12


def bins_of(compared: Comparison, name: str) -> tuple[Bin, ...]:
    """Return the shares of both in the bins of the score; none where one of them lacks the feature.

    Args:
        compared: Held-out data and live traffic.
        name: Of a feature that both have.
    """
    if name == LABEL:
        given_before, given_now = compared.reference.given, compared.window.given
        names = sorted({*compared.reference.manifest.classes, *given_before, *given_now})
        before = count_names(given_before, names)
        now = count_names(given_now, names)
    else:
        values = compared.reference.features[name], compared.window.features[name]
        known = [each[np.isfinite(each)] for each in values]
        if not all(map(len, known)):
            return ()
        edges = quantile_edges(known[0])
        before, now = (count_in_bins(each, edges) for each in known)
        names = _ranges([_shown(edge) for edge in edges])
    shares = before / before.sum(), now / now.sum()
    return tuple(
        Bin(name=each, reference=float(first), window=float(second))
        for each, first, second in zip(names, *shares, strict=True)
    )


def _ranges(edges: list[str]) -> list[str]:
    between = [low if low == high else f"{low} to {high}" for low, high in itertools.pairwise(edges)]
    return [f"below {edges[0]}", *between, f"above {edges[-1]}"] if edges else ["all"]


def _shown(edge: float) -> str:
    # Where a single value is frequent, an edge lies right beside it.
    return f"{0.0 if abs(edge) < _SMALLEST else edge:.6g}"
