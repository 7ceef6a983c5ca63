"""Which example of live traffic is for training, which for measuring, and which for neither."""

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from textops.data.configuration import SourceConfiguration
from textops.data.duplicates import near_groups
from textops.data.split import POSITIONS
from textops.data.validation import position_of
from textops.frozen import Frozen
from textops.retraining.additions import Addition, Side
from textops.retraining.traffic import TrafficText


class PlacementCounts(Frozen):
    """What became of the labelled texts.

    Attributes:
        train: New ones for training.
        window: New ones for measuring.
        corrected: Ones of earlier retrainings whose label has changed since.
        known: Ones that the data set held already.
        disputed: Of these, ones to which the data set's source gives another label, which stays.
        held_out: Ones that are, or are nearly, texts of test or val: nothing may learn them.
        between: Ones that are nearly a text of train and one of an earlier window as well.
    """

    train: int = 0
    window: int = 0
    corrected: int = 0
    known: int = 0
    disputed: int = 0
    held_out: int = 0
    between: int = 0

    @property
    def new(self) -> int:
        """How many texts say what the data set does not say."""
        return self.train + self.window + self.corrected


@dataclass(frozen=True)
class Known:
    """What the data set holds already.

    Attributes:
        held_out: Texts of test and val.
        labels: Text of train, as its source gives it -> label.
        groups: Text of train, as its source gives it -> name of its near-duplicate group.
        additions: What earlier retrainings added.
    """

    held_out: Sequence[str]
    labels: dict[str, str]
    groups: dict[str, str]
    additions: Sequence[Addition]


@dataclass(frozen=True)
class Placement:
    """The additions of a data set, old and new.

    Attributes:
        additions: All of them.
        fresh: Ids of those for measuring that are of the traffic at hand.
        counts: What became of the texts.
    """

    additions: tuple[Addition, ...]
    fresh: frozenset[str]
    counts: PlacementCounts

    def of(self, side: Side) -> list[Addition]:
        """Return the additions of a side."""
        return [addition for addition in self.additions if addition.side == side]

    @property
    def window(self) -> list[Addition]:
        """What models are measured on: additions for measuring that are of the traffic at hand."""
        return [addition for addition in self.of("window") if addition.id in self.fresh]


def placed(texts: Sequence[TrafficText], known: Known, source: SourceConfiguration, window_share: float) -> Placement:
    """Place labelled texts beside what is there.

    No example ever changes its side. A text that is nearly one of train goes there, one that is nearly one of an
    earlier window goes to the window, and one that is nearly both, or nearly one of test or val, goes nowhere. A new
    group of near duplicates is placed by a hash of its name, which is the id of the text that came first: later texts
    do not change it.

    Args:
        texts: Different texts, the oldest first.
        known: What is there.
        source: Says how near duplicates are found, and salts the hash.
        window_share: Share of the new groups that are for measuring.
    """
    tally: Counter[str] = Counter()
    additions = {addition.text: addition for addition in known.additions}
    held_out = frozenset(known.held_out)
    unseen: list[TrafficText] = []
    for text in texts:
        if text.text in held_out:
            tally["held_out"] += 1
        elif text.text in known.labels:
            tally["known"] += 1
            if known.labels[text.text] != text.label:
                tally["disputed"] += 1
        elif (present := additions.get(text.text)) is not None:
            tally["known" if present.label == text.label else "corrected"] += 1
            additions[text.text] = _renewed(present, text)
        else:
            unseen.append(text)
    for addition in _placed_anew(unseen, known, source, window_share, tally):
        additions[addition.text] = addition
    at_hand = {text.text for text in texts}
    fresh = frozenset(each.id for each in additions.values() if each.side == "window" and each.text in at_hand)
    return Placement(tuple(additions.values()), fresh, PlacementCounts(**tally))


def _renewed(addition: Addition, text: TrafficText) -> Addition:
    predictions = tuple(dict.fromkeys([*addition.predictions, *text.predictions]))
    return dataclasses.replace(addition, label=text.label, predictions=predictions)


def _placed_anew(
    unseen: Sequence[TrafficText],
    known: Known,
    source: SourceConfiguration,
    window_share: float,
    tally: Counter[str],
) -> list[Addition]:
    """Place texts that the data set has never held."""
    if not unseen:
        return []
    neighbours = [
        *((text, "held_out", "") for text in known.held_out),
        *((text, "train", group) for text, group in known.groups.items()),
        *((each.text, each.side, each.group) for each in known.additions),
    ]
    every = [*(text for text, _, _ in neighbours), *(text.text for text in unseen)]
    labels = _group_labels(every, source)
    sides: dict[int, dict[str, str]] = {}
    for label, (_, side, group) in zip(labels, neighbours, strict=False):
        sides.setdefault(label, {}).setdefault(side, group)
    names: dict[int, str] = {}
    found: list[Addition] = []
    for label, text in zip(labels[len(neighbours) :], unseen, strict=True):
        around = sides.get(label, {})
        if "held_out" in around:
            tally["held_out"] += 1
            continue
        if len(around) > 1:
            tally["between"] += 1
            continue
        group = next(iter(around.values()), None) or names.setdefault(label, text.id)
        side = _side(around, group, source.split.salt, window_share)
        tally[side] += 1
        found.append(Addition(text.id, text.text, text.label, side, group, text.created, text.predictions))
    return found


def _group_labels(texts: Sequence[str], source: SourceConfiguration) -> list[int]:
    """Return a number for each text, the same for those that are nearly the same."""
    if source.near_duplicates.enabled:
        return [int(label) for label in near_groups(texts, source.near_duplicates.threshold)]
    first: dict[str, int] = {}
    return [first.setdefault(text, index) for index, text in enumerate(texts)]


def _side(around: dict[str, str], group: str, salt: str, window_share: float) -> Side:
    if around:
        return "train" if "train" in around else "window"
    return "window" if position_of(group, f"{salt} window") / POSITIONS < window_share else "train"
