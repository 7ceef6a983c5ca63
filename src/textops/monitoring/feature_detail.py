"""A feature's two distributions: in the held-out data, and in live traffic."""

import itertools

import numpy as np

from textops.monitoring.check import Comparison
from textops.monitoring.drift_schemas import Bin
from textops.monitoring.effects import count_in_bins, count_names, quantile_edges
from textops.monitoring.feature_drift import LABEL


def bins_of(compared: Comparison, name: str) -> tuple[Bin, ...]:
    """Return the shares of both in the bins of the score; none where one of them lacks the feature.

    Args:
        compared: Held-out data and live traffic.
        name: Of a feature that both have.
    """
    if name == LABEL:
        names = sorted({*compared.reference.manifest.classes, *compared.window.predicted})
        before = count_names(compared.reference.predicted, names)
        now = count_names(compared.window.predicted, names)
    else:
        values = compared.reference.features[name], compared.window.features[name]
        known = [each[np.isfinite(each)] for each in values]
        if not all(map(len, known)):
            return ()
        edges = quantile_edges(known[0])
        before, now = (count_in_bins(each, edges) for each in known)
        bounds = ["", *(f"{edge:.6g}" for edge in edges), ""]
        names = [f"{low} to {high}".strip() for low, high in itertools.pairwise(bounds)]
    shares = before / before.sum(), now / now.sum()
    return tuple(
        Bin(name=each, reference=float(first), window=float(second))
        for each, first, second in zip(names, *shares, strict=True)
    )
