"""The configuration that fits an unseen data set."""

from collections.abc import Sequence
from dataclasses import dataclass

from textops.data.configuration import SourceConfiguration, name_of, read_configuration
from textops.data.nearest import did_you_mean, listed
from textops.errors import ConfigurationError, DataError
from textops.proposing.class_names import merged_spellings, too_rare
from textops.proposing.column_facts import ColumnFacts
from textops.proposing.column_names import LABELS, likeness
from textops.proposing.labels import FROM_FILE, FROM_FOLDER, MOST_CLASSES, class_of_file, pattern_of_file
from textops.proposing.looked import BY_FILE, BY_HASH, Looked, reading_as_found, shown_path
from textops.proposing.model import ModelChoice, fitting_model
from textops.proposing.printable import quoted
from textops.proposing.texts import time_format_of, title_of

MISSING = "???"
"""What OmegaConf takes for a value that is not given."""


@dataclass(frozen=True)
class Answers:
    """What somebody said; None where what was found is to be taken.

    Attributes:
        label: Column of the label, or what stands for the names of files.
        texts: Columns of the text.
        time: Column of the time; empty for none.
        split: Rule of the split.
        name: Of data set, model and experiment.
        one_class: Whether a label of one class is taken, for somebody else to refuse.
    """

    label: str | None = None
    texts: tuple[str, ...] | None = None
    time: str | None = None
    split: str | None = None
    name: str | None = None
    one_class: bool = False


@dataclass(frozen=True)
class Proposal:
    """What fits.

    Attributes:
        source: The data.
        model: The model.
        remarks: What a reader should know, one line each.
    """

    source: SourceConfiguration
    model: ModelChoice
    remarks: tuple[str, ...]


def propose(looked: Looked, answers: Answers) -> Proposal:
    """Put together what was found and what was said.

    Raises:
        ConfigurationError: If a column was named that is not there.
        DataError: If nothing is left that could be label or text, or there is only one class.
    """
    label = chosen_label(looked, answers.label, one_class=answers.one_class)
    texts = chosen_texts(looked, label, answers.texts)
    remarks: list[str] = []
    time = _chosen_time(looked, (label, *texts), answers.time, remarks)
    rule = answers.split or looked.splits(None if time is None else time.name).candidates[0].value
    settings: dict[str, object] = {
        "name": answers.name or name_of(looked.paths[0]),
        "paths": [shown_path(path) for path in looked.paths],
        "text_columns": texts,
        "read": reading_as_found(looked.found.read, looked.found.table.notes, {looked.found.read.format}).model_dump(),
        "split": {"rule": rule, **({"from_file": looked.parts} if rule == BY_FILE else {})},
    }
    if time is not None:
        settings |= {"timestamp_column": time.name, "timestamp_format": time_format_of(time)}
    column = looked.fact(label)
    if column is None:
        settings["label_from_file"] = (
            "folder" if label == FROM_FOLDER else {pattern_of_file(file): class_of_file(file) for file in looked.files}
        )
        classes = len({class_of_file(file) for file in looked.files})
    else:
        settings |= _several_settings(column, remarks)
        column = column.as_labels
        settings |= {"label_column": label, **_class_settings(looked, column, rule, remarks)}
        classes = column.distinct
    model = fitting_model(looked.found.table.rows, classes)
    return Proposal(read_configuration(settings), model, (*remarks, f"model: {model.reason}"))


def chosen_label(looked: Looked, said: str | None, *, one_class: bool = False) -> str:
    """Return the label that was named, or the best candidate.

    Raises:
        ConfigurationError: If there is no such column.
        DataError: If nothing can be the label.
    """
    if said is None:
        best = looked.labels.best
        if best is not None:
            return best.value
        lone = _lone(looked)
        if lone is None or not one_class:
            raise DataError(_no_label(looked))
        return lone.name
    if said in {FROM_FILE, FROM_FOLDER}:
        return said
    column = _known(looked, said, "--label").as_labels
    if column.distinct < 2 and not one_class:  # noqa: PLR2004 - a classifier needs two
        raise DataError(_one_class(column))
    if column.distinct > MOST_CLASSES:
        raise DataError(
            f"column {quoted(said)} has {column.distinct:,} different values, and at most {MOST_CLASSES:,} classes can "
            "be "
            "told apart: name another one with --label"
        )
    return said


def chosen_texts(looked: Looked, label: str, said: Sequence[str] | None) -> tuple[str, ...]:
    """Return the text columns that were named, or the best one with its title.

    Raises:
        ConfigurationError: If there is no such column.
        DataError: If nothing can be the text.
    """
    if said:
        return tuple(_known(looked, name, "--text").name for name in said)
    best = looked.texts(label).best
    if best is None:
        names = listed(fact.name for fact in looked.facts)
        raise DataError(f"no column of {', '.join(looked.paths)} looks like text: it has {names}; name it with --text")
    title = title_of(looked.facts, label, best.value)
    return (best.value,) if title is None else (title, best.value)


def _chosen_time(looked: Looked, taken: Sequence[str], said: str | None, remarks: list[str]) -> ColumnFacts | None:
    ranking = looked.times(taken)
    name = said if said is not None else (ranking.best.value if ranking.best else "")
    fact = looked.fact(name or None)
    if fact is not None and time_format_of(fact) is None:
        remarks.append(
            f"column {quoted(fact.name)} holds dates such as 01/02/2020: say with data.timestamp_format which"
        )
        return None
    return fact


def _several_settings(column: ColumnFacts, remarks: list[str]) -> dict[str, object]:
    """Take rows that seem to have any number of labels for such."""
    if column.several is None:
        return {}
    remarks.append(
        f"a text has any number of labels, {column.several.share:.0%} of the rows several of them; if each value is a "
        "class of its own, set task: multiclass"
    )
    return {"task": "multilabel", "label_separator": column.several.separator}


def _class_settings(looked: Looked, column: ColumnFacts, rule: str, remarks: list[str]) -> dict[str, object]:
    """Merge what is one class spelled twice, and leave out what is too rare to be divided."""
    if not looked.found.table.complete:
        return {}
    names = merged_spellings(column.counts)
    if names is not None and MISSING not in names:
        remarks.append("classes that differ in case or blanks only are one: see label_names")
    rare = [label for label in too_rare(column.counts, names) if label != MISSING] if rule == BY_HASH else []
    if rare and column.distinct - len(rare) >= 2:  # noqa: PLR2004 - two must be left
        remarks.append(f"left out because they have fewer than three examples: {', '.join(map(quoted, rare))}")
    else:
        rare = []
    return {**({"label_names": names} if names else {}), **({"ignore_labels": rare} if rare else {})}


def _known(looked: Looked, name: str, option: str) -> ColumnFacts:
    fact = looked.fact(name)
    if fact is None:
        names = [fact.name for fact in looked.facts]
        raise ConfigurationError(
            f"{option}: {', '.join(looked.paths)} has no column {quoted(name)}: it has {listed(names)}"
            f"{did_you_mean(name, names)}"
        )
    return fact


def _lone(looked: Looked) -> ColumnFacts | None:
    """Return a column that is called as labels are, and has one value only."""
    return next((fact for fact in looked.facts if fact.distinct == 1 and likeness(fact.name, LABELS)), None)


def _no_label(looked: Looked) -> str:
    lone = _lone(looked)
    if lone is not None:
        return _one_class(lone)
    names = listed(fact.name for fact in looked.facts)
    return (
        f"no column of {', '.join(looked.paths)} looks like a label, a few values that come again and again: it has "
        f"{names}; name it with --label"
    )


def _one_class(column: ColumnFacts) -> str:
    only = quoted(next(iter(column.counts), ""))
    return (
        f"column {quoted(column.name)} has one value only, {only}, and a classifier needs two classes: add files, or "
        "name "
        "another column with --label"
    )
