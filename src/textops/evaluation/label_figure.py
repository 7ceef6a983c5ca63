"""What is missed and what is given wrongly of each label, as PNG: there is no confusion of one label with another."""

from pathlib import Path
from typing import Any

from textops.evaluation.figures import INK, PAPER, QUIET, RIGHT, WRONG, new_figure, save_figure, write_title
from textops.evaluation.label_metrics import LabelEvaluation, LabelFigures
from textops.evaluation.typeface import letter

_MOST_LABELS = 40
_LONGEST_NAME = 40


def draw_labels(evaluation: LabelEvaluation, path: Path) -> None:
    """Draw for each label how many examples are found, missed and given it wrongly; of many, those with most mistakes.

    Args:
        evaluation: Of any number of labels, named in any script.
        path: The PNG to write.
    """
    chosen = sorted(evaluation.per_label, key=lambda label: -sum(_counts(label)[1:]))[:_MOST_LABELS]
    lettering = letter([label.name for label in chosen], longest=_LONGEST_NAME)
    figure, (axes,) = new_figure(width=8.4, height=1.7 + 0.28 * len(chosen), columns=1)
    for place, label in enumerate(chosen):
        found, missed, wrong = _counts(label)
        axes.barh(place, found, color=RIGHT, height=0.7)
        axes.barh(place, missed, left=found, color=QUIET, height=0.7, alpha=0.4)
        axes.barh(place, wrong, left=found + missed, color=WRONG, height=0.7)
        axes.text(found + missed + wrong, place, f" {label.f1.value:.2f}", va="center", fontsize=8, color=INK)
    style: dict[str, Any] = {"fontfamily": list(lettering.families), "fontsize": 8, "parse_math": False}
    axes.set_yticks(range(len(chosen)), lettering.names, **style)
    axes.invert_yaxis()
    axes.set_facecolor(PAPER)
    axes.set_xlabel("examples found, missed (grey) and given the label wrongly (orange); F1 behind them", color=QUIET)
    accuracy = evaluation.accuracy
    title = "Labels" if len(chosen) == len(evaluation.per_label) else f"The {len(chosen)} labels with most mistakes"
    subtitle = (
        f"all labels right {accuracy.value:.1%} [{accuracy.low:.1%}, {accuracy.high:.1%}] of {evaluation.examples:,}"
    )
    write_title(figure, title, subtitle)
    save_figure(figure, path)


def _counts(label: LabelFigures) -> tuple[int, int, int]:
    found = round(label.recall.value * label.support)
    return found, label.support - found, label.predicted - found
