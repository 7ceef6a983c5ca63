"""Figures of one version, drawn from its report. Class names are values in the charts, never names of fields."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from textops.bundle_report import ClassFigures, ConfusedExamples, Reliability, RobustnessFigures
from textops.frontend.figure_format import interval, points, share
from textops.frontend.interval_chart import BLUE, GREY, ORANGE, Chart, Measured, Scale, interval_chart

MOST_CONFUSED = 20
MOST_CLASSES = 40

_MOST_NUMBERS = 12
_LONGEST_LABEL = 110
_CELL = 30


def confused_classes(classes: Sequence[str], confusion: Sequence[ConfusedExamples]) -> list[int]:
    """Return the classes that a matrix shows, in their order: all, or those that are mistaken most.

    Args:
        classes: All of them.
        confusion: Which are taken for which.
    """
    mistakes = [0] * len(classes)
    for part in confusion:
        if part.true != part.predicted:
            mistakes[part.true] += part.examples
            mistakes[part.predicted] += part.examples
    most = sorted(range(len(classes)), key=lambda number: (-mistakes[number], number))[:MOST_CONFUSED]
    return sorted(most)


def confusion_chart(classes: Sequence[str], confusion: Sequence[ConfusedExamples], shown: Sequence[int]) -> Chart:
    """Return the confusion matrix of some classes.

    Args:
        classes: All of them.
        confusion: Which are taken for which.
        shown: Places of those that are shown.
    """
    support = [0] * len(classes)
    counts: dict[tuple[int, int], int] = {}
    for part in confusion:
        support[part.true] += part.examples
        counts[part.true, part.predicted] = part.examples
    pairs = [(true, predicted) for true in shown for predicted in shown]
    shares = [counts.get(pair, 0) / support[pair[0]] if support[pair[0]] else 0.0 for pair in pairs]
    cells = pd.DataFrame(
        {
            "true": [classes[true] for true, _ in pairs],
            "predicted": [classes[predicted] for _, predicted in pairs],
            "examples": [counts.get(pair, 0) for pair in pairs],
            "share": shares,
            "told": [share(part) for part in shares],
        }
    )
    below = alt.Axis(labelLimit=_LONGEST_LABEL, ticks=False, domain=False, labelFlush=False, labelAngle=-40)
    beside = alt.Axis(labelLimit=_LONGEST_LABEL, ticks=False, domain=False, labelFlush=False)
    base = alt.Chart(cells).encode(
        x=alt.X("predicted:N", sort=None, title="Answer", axis=below),
        y=alt.Y("true:N", sort=None, title="Truth", axis=beside),
        tooltip=[
            alt.Tooltip("true:N", title="Truth"),
            alt.Tooltip("predicted:N", title="Answer"),
            alt.Tooltip("examples:Q", title="Examples", format=","),
            alt.Tooltip("told:N", title="Share of the class"),
        ],
    )
    color = alt.Color(
        "share:Q",
        # The ground of the page shows through where nothing happened, in light and dark.
        scale=alt.Scale(domain=[0, 1], range=["#2f7fd60d", "#2f7fd6"]),
        legend=None,
    )
    layers: list[alt.Chart] = [base.mark_rect(stroke="#8a94a040", strokeWidth=1).encode(color=color)]
    if len(shown) <= _MOST_NUMBERS:
        numbers = base.mark_text(fontSize=12).encode(
            text=alt.Text("examples:Q", format=","),
            color=alt.condition("datum.share > 0.55", alt.value("#ffffff"), alt.value(GREY)),
            opacity=alt.condition("datum.examples > 0", alt.value(1), alt.value(0.35)),
        )
        layers.append(numbers)
    description = f"Confusion matrix of {len(shown)} classes"
    return alt.layer(*layers).properties(height=alt.Step(_CELL), description=description)


def reliability_chart(before: Reliability, after: Reliability) -> Chart:
    """Return what was promised against what came true, before and after calibration."""
    bins = pd.DataFrame(
        [
            {
                "when": when,
                "confidence": part.confidence,
                "accuracy": part.accuracy,
                "examples": part.examples,
                "told": f"{share(part.accuracy)} right of those promised {share(part.confidence)}",
            }
            for when, reliability in (("before calibration", before), ("after calibration", after))
            for part in reliability.bins
        ],
        columns=["when", "confidence", "accuracy", "examples", "told"],
    )
    promised = alt.X(
        "confidence:Q", title="Promised", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1], clamp=True)
    )
    true = alt.Y("accuracy:Q", title="Right", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1], clamp=True))
    diagonal = (
        alt.Chart(pd.DataFrame({"confidence": [0.0, 1.0], "accuracy": [0.0, 1.0]}))
        .mark_line(color=GREY, strokeDash=[4, 3], strokeWidth=1.5)
        .encode(x=promised, y=true)
    )
    when = ["before calibration", "after calibration"]
    legend = alt.Legend(symbolType="circle", symbolStrokeWidth=0, title=None, orient="bottom")
    color = alt.Color("when:N", scale=alt.Scale(domain=when, range=[ORANGE, BLUE]), legend=legend)
    base = alt.Chart(bins).encode(x=promised, y=true, color=color)
    lines = base.mark_line(strokeWidth=2, opacity=0.7).encode(
        strokeDash=alt.StrokeDash("when:N", scale=alt.Scale(domain=when, range=[[5, 3], [1, 0]]), legend=None)
    )
    marks = base.mark_point(filled=True, opacity=0.9).encode(
        size=alt.Size("examples:Q", scale=alt.Scale(range=[30, 300]), legend=None),
        shape=alt.Shape("when:N", scale=alt.Scale(domain=when, range=["square", "circle"]), legend=None),
        tooltip=[
            alt.Tooltip("when:N", title="When"),
            alt.Tooltip("told:N", title="What came true"),
            alt.Tooltip("examples:Q", title="Examples", format=","),
        ],
    )
    description = "Reliability diagram: accuracy by confidence, before and after calibration"
    return alt.layer(diagonal, lines, marks).properties(height=320, description=description)


def class_chart(classes: Sequence[ClassFigures], figure: str) -> Chart | None:
    """Return a figure of each class, the worst first; None where no class has it.

    Args:
        classes: The classes.
        figure: `precision`, `recall` or `f1`.
    """
    known = [(part.name, metric) for part in classes if (metric := getattr(part, figure)) is not None]
    worst = sorted(known, key=lambda pair: pair[1].value)[:MOST_CLASSES]
    if not worst:
        return None
    measured = [Measured(name, metric, f"{share(metric.value)} ({interval(metric, share)})") for name, metric in worst]
    title = "F1" if figure == "f1" else figure.capitalize()
    return interval_chart(measured, Scale(title, "%"), f"{title} of {len(worst)} classes with intervals")


def robustness_chart(robustness: RobustnessFigures) -> Chart:
    """Return what each change of the texts does to the accuracy."""
    measured = [
        Measured(
            change.title,
            change.difference,
            f"{points(change.difference.value)} ({interval(change.difference, points)})",
            ORANGE if change.difference.high < 0 else BLUE,
        )
        for change in robustness.perturbations
    ]
    scale = Scale("Accuracy lost or won", "+%", 0.0)
    return interval_chart(measured, scale, "Change of the accuracy by changes of the texts, with intervals")
