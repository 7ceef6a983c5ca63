"""Promotion: load candidate and holder, let both answer the frozen test set, ask the gate, move the alias."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from loguru import logger
from numpy.typing import NDArray

from textops.errors import BundleError, DataError, GateRefusedError, RegistryError
from textops.inference import Predictor
from textops.registry.events import AliasEvent
from textops.registry.gate import (
    DEFAULT_TOLERANCE,
    GateCheck,
    GateReport,
    better_than_majority,
    not_worse_than_holder,
    same_classes,
)
from textops.registry.names import LATEST, check_alias
from textops.registry.store import Registry, Version


def promote(
    registry: Registry,
    reference: str | None,
    to: str,
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    tolerance: float = DEFAULT_TOLERANCE,
    force_reason: str | None = None,
) -> AliasEvent:
    """Move an alias to a version that is not worse than the present holder on the frozen test set.

    Args:
        registry: The registry.
        reference: The candidate; a bare name means its newest version, None the newest of the only model.
        to: The alias.
        texts: Texts of the test set.
        labels: Their true class names, in the same order.
        tolerance: Difference in accuracy that does not matter.
        force_reason: Promotes whatever the gate says; stored in the event together with what it said.

    Returns:
        The event with the gate's report; the present one where the candidate holds the alias already.

    Raises:
        GateRefusedError: If the gate refuses; the message names each failed check with its figure.
        RegistryError: If the reference leads nowhere, the reason is blank, or somebody else moved the alias
            meanwhile.
        BundleError: If the candidate is altered or does not answer.
        DataError: If the test set is empty or holds classes that the candidate does not know.
    """
    if force_reason is not None and not force_reason.strip():
        raise RegistryError("overriding the gate needs a reason, which is stored: --force REASON")
    version = registry.find(reference, default_alias=LATEST)
    seen = registry.alias(version.name, check_alias(to))
    if seen is not None and seen.version == version.number:
        logger.info("{} is {} already", version, to)
        return seen
    candidate = Predictor.load(version.path)
    _check_test_set(version, candidate, texts, labels)
    holder = None if seen is None else registry.version(version.name, seen.version)
    report = judge(candidate, holder, texts, labels, tolerance=tolerance)
    for check in report.checks:
        logger.info("gate {} {}: {}", "passed" if check.passed else "refused", check.name, check.sentence)
    if not report.passed and force_reason is None:
        raise GateRefusedError(
            f"{version} is not promoted to {to}: {report.refusals}; train a better one, "
            "or override with a reason (--force REASON)"
        )
    return registry.point(version, to, after=seen, reason=force_reason, gate=report)


def judge(
    candidate: Predictor,
    holder: Version | None,
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    tolerance: float = DEFAULT_TOLERANCE,
) -> GateReport:
    """Let candidate and holder answer the test set and ask the gate.

    Args:
        candidate: The candidate.
        holder: The version that holds the alias; None where there is none, and the candidate must then beat
            the most frequent class.
        texts: Texts of the test set, at least one.
        labels: Their class names.
        tolerance: Difference in accuracy that does not matter.
    """
    hits = _hits(candidate, texts, labels)
    if holder is None:
        majority_share = max(Counter(labels).values()) / len(labels)
        return GateReport(examples=len(labels), checks=(better_than_majority(hits, majority_share),))
    return GateReport(examples=len(labels), checks=_against_holder(candidate, hits, holder, texts, labels, tolerance))


def _against_holder(
    candidate: Predictor,
    hits: NDArray[np.bool_],
    version: Version,
    texts: Sequence[str],
    labels: Sequence[str],
    tolerance: float,
) -> tuple[GateCheck, ...]:
    name = str(version)
    try:
        holder = Predictor.load(version.path)
    except BundleError as error:
        # A broken holder is no reason to pass unseen, and none to lock the door: it can be overridden.
        return (GateCheck(name="holder", passed=False, figure=None, sentence=str(error)),)
    classes = same_classes(candidate.manifest.classes, holder.manifest.classes, name)
    if not classes.passed:
        return (classes,)
    return classes, not_worse_than_holder(hits, _hits(holder, texts, labels), name, tolerance)


def _check_test_set(version: Version, candidate: Predictor, texts: Sequence[str], labels: Sequence[str]) -> None:
    if not texts or len(texts) != len(labels):
        raise DataError(
            f"{version} cannot be judged with {len(texts)} texts and {len(labels)} labels: "
            "prepare a test set first (textops prepare)"
        )
    unknown = sorted(set(labels) - set(candidate.manifest.classes))
    if unknown:
        raise DataError(
            f"the test set holds {', '.join(unknown)}, which {version} does not know (it knows "
            f"{', '.join(candidate.manifest.classes)}): judge it with the test set of its own data"
        )


def _hits(predictor: Predictor, texts: Sequence[str], labels: Sequence[str]) -> NDArray[np.bool_]:
    """Return whether the predictor is right, by example, shape [len(texts)]."""
    classes = np.array(predictor.manifest.classes)
    return np.asarray(classes[predictor.logits(texts).argmax(axis=1)] == np.array(labels))
