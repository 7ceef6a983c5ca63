"""Whether the model that ships is the one that was trained: as recorded when it was made, and as it answers here."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from textops.bootstrap import Interval
from textops.bundle import Export
from textops.inference.label_set import confidence_of_sets
from textops.label_rules import SeveralLabels
from textops.label_sets import parts
from textops.registry.bounds import GateBounds
from textops.registry.evidence import KeptAnswers
from textops.registry.gate import GateCheck

PARITY = "parity"
ANSWERS = "answers"

EXACT_ANSWER_DIFFERENCE = 1e-3
INEXACT_ANSWER_DIFFERENCE = 0.02
"""Processors round 8-bit arithmetic differently, and dynamic quantization scales by what shares the batch."""


def recorded_parity(export: Export | None, bounds: GateBounds) -> GateCheck:
    """Check what the bundle says of its distance to the checkpoint it was made of.

    Args:
        export: The manifest's; None in bundles of schema version 1, which record nothing.
        bounds: The difference that a form may have that promises to be exact, and the least agreement of others.
    """
    if export is None:
        sentence = "the bundle records no comparison with its checkpoint (it is of schema version 1): evaluate again"
        return GateCheck(name=PARITY, passed=False, figure=None, sentence=sentence)
    parity = export.parity
    compared = f"{export.variant} against its checkpoint on {parity.texts} texts"
    if export.exact:
        return GateCheck(
            name=PARITY,
            passed=parity.max_difference <= bounds.parity_difference,
            figure=_point(parity.max_difference),
            sentence=(
                f"{compared}: a logit differs by at most {parity.max_difference:.1e}; "
                f"allowed {bounds.parity_difference:.1e}"
            ),
        )
    return GateCheck(
        name=PARITY,
        passed=parity.agreement >= bounds.agreement,
        figure=_point(parity.agreement),
        sentence=f"{compared}: the same class for {parity.agreement:.4f} of them; at least {bounds.agreement:.4f}",
    )


def same_answers(
    ids: Sequence[str],
    probabilities: NDArray[np.float64],
    classes: Sequence[str],
    kept: KeptAnswers | None,
    *,
    exact: bool,
    weights: Sequence[float] | None = None,
    several: SeveralLabels | None = None,
) -> GateCheck:
    """Check that the model answers here as it did when its bundle was made.

    The class that was kept must have its confidence here too, and no other may be above it; all within a tolerance,
    so that two classes with the same probability may change places.

    Args:
        ids: Ids of the examples answered here.
        probabilities: Calibrated probabilities, shape [len(ids), classes].
        classes: Class names.
        kept: The answers that the bundle keeps, None where it keeps none.
        exact: Whether the form of the model promises to be exact.
        weights: What each class counts where the answer is not the most probable one.
        several: How a text gets any number of labels; None where it has one class.
    """
    if kept is None:
        sentence = "the bundle keeps no answers to compare with (reference.parquet): evaluate again"
        return GateCheck(name=ANSWERS, passed=False, figure=None, sentence=sentence)
    rows = {example: row for row, example in enumerate(ids)}
    pairs = [(rows[example], place) for place, example in enumerate(kept.ids) if example in rows]
    if not pairs:
        sentence = f"none of the {len(kept.ids)} examples whose answers the bundle keeps is in this test set"
        return GateCheck(name=ANSWERS, passed=True, asked=False, figure=None, sentence=sentence)
    separator = None if several is None else several.separator
    unknown = sorted({label for answer in set(kept.predicted) for label in parts(answer, separator)} - set(classes))
    if unknown:
        sentence = f"the bundle keeps answers that are none of its classes ({unknown[0]}): evaluate again"
        return GateCheck(name=ANSWERS, passed=False, figure=None, sentence=sentence)
    if several is None:
        differences = _differences(pairs, probabilities, classes, kept, weights)
    else:
        differences = _differences_of_sets(pairs, probabilities, classes, kept, several)
    allowed = EXACT_ANSWER_DIFFERENCE if exact else INEXACT_ANSWER_DIFFERENCE
    others = int((~(differences <= allowed)).sum())
    return GateCheck(
        name=ANSWERS,
        passed=others == 0,
        figure=_point(float(differences.max())),
        sentence=(
            f"{len(pairs) - others} of {len(pairs)} answers are those kept in the bundle (largest difference of a "
            f"probability {differences.max():.1e}, allowed {allowed:.1e}); all must be"
        ),
    )


def _differences(
    pairs: Sequence[tuple[int, int]],
    probabilities: NDArray[np.float64],
    classes: Sequence[str],
    kept: KeptAnswers,
    weights: Sequence[float] | None,
) -> NDArray[np.float64]:
    """Return how far each answer is from the kept one, shape [len(pairs)]."""
    rows, places = np.array(pairs).T
    columns = np.array([classes.index(label) for label in kept.predicted])[places]
    confidence = np.array(kept.confidence)[places]
    of_kept_class = np.abs(probabilities[rows, columns] - confidence)
    if weights is None:
        of_best_class = np.abs(probabilities[rows].max(axis=1) - confidence)
    else:
        # By how much the class that was kept is no longer the answer, as a share of its own weight.
        weighed = probabilities[rows] * np.asarray(weights)
        of_best_class = (weighed.max(axis=1) - weighed[np.arange(len(rows)), columns]) / np.asarray(weights)[columns]
    return np.asarray(np.maximum(of_kept_class, of_best_class))


def _differences_of_sets(
    pairs: Sequence[tuple[int, int]],
    probabilities: NDArray[np.float64],
    classes: Sequence[str],
    kept: KeptAnswers,
    several: SeveralLabels,
) -> NDArray[np.float64]:
    """Return how far each set of labels is from the kept one, shape [len(pairs)].

    Its probability must be the same, and no label may lie on the other side of its threshold.
    """
    rows, places = np.array(pairs).T
    here = probabilities[rows]
    places_of = {name: place for place, name in enumerate(classes)}
    chosen = np.zeros(here.shape, np.bool_)
    for row, place in enumerate(places.tolist()):
        chosen[row, [places_of[label] for label in parts(kept.predicted[place], several.separator)]] = True
    of_set = np.abs(confidence_of_sets(here, chosen, several) - np.array(kept.confidence)[places])
    beyond = here - np.array([rule.threshold for rule in several.rules])
    of_labels = np.where(chosen, -beyond, beyond).max(axis=1)
    return np.asarray(np.maximum(of_set, of_labels))


def _point(value: float) -> Interval:
    """Return a figure that was counted, not sampled."""
    return Interval(value, value, value)
