"""What live traffic has to teach: labelled texts, and where each of them goes."""

from dataclasses import dataclass

from textops.errors import DataError
from textops.prediction_log.reading import count_unknown_feedback, labelled
from textops.retraining.additions import fingerprint_with
from textops.retraining.beginning import Beginning
from textops.retraining.grown_dataset import known_of, origin_of
from textops.retraining.placement import Placement, placed
from textops.retraining.plan import RetrainPlan
from textops.retraining.traffic import Traffic, TrafficCounts, traffic_of


@dataclass(frozen=True)
class Lesson:
    """What live traffic has to teach.

    Attributes:
        traffic: Labelled texts.
        placement: Where each goes.
        fingerprint: Of the data set with them.
    """

    traffic: Traffic
    placement: Placement
    fingerprint: str


def read_lesson(plan: RetrainPlan, beginning: Beginning) -> Lesson:
    """Read the prediction log; nothing is written.

    Raises:
        DataError: If there is no feedback, or none on a text that was kept.
        DatabaseAwayError: If the log cannot be read.
    """
    name, base = beginning.production.name, beginning.base
    rows = (row for portion in labelled(plan.database, name, plan.since, plan.until) for row in portion)
    unknown = count_unknown_feedback(plan.database, plan.since, plan.until)
    source = base.manifest.source
    traffic = traffic_of(rows, base.manifest.classes, source.remove_patterns, unknown, source.separator)
    if not traffic.counts.predictions:
        raise DataError(
            f"{plan.database.address.shown} holds no feedback on answers of {name} {_period(plan)}: let people say "
            "what is right (POST /feedback), or look further back with --since"
        )
    placement = placed(traffic.texts, known_of(base), source, plan.window_share)
    return Lesson(traffic, placement, fingerprint_with(origin_of(base), placement.additions))


def require_enough(lesson: Lesson, plan: RetrainPlan) -> None:
    """Check that there is enough to learn.

    Raises:
        DataError: If there is not.
    """
    counts = lesson.placement.counts
    if counts.new < plan.min_labels:
        raise DataError(
            f"{counts.new} labelled texts of live traffic are new, and a retraining wants {plan.min_labels} "
            f"({_left_out(lesson.traffic.counts)}{counts.known} known already, {counts.held_out + counts.between} too "
            "close to texts that models are measured on): wait for feedback, look further back with --since, or set "
            "--min-labels"
        )
    if not counts.train + counts.corrected:
        raise DataError(
            f"all {counts.new} new labelled texts belong to groups of near duplicates that are kept for measuring: "
            "there is nothing to train on, wait for feedback on other texts"
        )


def nothing_new(lesson: Lesson) -> str:
    """Say in one line why there is nothing new."""
    counts = lesson.placement.counts
    return (
        f"nothing new: of {lesson.traffic.counts.texts} labelled texts {counts.known} are in the data of production, "
        f"and {counts.held_out + counts.between} are too close to texts that models are measured on"
    )


def _left_out(counts: TrafficCounts) -> str:
    reasons = {
        "without their text": counts.without_text,
        "blank": counts.blank,
        "of unknown classes": sum(counts.strangers.values()),
        "undecided": counts.undecided,
    }
    return "".join(f"{count} {reason}, " for reason, count in reasons.items() if count)


def _period(plan: RetrainPlan) -> str:
    since = "" if plan.since is None else f"since {plan.since:%Y-%m-%d %H:%M}"
    until = "" if plan.until is None else f"until {plan.until:%Y-%m-%d %H:%M}"
    return " ".join(part for part in (since, until) if part) or "at all"
