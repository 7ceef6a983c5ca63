"""From raw labels or file names to class names."""

import json
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from textops.data.configuration import SourceConfiguration
from textops.data.label_lists import raw_labels
from textops.data.locations import SourceFile
from textops.data.nearest import did_you_mean, listed
from textops.data.records import Record
from textops.errors import DataError
from textops.label_names import composed
from textops.label_sets import joined

_LONGEST_SHOWN = 60
FROM_FOLDER = "folder"


class LabelReader:
    """Finds the class of a record."""

    def __init__(self, configuration: SourceConfiguration) -> None:
        self._column = configuration.label_column
        self._from_file = configuration.label_from_file
        self._names = configuration.label_names
        self._ignored = {_plain(label) for label in configuration.ignore_labels}
        self._plain_names = {_plain(raw): name for raw, name in (self._names or {}).items()}
        self._of_file: dict[str, str] = {}
        self._separator = configuration.separator
        self._labels_of = configuration.labels_of

    def raw_label(self, record: Record) -> str:
        """Return the label as the source gives it, empty when it gives none.

        Raises:
            DataError: If the file's name matches no pattern, or patterns of several classes.
        """
        if self._column is not None:
            return record.fields.get(self._column, "").strip()
        if record.file.relative not in self._of_file:
            self._of_file[record.file.relative] = self._label_of_file(record.file)
        return self._of_file[record.file.relative]

    def is_ignored(self, raw: str) -> bool:
        """Tell whether rows with this raw label are left out."""
        return bool(self._ignored) and _plain(raw) in self._ignored

    def label_of(self, raw: str, place: str) -> str | None:
        """Return the label of a row: the class, or the name of a set of them; None where `ignore_labels` has it all.

        Raises:
            DataError: If a label cannot be read, or `label_names` does not hold it.
        """
        if self._separator is None:
            return None if self.is_ignored(raw) else self.class_of(raw, place)
        several = raw_labels(raw, self._separator, place)
        kept = [each for each in several if not self.is_ignored(each)]
        if several and not kept:
            return None
        return joined((self._named(each, place) for each in kept), self._separator)

    def _named(self, raw: str, place: str) -> str:
        name = self.class_of(raw, place)
        if self._separator is not None and self._separator in name:
            raise DataError(
                f"data.label_names calls {raw!r} {name!r}, which holds the separator {self._separator!r}: "
                "set data.label_separator to something that is in no label"
            )
        return name

    def class_of(self, raw: str, place: str) -> str:
        """Return the class name of a raw label.

        Raises:
            DataError: If `label_names` does not hold it.
        """
        if self._names is None:
            _refuse_list(raw, place)
            return raw
        name = self._names.get(raw) or self._plain_names.get(_plain(raw))
        if name is None:
            raise DataError(
                f"{place}: label {raw!r} is not in data.label_names, which has {listed(self._names)}"
                f"{did_you_mean(raw, self._names)}; add it, or leave its rows out with "
                f"data.ignore_labels=[{raw!r}]"
            )
        return name

    def classes(self, present: Iterable[str]) -> tuple[str, ...]:
        """Put class names in order: as configured, else sorted (whole numbers by value)."""
        found = {label for name in set(present) for label in self._labels_of(name)}
        names = self._names or (self._from_file if isinstance(self._from_file, dict) else None)
        if names is not None:
            known = dict.fromkeys(names.values())
            # That of merged rare classes needs no mention.
            return (*(name for name in known if name in found), *sorted(found - known.keys()))
        if all(name.isdecimal() for name in found):
            return tuple(sorted(found, key=int))
        return tuple(sorted(found))

    def _label_of_file(self, file: SourceFile) -> str:
        if self._from_file == FROM_FOLDER:
            return PurePosixPath(file.relative).parent.name or file.path.resolve().parent.name
        relative = file.relative.lower()
        patterns: dict[str, str] = self._from_file if isinstance(self._from_file, dict) else {}
        classes = {
            label: pattern
            for pattern, label in patterns.items()
            if fnmatchcase(relative, pattern.lower()) or fnmatchcase(PurePosixPath(relative).name, pattern.lower())
        }
        if not classes:
            raise DataError(
                f"{file.name} matches no pattern of data.label_from_file ({listed(patterns)}): add one, or "
                "narrow data.paths"
            )
        if len(classes) > 1:
            raise DataError(
                f"{file.name} matches patterns of several classes in data.label_from_file "
                f"({listed(classes.values())}): make them exclude each other"
            )
        return next(iter(classes))


def _refuse_list(raw: str, place: str) -> None:
    """Refuse a label that is a list: as it is written, each combination would become a class of its own.

    Raises:
        DataError: If it is one.
    """
    if not (raw.startswith("[") and raw.endswith("]")):
        return
    try:
        json.loads(raw)
    except (RecursionError, ValueError):
        return
    raise DataError(
        f"{place}: the label is a list, {raw[:_LONGEST_SHOWN]}, and a text has one class here: give one label for each "
        "text, say with data.label_names which class such a list stands for, or take several with data.task=multilabel"
    )


def _plain(raw: str) -> str:
    """Fold away what writers of tables and files change: case, the form of accents, and `1.0` for 1 beside a gap."""
    folded = composed(raw.strip()).casefold()
    whole, point, rest = folded.partition(".")
    return whole if point and rest.strip("0") == "" and whole.lstrip("-").isdecimal() else folded
