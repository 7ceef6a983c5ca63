"""Which example is for training, which for validation, which for the test."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from textops.data.configuration import SPLITS, SplitConfiguration, SplitName
from textops.data.nearest import listed
from textops.errors import DataError

POSITIONS = 1 << 64


@dataclass(frozen=True)
class Member:
    """What the split needs to know of an example.

    Attributes:
        group: Name of its near-duplicate group.
        position: Salted hash of the group's name, 0 to 2**64 - 1.
        labels: Class names: one, but for texts with several or none.
        timestamp: For `time`: the earliest of the group.
        file: For `predefined`: relative path of the file.
    """

    group: str
    position: int
    labels: tuple[str, ...]
    timestamp: datetime | None = None
    file: str = ""


@dataclass(frozen=True)
class Assignment:
    """The result of a split.

    Attributes:
        splits: Name of the split of each example.
        moved: Groups that the rule put elsewhere and that were moved so that every class is in every split.
    """

    splits: list[SplitName]
    moved: tuple[str, ...] = ()


def assign(members: Sequence[Member], split: SplitConfiguration) -> Assignment:
    """Divide examples by the configured rule, never a group between two splits (`predefined` excepted).

    `hash`: every example has a position, a salted hash of its id, the same whatever else is in the data. A
    group is named after its member with the lowest position, and stands there. Positions run from test over
    val to train. New data can only add members to a group or merge groups; both can only lower its position.
    So an example may move from train to val or test when a near duplicate of it arrives, but never from test
    to val or train, nor from val to train. The price: a group of n near duplicates is in test with
    probability 1 - (1 - share)**n.

    `time`: the oldest groups are for training, the newest for the test; a group is as old as its oldest
    member.

    `predefined`: as the files say.

    Raises:
        DataError: If a class has too few groups to be in every split, or a file belongs to no split.
    """
    if split.rule == "hash":
        _require_enough_groups(members)
        return _with_every_class([_by_position(member.position, split) for member in members], members, split)
    if split.rule == "time":
        splits = _by_time(members, split)
    else:
        splits = [split_of_file(member.file, split) for member in members]
        if "val" not in (split.from_file or {}):
            splits = _with_val(splits, members, split)
    _require_classes_in_train(splits, members)
    return Assignment(splits)


def split_of_file(file: str, configuration: SplitConfiguration) -> SplitName:
    """Return the split that a file belongs to.

    Raises:
        DataError: If it matches no pattern, or those of two splits.
    """
    name = file.lower()
    found: list[SplitName] = [
        split
        for split, patterns in (configuration.from_file or {}).items()
        if any(
            fnmatchcase(name, each.lower()) or fnmatchcase(PurePosixPath(name).name, each.lower()) for each in patterns
        )
    ]
    if len(found) != 1:
        what = "patterns of " + " and ".join(found) if found else "no pattern"
        raise DataError(f"{file} matches {what} in data.split.from_file: every file belongs to exactly one split")
    return found[0]


def _by_position(position: int, split: SplitConfiguration) -> SplitName:
    share = position / POSITIONS
    if share < split.test:
        return "test"
    return "val" if share < split.test + split.val else "train"


def _with_val(splits: Sequence[SplitName], members: Sequence[Member], split: SplitConfiguration) -> list[SplitName]:
    """Take validation examples out of train: the share `val` of them."""
    return [
        "val" if given == "train" and member.position / POSITIONS < split.val else given
        for given, member in zip(splits, members, strict=True)
    ]


def _by_time(members: Sequence[Member], split: SplitConfiguration) -> list[SplitName]:
    sizes = Counter(member.group for member in members)
    begins = {member.group: (member.timestamp, member.position) for member in members if member.timestamp is not None}
    of_group: dict[str, SplitName] = {}
    before = 0
    for group in sorted(begins, key=begins.__getitem__):
        share = before / len(members)
        of_group[group] = "train" if share < split.train else "val" if share < split.train + split.val else "test"
        before += sizes[group]
    return [of_group[member.group] for member in members]


def _groups_by_class(members: Sequence[Member]) -> dict[str, dict[str, int]]:
    groups: dict[str, dict[str, int]] = defaultdict(dict)
    for member in members:
        for label in member.labels:
            groups[label][member.group] = member.position
    return groups


def _require_enough_groups(members: Sequence[Member]) -> None:
    few = {label: len(groups) for label, groups in _groups_by_class(members).items() if len(groups) < len(SPLITS)}
    if few:
        label, count = min(few.items())
        more = f", and so few have {len(few) - 1} more classes" if len(few) > 1 else ""
        raise DataError(
            f"class {label!r} has {count} example{'s' * (count != 1)}{more}; each class needs {len(SPLITS)} "
            "(near duplicates count once), one for each of train, val and test: add examples, merge classes "
            "with data.label_names, leave some out with data.ignore_labels, or all such with "
            "data.rare_classes.rule=drop (merge makes one class of them)"
        )


def _with_every_class(splits: Sequence[SplitName], members: Sequence[Member], split: SplitConfiguration) -> Assignment:
    """Move whole groups so that every class is in every split.

    Only small data and rare classes need it. The group to move is the one of the class whose position is nearest to
    where the split begins or ends, among those that can be spared. With more data the rule itself may fill the
    split, and the moved group goes back; for these groups alone the promise of `assign` does not hold, so they are
    listed in `dataset.json`.
    """
    of_group = {member.group: given for member, given in zip(members, splits, strict=True)}
    classes_of: dict[str, set[str]] = defaultdict(set)
    for member in members:
        classes_of[member.group].update(member.labels)
    counts = Counter((of_group[group], label) for group, labels in classes_of.items() for label in labels)
    moved: dict[str, None] = {}
    for label, groups in sorted(_groups_by_class(members).items()):
        for target in ("test", "val", "train"):
            if counts[target, label]:
                continue
            group = _spare_group(groups, target, split, lambda each: (of_group[each], classes_of[each]), counts)
            if group is None:
                raise DataError(
                    f"class {label!r} cannot be in train, val and test at once: its near duplicates are mixed up with "
                    "those of other classes; add examples, or set data.near_duplicates.enabled=false"
                )
            for each in classes_of[group]:
                counts[of_group[group], each] -= 1
                counts[target, each] += 1
            of_group[group] = target
            moved[group] = None
    return Assignment([of_group[member.group] for member in members], tuple(moved))


def _spare_group(
    groups: dict[str, int],
    target: SplitName,
    split: SplitConfiguration,
    home_of: Callable[[str], tuple[SplitName, set[str]]],
    counts: Counter[tuple[SplitName, str]],
) -> str | None:
    """Return the group nearest to the target whose split keeps all of its classes without it."""
    begin = {"test": 0.0, "val": split.test, "train": split.test + split.val}[target]
    end = {"test": split.test, "val": split.test + split.val, "train": 1.0}[target]
    distances = {
        group: max(begin - position / POSITIONS, position / POSITIONS - end) for group, position in groups.items()
    }
    for group in sorted(groups, key=lambda each: (distances[each], each)):
        home, labels = home_of(group)
        if all(counts[home, label] > 1 for label in labels):
            return group
    return None


def _require_classes_in_train(splits: Sequence[SplitName], members: Sequence[Member]) -> None:
    classes = {label for member in members for label in member.labels}
    present = {
        split: {label for m, s in zip(members, splits, strict=True) if s == split for label in m.labels}
        for split in SPLITS
    }
    missing = sorted(classes - present["train"])
    if missing:
        raise DataError(
            f"class {listed(missing)} has no example in train: use data.split.rule=hash, other shares, or "
            "leave the class out with data.ignore_labels"
        )
    for split in SPLITS:
        if not present[split]:
            raise DataError(f"the split {split} is empty: there are too few examples; add some or change data.split")
