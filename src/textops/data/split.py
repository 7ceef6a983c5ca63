"""Which example is for training, which for validation, which for the test."""

from collections import Counter, defaultdict
from collections.abc import Sequence
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
        label: Class name.
        timestamp: For `time`: the earliest of the group.
        file: For `predefined`: relative path of the file.
    """

    group: str
    position: int
    label: str
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
        return _with_every_class([_by_position(member.position, split) for member in members], members)
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
        groups[member.label][member.group] = member.position
    return groups


def _require_enough_groups(members: Sequence[Member]) -> None:
    few = {label: len(groups) for label, groups in _groups_by_class(members).items() if len(groups) < len(SPLITS)}
    if few:
        label, count = min(few.items())
        more = f", and so few have {len(few) - 1} more classes" if len(few) > 1 else ""
        raise DataError(
            f"class {label!r} has {count} example{'s' * (count != 1)}{more}; each class needs {len(SPLITS)} "
            "(near duplicates count once), one for each of train, val and test: add examples, merge classes "
            "with data.label_names, or leave some out with data.ignore_labels"
        )


def _with_every_class(splits: list[SplitName], members: Sequence[Member]) -> Assignment:
    """Move whole groups so that every class is in every split.

    Only small data needs it. The moved group is the one next in line: into test and val the lowest position
    of the class that can be spared, into train the highest. With more data the rule itself may fill the
    split, and the moved group goes back; for these groups alone the promise of `assign` does not hold, so
    they are listed in `dataset.json`.
    """
    of_group = {member.group: split for member, split in zip(members, splits, strict=True)}
    classes_of = _classes_by_group(members)
    moved: dict[str, None] = {}
    for label, groups in sorted(_groups_by_class(members).items()):
        line = sorted(groups, key=groups.__getitem__)
        ways: tuple[tuple[SplitName, list[str]], ...] = (("test", line), ("val", line), ("train", line[::-1]))
        for target, candidates in ways:
            if any(of_group[group] == target for group in line):
                continue
            spare = next((each for each in candidates if _can_be_spared(each, of_group, classes_of)), None)
            if spare is None:
                raise DataError(
                    f"class {label!r} cannot be in train, val and test at once: its near duplicates are "
                    "mixed up with those of other classes; add examples, or set "
                    "data.near_duplicates.enabled=false"
                )
            of_group[spare] = target
            moved[spare] = None
    return Assignment([of_group[member.group] for member in members], tuple(moved))


def _classes_by_group(members: Sequence[Member]) -> dict[str, set[str]]:
    classes: dict[str, set[str]] = defaultdict(set)
    for member in members:
        classes[member.group].add(member.label)
    return classes


def _can_be_spared(group: str, of_group: dict[str, SplitName], classes_of: dict[str, set[str]]) -> bool:
    """Tell whether the split of a group keeps all of the group's classes without it."""
    others = [each for each, split in of_group.items() if split == of_group[group] and each != group]
    return all(any(label in classes_of[each] for each in others) for label in classes_of[group])


def _require_classes_in_train(splits: Sequence[SplitName], members: Sequence[Member]) -> None:
    classes = {member.label for member in members}
    present = {split: {m.label for m, s in zip(members, splits, strict=True) if s == split} for split in SPLITS}
    missing = sorted(classes - present["train"])
    if missing:
        raise DataError(
            f"class {listed(missing)} has no example in train: use data.split.rule=hash, other shares, or "
            "leave the class out with data.ignore_labels"
        )
    for split in SPLITS:
        if not present[split]:
            raise DataError(f"the split {split} is empty: there are too few examples; add some or change data.split")
