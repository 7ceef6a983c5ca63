"""A check as tables for the terminal."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from textops.logs.records import printable
from textops.monitoring.effect import Effect
from textops.monitoring.findings import DriftCheck, FeatureDrift

_COLOURS = {"ok": "green", "warn": "yellow", "drift": "red", "too few": "dim"}


def show(found: DriftCheck) -> None:
    """Print a check."""
    console = Console()
    colour = _COLOURS[found.verdict]
    console.print(f"[bold {colour}]{found.verdict}[/]: ", end="")
    console.print(printable(found.summary), markup=False, soft_wrap=True)
    window = found.window
    console.print(
        f"{found.model}: {window.asked}: {window.rows:,} answers, {window.drawn:,} looked at, beside "
        f"{found.reference_rows:,} held-out examples ({found.seconds:.1f} s)",
        markup=False,
        soft_wrap=True,
    )
    if found.features:
        console.print(_features(found))
    for line in [*_lines(found), *found.notes]:
        console.print(printable(line), markup=False, soft_wrap=True)


def _features(found: DriftCheck) -> Table:
    table = Table(
        "feature",
        "verdict",
        "PSI [95 %]",
        "moved",
        "held-out",
        "live",
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for column in table.columns:
        column.no_wrap = True
    for each in found.features:
        table.add_row(
            each.name,
            f"[{_COLOURS[each.verdict]}]{each.verdict}[/]",
            "" if each.score is None else _in_words(each.score),
            "" if each.distance is None else f"{each.distance.value:.2f}",
            *_means(each),
        )
    return table


def _means(each: FeatureDrift) -> tuple[str, str]:
    if each.reference_mean is None or each.window_mean is None:
        return "", ""
    # Three digits: with a sign and zeros in front, four do not fit a terminal of 80 columns.
    return f"{each.reference_mean:.3g}", f"{each.window_mean:.3g}"


def _lines(found: DriftCheck) -> list[str]:
    lines = []
    if found.separation is not None:
        lines.append(
            f"all together ({found.separation.verdict}): a classifier tells the two apart with an area of "
            f"{_in_words(found.separation.area)}, by {', '.join(found.separation.telling)}"
        )
    right = found.quality
    if right is not None:
        promised = f"its confidence promises {_in_words(right.expected)}"
        on_test = "" if right.reference is None else f", {right.reference:.3f} on the test set"
        if right.accuracy is None:
            lines.append(f"quality: no feedback yet; {promised}{on_test}")
        else:
            lines.append(
                f"quality ({right.verdict}): {_in_words(right.accuracy)} right of {right.labelled:,} with feedback; "
                f"{promised}{on_test}"
            )
    return lines


def _in_words(effect: Effect) -> str:
    return f"{effect.value:.3f} [{effect.low:.3f}, {effect.high:.3f}]"
