"""Which form of a model ships."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textops.bootstrap import Interval
from textops.optimization.export import CHECKPOINT_VARIANT
from textops.optimization.settings import PolicySettings
from textops.variant_figures import VariantFigures

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Choice:
    """What ships.

    Attributes:
        name: Name of the form.
        reason: Why, in words and figures.
    """

    name: str
    reason: str


def choose(
    candidates: Sequence[VariantFigures], losses: Mapping[str, Interval], examples: int, policy: PolicySettings
) -> Choice:
    """Choose the fastest form that answers well enough; of those that are equally fast, the smallest.

    Judged on the validation set: the test set stays unseen by whoever chooses, so that its figures hold for what was
    chosen.

    Args:
        candidates: Forms that can ship, that of the checkpoint among them.
        losses: Accuracy on the validation set minus that of the checkpoint, by name.
        examples: Size of the validation set.
        policy: What may be lost, and what fast means.
    """
    fit = [candidate for candidate in candidates if _good_enough(candidate.name, losses[candidate.name], policy)]
    fastest = min(_cost(candidate, policy) for candidate in fit)
    as_fast = [candidate for candidate in fit if _cost(candidate, policy) <= fastest * (1 + policy.tie)]
    # The name settles it where all else is equal, so that the choice does not hang on an order.
    chosen = min(as_fast, key=lambda candidate: (candidate.file_bytes or 0, candidate.name))
    return Choice(chosen.name, _reason(chosen, fit, candidates, losses, examples, policy))


def _good_enough(name: str, difference: Interval, policy: PolicySettings) -> bool:
    if name == CHECKPOINT_VARIANT:
        return True
    measured = difference.value >= -policy.max_accuracy_loss - _ROUNDING
    return measured and difference.low >= -policy.max_likely_loss - _ROUNDING


def _cost(candidate: VariantFigures, policy: PolicySettings) -> float:
    """Return the time of one text in milliseconds, or of one among many in seconds."""
    measured = candidate.latency_p50_ms if policy.measure == "latency" else candidate.documents_per_second
    if measured is None:
        raise ValueError(f"{candidate.name} was not measured")
    return measured.value if policy.measure == "latency" else 1 / measured.value


def _reason(
    chosen: VariantFigures,
    fit: Sequence[VariantFigures],
    candidates: Sequence[VariantFigures],
    losses: Mapping[str, Interval],
    examples: int,
    policy: PolicySettings,
) -> str:
    refused = [candidate for candidate in candidates if candidate not in fit]
    kind = "latency of one text" if policy.measure == "latency" else "throughput"
    parts = [
        (
            f"of {len(fit)} forms within the bound the fastest by {kind} ({_speed(chosen, policy)}), "
            f"or the smallest of those within {policy.tie:.0%} of it"
            if len(fit) > 1
            else f"the only form within the bound, by {kind} {_speed(chosen, policy)}"
        )
    ]
    if chosen.name != CHECKPOINT_VARIANT:
        parts.append(f"accuracy on {examples:,} validation texts {_points(losses[chosen.name])} points")
    if refused:
        bound = f"{-100 * policy.max_accuracy_loss:+.1f} measured, {-100 * policy.max_likely_loss:+.1f} likely"
        lost = ", ".join(f"{candidate.name} {_points(losses[candidate.name])}" for candidate in refused)
        parts.append(f"outside the bound of {bound}: {lost}")
    return "; ".join(parts)


def _speed(candidate: VariantFigures, policy: PolicySettings) -> str:
    if policy.measure == "latency":
        return f"{_cost(candidate, policy):.3g} ms"
    return f"{1 / _cost(candidate, policy):,.0f} texts a second"


def _points(difference: Interval) -> str:
    return f"{100 * difference.value:+.2f} [{100 * difference.low:+.2f}, {100 * difference.high:+.2f}]"
