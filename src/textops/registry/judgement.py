"""The judgement of a candidate: every check of the gate in its order, each told as soon as it is made."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from loguru import logger
from numpy.typing import NDArray

from textops.bundle import verify
from textops.errors import BundleError
from textops.inference import Predictor
from textops.inference.session import RUNTIME_ERRORS, first_line
from textops.registry.bounds import GateBounds
from textops.registry.budget_check import within_budget
from textops.registry.calibration_check import calibrated
from textops.registry.class_checks import Aim, better_than_one_class, not_worse_by_aim
from textops.registry.evidence import Evidence, HeldOut
from textops.registry.gate import (
    GateCheck,
    GateReport,
    better_than_majority,
    not_worse_than_holder,
    same_classes,
)
from textops.registry.parity_check import ANSWERS, recorded_parity, same_answers
from textops.registry.version import Version

HASHES = "hashes"
LOADING = "loading"
HOLDER = "holder"
TASK = "task"


@dataclass(frozen=True)
class _Answered:
    """A model and its answers to the test set.

    Attributes:
        predictor: The model.
        probabilities: Calibrated probabilities, shape [examples, classes].
        answers: Its answer, by example, shape [examples].
        hits: Whether it is right, by example, shape [examples].
    """

    predictor: Predictor
    probabilities: NDArray[np.float64]
    answers: NDArray[np.str_]
    hits: NDArray[np.bool_]

    @property
    def confidence(self) -> NDArray[np.float64]:
        """Probability of its answer, by example."""
        return self.predictor.confidence(self.probabilities)


def judge(
    candidate: Version, holder: Version | None, held_out: HeldOut, bounds: GateBounds, evidence: Evidence
) -> GateReport:
    """Ask a candidate all that the gate asks, also after a check has failed.

    Only an altered model, or one that does not answer, is asked nothing more.

    Args:
        candidate: The candidate.
        holder: The version that holds the alias; None where there is none, and the candidate must then beat the
            most frequent class.
        held_out: The frozen test set, at least one example.
        bounds: What is asked for.
        evidence: What is known of the candidate beside its bundle.
    """
    checks = tuple(_told(_checks(candidate, holder, held_out, bounds, evidence)))
    return GateReport(examples=len(held_out), checks=checks)


def _told(checks: Iterable[GateCheck]) -> Iterator[GateCheck]:
    for check in checks:
        logger.log("INFO" if check.passed else "WARNING", "gate {} {}: {}", check.outcome, check.name, check.sentence)
        yield check


def _checks(
    candidate: Version, holder: Version | None, held_out: HeldOut, bounds: GateBounds, evidence: Evidence
) -> Iterator[GateCheck]:
    hashes = _unaltered(candidate)
    yield hashes
    if not hashes.passed:
        return
    export = candidate.manifest.export
    yield recorded_parity(export, bounds)
    try:
        answered = _answer(candidate, held_out)
    except BundleError as error:
        yield GateCheck(name=LOADING, passed=False, figure=None, sentence=str(error))
        return
    classes = candidate.manifest.classes
    exact = export is None or export.exact
    weights = answered.predictor.weights
    try:
        yield same_answers(
            held_out.ids,
            answered.probabilities,
            classes,
            evidence.kept(),
            exact=exact,
            weights=weights,
            several=candidate.manifest.several,
        )
    except BundleError as error:
        yield GateCheck(name=ANSWERS, passed=False, figure=None, sentence=str(error))
    yield from _frozen_test_set(answered, holder, held_out, bounds.tolerance)
    yield calibrated(answered.confidence, answered.hits, bounds.calibration_error)
    yield from within_budget(candidate.path, held_out.texts, bounds)
    yield evidence.behaviour(answered.predictor)
    yield from evidence.further


def _unaltered(candidate: Version) -> GateCheck:
    try:
        manifest = verify(candidate.path)
    except BundleError as error:
        return GateCheck(name=HASHES, passed=False, figure=None, sentence=str(error))
    sentence = f"all {len(manifest.files)} files of {candidate} are as they were registered"
    return GateCheck(name=HASHES, passed=True, figure=None, sentence=sentence)


def _answer(version: Version, held_out: HeldOut) -> _Answered:
    """Load a model and let it answer the test set.

    Raises:
        BundleError: If it cannot be loaded, or does not answer every text with finite numbers.
    """
    predictor = Predictor.load(version.path)
    try:
        probabilities = predictor.probabilities(held_out.texts)
    except RUNTIME_ERRORS as error:
        raise BundleError(f"{version} does not answer the test set ({first_line(error)}): export it again") from error
    if not np.isfinite(probabilities).all():
        raise BundleError(f"{version} answers the test set with numbers that are not finite: train it again")
    answers = predictor.answers(probabilities)
    return _Answered(predictor, probabilities, answers, np.asarray(answers == np.array(held_out.labels)))


def _frozen_test_set(
    candidate: _Answered, version: Version | None, held_out: HeldOut, tolerance: float
) -> Iterator[GateCheck]:
    decision, known = candidate.predictor.manifest.decision, candidate.predictor.manifest.classes
    aim = None if decision is None else Aim(decision, known)
    if version is None:
        if aim is None:
            majority_share = max(Counter(held_out.labels).values()) / len(held_out)
            yield better_than_majority(candidate.hits, majority_share)
        else:
            yield better_than_one_class(candidate.answers, held_out.labels, aim)
        return
    name = str(version)
    try:
        holder = _answer(version, held_out)
    except BundleError as error:
        # A broken holder is no reason to pass unseen, and none to lock the door: it can be overridden.
        yield GateCheck(name=HOLDER, passed=False, figure=None, sentence=str(error))
        return
    classes = same_classes(candidate.predictor.manifest.classes, holder.predictor.manifest.classes, name)
    yield classes
    if not classes.passed:
        return
    tasks = candidate.predictor.manifest.task, holder.predictor.manifest.task
    if tasks[0] != tasks[1]:
        sentence = f"the candidate is a {tasks[0]} model, {name} a {tasks[1]} one: their users read answers otherwise"
        yield GateCheck(name=TASK, passed=False, figure=None, sentence=sentence)
        return
    if aim is not None:
        # What gives up accuracy for rare classes, as it was asked to, is measured by what it was asked for.
        yield not_worse_by_aim(candidate.answers, holder.answers, held_out.labels, name, aim, tolerance)
    else:
        yield not_worse_than_holder(candidate.hits, holder.hits, name, tolerance)
