"""The probability of every class as bars."""

from collections.abc import Mapping

from textops.frontend.components.component import show_component
from textops.frozen import Frozen

MOST_AT_ONCE = 10


class Bar(Frozen):
    """One class.

    Attributes:
        name: Of the class.
        probability: Length of the bar, 0 to 1.
        percent: The same for people.
        chosen: Whether it is the answer.
    """

    name: str
    probability: float
    percent: str
    chosen: bool


class Bars(Frozen):
    """What the component shows.

    Attributes:
        first: The most probable classes.
        others: The rest, shown when somebody asks for them.
        others_title: What they are called.
    """

    first: list[Bar]
    others: list[Bar]
    others_title: str


def bars_of(probabilities: Mapping[str, float], *chosen: str) -> Bars:
    """Return the bars of an answer, the most probable class first; the answer is always among those that are shown.

    Args:
        probabilities: By class.
        *chosen: The answer; of a model that gives any number of labels, all of them.
    """
    ordered = sorted(probabilities.items(), key=lambda pair: -pair[1])
    bars = [Bar(name=name, probability=share, percent=percent(share), chosen=name in chosen) for name, share in ordered]
    # Where a rule of decision weighs classes, or each label has its own threshold, it need not be among the most
    # probable.
    answer = [bar for bar in bars[MOST_AT_ONCE:] if bar.chosen]
    kept = max(0, MOST_AT_ONCE - len(answer))
    first = [*bars[:kept], *answer]
    others = [*bars[kept:MOST_AT_ONCE], *(bar for bar in bars[MOST_AT_ONCE:] if not bar.chosen)]
    return Bars(first=first, others=others, others_title=f"{len(others):,} further classes")


def show_probability_bars(probabilities: Mapping[str, float], *chosen: str) -> None:
    """Draw the bars of an answer; arguments as `bars_of`."""
    show_component("probability_bars", bars_of(probabilities, *chosen), key="probability_bars")


def percent(share: float) -> str:
    """Return a share for people; what is nearly none or nearly all is not rounded to it."""
    if 0 < share < 0.001:  # noqa: PLR2004 (the last digit that is shown)
        return "< 0.1 %"
    if 0.999 < share < 1:  # noqa: PLR2004 (likewise)
        return "> 99.9 %"
    return f"{100 * share:.1f} %"
