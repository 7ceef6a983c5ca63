"""The promotion gate's comparison with the holder: how often it lets whom through, by the size of the test set."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from textops.benchmark.result import keep, table
from textops.paired_shares import examples_needed, share_that_passes
from textops.registry.bounds import DEFAULT_TOLERANCE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EXAMPLES = (20, 50, 200, 500, 1_000, 5_000, 20_000)
DISAGREEMENTS = (0.01, 0.06, 0.2)
_LOSSES = (0.0, 0.01, 0.02, 0.05)
_LEAST_SHOWN = 0.001
# Smaller ones are left over from rounding.
_LEAST_MEANT = 1e-7


@dataclass(frozen=True)
class Candidate:
    """A candidate of which everything is known, before the gate.

    Attributes:
        disagreement: Share of all texts on which candidate or holder alone is right.
        worse: By how much its accuracy is really below that of the holder.
        passes: Size of the test set -> share of the test sets with which it passes.
    """

    disagreement: float
    worse: float
    passes: Mapping[int, float]


def benchmark(tolerance: float = DEFAULT_TOLERANCE) -> str:
    """Compute how often candidates pass and keep the result as `gate`; computed, not measured: the same everywhere.

    Args:
        tolerance: Loss of accuracy that does not matter.

    Returns:
        The table as Markdown.
    """
    candidates = [
        Candidate(
            disagreement,
            worse,
            {examples: share_that_passes(examples, disagreement, worse, tolerance) for examples in EXAMPLES},
        )
        for disagreement in DISAGREEMENTS
        for worse in sorted({*_LOSSES, tolerance})
        if worse <= disagreement
    ]
    markdown = _markdown(candidates, tolerance)
    keep(
        "gate",
        {"tolerance": tolerance, "candidates": [asdict(each) for each in candidates]},
        markdown,
        _figure(candidates, tolerance),
    )
    return markdown


def _markdown(candidates: list[Candidate], tolerance: float) -> str:
    rows = [
        [
            f"{each.disagreement:.0%}",
            "as good" if each.worse == 0 else f"{_points(each.worse)} worse",
            *(_percent(share) for share in each.passes.values()),
        ]
        for each in candidates
    ]
    header = ["one alone is right on", "the candidate is really", *(f"{examples:,} texts" for examples in EXAMPLES)]
    needed = ", ".join(f"{examples_needed(share, tolerance) or 0:,} ({share:.0%})" for share in DISAGREEMENTS)
    return (
        f"Share of the test sets with which a candidate passes at a tolerance of {_points(tolerance)}, computed over "
        "all possible test sets (`textops benchmark gate`). Those that are as good pass in eight of ten cases from so "
        f"many texts on: {needed}.\n\n" + table(header, rows)
    )


def _points(share: float) -> str:
    points = 100 * share
    return f"{points:g} point{'s' * (points != 1)}"


def _percent(share: float) -> str:
    # Neither what hardly ever happens nor what nearly always does should read as if it were certain.
    if _LEAST_MEANT < share < _LEAST_SHOWN:
        return f"under {_LEAST_SHOWN:.1%}"
    if share > 1 - _LEAST_SHOWN:
        return f"over {1 - _LEAST_SHOWN:.1%}"
    return f"{share:.1%}"


def _figure(candidates: list[Candidate], tolerance: float) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), dpi=150, layout="constrained")
    axes = figure.subplots()
    for color, disagreement in zip(("tab:green", "tab:blue", "tab:orange"), DISAGREEMENTS, strict=True):
        for each in candidates:
            if each.disagreement == disagreement and each.worse in (0, tolerance):
                axes.plot(
                    list(each.passes),
                    list(each.passes.values()),
                    "o-" if each.worse == 0 else "x--",
                    color=color,
                    label=f"{disagreement:.0%}, {'as good' if each.worse == 0 else _points(each.worse) + ' worse'}",
                )
    axes.set_xscale("log")
    axes.set_xlabel("texts in the test set")
    axes.set_ylabel("share that passes")
    axes.legend(frameon=False, title="one alone is right on")
    axes.spines[["top", "right"]].set_visible(False)
    return figure
