"""The steps of a retraining, one after the other: what there is to learn, a candidate, the gate, its aliases."""

import dataclasses
import time
from dataclasses import dataclass, field
from datetime import datetime

from loguru import logger

from textops.data.dataset import Dataset
from textops.data.places import grown_folder
from textops.errors import RegistryError
from textops.evaluation.evidence import gather_evidence, held_out_of
from textops.files import shown
from textops.inference import Predictor
from textops.installation import configuration_folder
from textops.registry.gate import GateReport
from textops.registry.names import PRODUCTION, STAGING
from textops.registry.promotion import PromotionRefusedError, promote
from textops.registry.settings import RegistrySettings, read_settings
from textops.registry.version import Version
from textops.retraining.announcement import announce
from textops.retraining.beginning import Beginning, begin
from textops.retraining.candidate import bundled, repetition
from textops.retraining.comparison import Comparison, compare, window_check
from textops.retraining.grown_dataset import read_window, write_grown
from textops.retraining.lesson import Lesson, nothing_new, read_lesson, require_enough
from textops.retraining.plan import RetrainPlan
from textops.retraining.record import Outcome, Retraining, write_record
from textops.training.run import Run
from textops.training.train import train


@dataclass(frozen=True)
class _Candidate:
    """A version that may take the place of production.

    Attributes:
        version: The version.
        dataset: What it was trained on.
        run: Its training; None where an earlier retraining made it.
        test: It and production on the frozen test set.
        window: It and production on live traffic; None without such traffic.
    """

    version: Version
    dataset: Dataset
    run: Run | None
    test: Comparison | None
    window: Comparison | None


@dataclass(frozen=True)
class _Ending:
    """How it ended."""

    outcome: Outcome
    reason: str
    candidate: _Candidate | None = None
    gates: dict[str, GateReport] = field(default_factory=dict)


def take_steps(plan: RetrainPlan, started: datetime) -> Retraining:
    """Find, learn, train, measure, promote, and keep what became of it.

    Args:
        plan: What is asked for.
        started: When it was asked, UTC.

    Raises:
        DataError: If there is too little to learn from, or the data of production are not there.
        TextopsError: If anything else cannot be used; production is as it was.
    """
    clock = time.perf_counter()
    beginning = begin(plan)
    lesson = read_lesson(plan, beginning)
    announce(lesson)
    ending = _ending(plan, beginning, lesson)
    record = _record(plan, beginning, lesson, ending, started, round(time.perf_counter() - clock, 3))
    logger.info("What became of it: {}", shown(write_record(plan.records, record)))
    return record


def _ending(plan: RetrainPlan, beginning: Beginning, lesson: Lesson) -> _Ending:
    if lesson.fingerprint == beginning.base.manifest.fingerprint:
        return _Ending("nothing_new", nothing_new(lesson))
    require_enough(lesson, plan)
    staged = staged_already(plan, beginning.production.name, lesson.fingerprint)
    if staged is not None and plan.to == STAGING:
        return _Ending("nothing_new", f"nothing new: {staged}, which holds {STAGING}, was trained on the same data")
    candidate = _candidate(plan, beginning, lesson, staged)
    return _promoted(plan, beginning, candidate)


def staged_already(plan: RetrainPlan, name: str, fingerprint: str) -> Version | None:
    """Return what holds staging if it was trained on the very same data, and nothing else was asked for."""
    event = plan.registry.alias(name, STAGING)
    if event is None or plan.overrides or plan.every_form or plan.from_run is not None:
        return None
    version = plan.registry.version(name, event.version)
    return version if version.manifest.data.fingerprint == fingerprint else None


def _candidate(plan: RetrainPlan, beginning: Beginning, lesson: Lesson, staged: Version | None) -> _Candidate:
    """Train a candidate, unless there is one, and measure it."""
    production, base = beginning.production, beginning.base
    grown = grown_folder(beginning.processed, base.manifest.name, lesson.fingerprint)
    # Composed first: what does not fit is said before anything is written.
    configuration = repetition(beginning.saved, plan.overrides, grown)
    dataset = write_grown(base, grown, lesson.placement, lesson.fingerprint)
    run = None
    if staged is None:
        run = train(configuration)
        judged = bundled(run, production.manifest, every_form=plan.every_form)
        version = plan.registry.register(judged.bundle, production.name)
    else:
        logger.info("{}, which holds {}, was trained on these data", staged, STAGING)
        version = staged
    ours, theirs = Predictor.load(version.path), Predictor.load(production.path)
    held_out = held_out_of(base)
    return _Candidate(
        version,
        dataset,
        run,
        test=compare(ours, theirs, held_out.texts, held_out.labels),
        window=compare(ours, theirs, *read_window(dataset)),
    )


def _promoted(plan: RetrainPlan, beginning: Beginning, candidate: _Candidate) -> _Ending:
    """Let the gate decide how far the candidate goes."""
    version, production = candidate.version, beginning.production
    held_out = held_out_of(beginning.base)
    bounds = read_settings(RegistrySettings).bounds
    window = window_check(candidate.window, str(production), bounds.tolerance)
    evidence = gather_evidence(version, held_out, configuration_folder() / "behaviour")
    evidence = dataclasses.replace(evidence, further=(window,))
    gates: dict[str, GateReport] = {}
    for alias in plan.aliases:
        if alias == PRODUCTION:
            _require_same_production(plan, production)
        try:
            event = promote(plan.registry, str(version), alias, held_out, bounds=bounds, evidence=evidence)
        except PromotionRefusedError as error:
            return _Ending("refused", str(error), candidate, {**gates, alias: error.report})
        if event.gate is not None:
            gates[alias] = event.gate
    outcome: Outcome = "promoted" if plan.to == PRODUCTION else "staged"
    return _Ending(outcome, f"{version} holds {plan.to}", candidate, gates)


def _require_same_production(plan: RetrainPlan, production: Version) -> None:
    """Check that production is what the candidate was compared with."""
    present = plan.registry.find(f"{production.name}@{PRODUCTION}")
    if present.number != production.number:
        raise RegistryError(
            f"{PRODUCTION} of {production.name} moved from version {production.number} to {present.number} while the "
            "retraining ran: retrain again"
        )


def _record(
    plan: RetrainPlan, beginning: Beginning, lesson: Lesson, ending: _Ending, started: datetime, seconds: float
) -> Retraining:
    candidate = ending.candidate
    run = None if candidate is None else candidate.run
    export = None if candidate is None else candidate.version.manifest.export
    return Retraining(
        model=beginning.production.name,
        production=beginning.production.number,
        candidate=None if candidate is None else candidate.version.number,
        outcome=ending.outcome,
        reason=ending.reason,
        started=started,
        seconds=seconds,
        since=plan.since,
        until=plan.until,
        overrides=plan.overrides,
        traffic=lesson.traffic.counts,
        placement=lesson.placement.counts,
        dataset=None if candidate is None else shown(candidate.dataset.folder),
        fingerprint=lesson.fingerprint,
        train_examples=None if candidate is None else candidate.dataset.manifest.examples("train"),
        run=None if run is None else shown(run.folder),
        form=None if export is None else export.variant,
        test=None if candidate is None else candidate.test,
        window=None if candidate is None else candidate.window,
        gates=ending.gates,
    )
