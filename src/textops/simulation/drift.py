"""The kinds of drift that can be played, each with a severity from 0 to 1."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from numpy.random import Generator

from textops.errors import ConfigurationError
from textops.simulation.changes import disguise, make_typos, renew_vocabulary
from textops.simulation.pool import LabelledText, of_rarest_class, older_and_newer

Kind = Literal["none", "topics", "source", "years", "typos", "vocabulary", "adversarial"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_CHANGES: dict[Kind, Callable[[str, float, Generator], str]] = {
    "typos": make_typos,
    "vocabulary": renew_vocabulary,
    "adversarial": disguise,
}


@dataclass(frozen=True)
class Drift:
    """What changes, and how much.

    Attributes:
        kind: `topics`: one class takes over; `source`: texts from elsewhere; `years`: the newer half of the texts
            instead of the older; `typos`; `vocabulary`: words go out of use and others take their place;
            `adversarial`: look-alike letters. For the first three, severity is the share of the traffic; for the
            others, how much of each text changes.
        severity: 0 to 1.

    Raises:
        ConfigurationError: If the severity is not possible.
    """

    kind: Kind = "none"
    severity: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.severity <= 1:
            raise ConfigurationError(f"severity {self.severity} is not possible: give a number from 0 to 1")


@dataclass(frozen=True)
class Pools:
    """Where the texts come from.

    Attributes:
        usual: Texts of the time before the drift.
        drifted: Texts of the time after it, before any change to them; the same where only the texts change.
    """

    usual: list[LabelledText]
    drifted: list[LabelledText]


def pools_of(kind: Kind, pool: Sequence[LabelledText], elsewhere: Sequence[LabelledText] | None) -> Pools:
    """Choose the texts before and after.

    Args:
        kind: What changes.
        pool: Held-out texts of the model's own data.
        elsewhere: Texts of another data set, for `source`.

    Raises:
        ConfigurationError: If `source` has no other data set.
        DataError: If `years` has texts without times.
    """
    if kind == "source":
        if not elsewhere:
            raise ConfigurationError("drift of the source needs another prepared data set: give --source FOLDER")
        return Pools(list(pool), list(elsewhere))
    if kind == "years":
        return Pools(*older_and_newer(pool))
    if kind == "topics":
        return Pools(list(pool), of_rarest_class(pool))
    return Pools(list(pool), list(pool))


def usual_texts(pools: Pools, random: Generator) -> Iterator[LabelledText]:
    """Yield texts without drift, without end: the pool in another order each time."""
    while True:
        for place in random.permutation(len(pools.usual)).tolist():
            yield pools.usual[place]


def drifted_texts(pools: Pools, drift: Drift, random: Generator) -> Iterator[LabelledText]:
    """Yield texts with drift, without end."""
    change = _CHANGES.get(drift.kind)
    usual = usual_texts(pools, random)
    while True:
        for place in random.permutation(len(pools.drifted)).tolist():
            each = pools.drifted[place]
            if change is not None:
                yield LabelledText(change(each.text, drift.severity, random), each.label, each.timestamp)
            elif drift.kind != "none" and random.random() < drift.severity:
                yield each
            else:
                yield next(usual)
