"""What was found of unseen data, for a terminal."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from textops.proposing.candidate import Candidate
from textops.proposing.looked import Looked
from textops.proposing.printable import printable, quoted
from textops.proposing.proposal import Proposal

_CLASSES = 8
_GUESSES = 3


def summary(looked: Looked, proposal: Proposal) -> list[str]:
    """Return the lines that say what was found and what will be written."""
    source = proposal.source
    lines = {
        "files": f"{len(looked.files):,}: {', '.join(quoted(path) for path in looked.paths)}",
        "rows": _rows(looked),
        "format": _format(proposal),
        "text": ", ".join(quoted(column) for column in source.text_columns),
        "label": _label(proposal),
        "classes": _classes(looked, proposal),
        "time": "none" if source.timestamp_column is None else quoted(source.timestamp_column),
        "split": _split(proposal),
    }
    return [
        *(f"{title:<8} {value}" for title, value in lines.items()),
        *(f"note     {each}" for each in proposal.remarks),
    ]


def guesses(looked: Looked, proposal: Proposal) -> list[str]:
    """Return what was taken although it is not sure, with what else it could be."""
    source = proposal.source
    label = source.label_column or ""
    found = {"label": (label, looked.labels), "text": (source.text_columns[-1], looked.texts(label))}
    lines = []
    for what, (taken, ranking) in found.items():
        others = [quoted(each.value) for each in ranking.candidates if each.value != taken][:_GUESSES]
        if others and not ranking.is_sure and ranking.candidates[0].value == taken:
            lines.append(f"note     the {what} is a guess, --{what} names another one: {', '.join(others)}")
    return lines


def numbered(candidates: Sequence[Candidate]) -> list[str]:
    """Return candidates as a list to choose from."""
    return [
        f"  {number}  {printable(candidate.value)}: {printable(candidate.reason, 120)}"
        for number, candidate in enumerate(candidates, start=1)
    ]


def _rows(looked: Looked) -> str:
    table = looked.found.table
    broken = f", {table.broken:,} broken" if table.broken else ""
    sampled = "" if table.complete else "; a sample was looked at"
    return f"{table.rows:,}{broken}{sampled}"


def _format(proposal: Proposal) -> str:
    read = proposal.source.read
    parts = [read.format, f"encoding {', '.join(read.encoding)}"]
    if read.format in {"csv", "tsv"}:
        parts += [
            f"delimiter {read.delimiter}",
            "quotes hold fields together" if read.quoting else "quotes are ordinary characters",
            "no header" if read.header is False else "header",
        ]
    return "; ".join(parts)


def _label(proposal: Proposal) -> str:
    source = proposal.source
    if source.label_column is not None:
        several = "" if source.separator is None else f", any number of labels (separator {quoted(source.separator)})"
        return f"{quoted(source.label_column)}{several}"
    return "the name of the folder" if source.label_from_file == "folder" else "the name of the file"


def _classes(looked: Looked, proposal: Proposal) -> str:
    source, fact = proposal.source, looked.fact(proposal.source.label_column)
    if fact is not None:
        fact = fact if source.separator is None else fact.as_labels
        names = [name for name, _ in fact.counts.most_common() if name not in source.ignore_labels]
        names = list(dict.fromkeys((source.label_names or {}).get(name, name) for name in names))
    elif isinstance(source.label_from_file, dict):
        names = list(source.label_from_file.values())
    else:
        names = sorted({PurePosixPath(file.relative).parent.name for file in looked.files} - {""})
    more = f" and {len(names) - _CLASSES:,} more" if len(names) > _CLASSES else ""
    return f"{len(names):,}: {', '.join(quoted(name) for name in names[:_CLASSES])}{more}"


def _split(proposal: Proposal) -> str:
    split = proposal.source.split
    said = {
        "hash": "by a hash of the text, near-duplicates together",
        "time": f"by time, the newest to test ({proposal.source.timestamp_column})",
        "predefined": "as the names of the files say",
    }
    return said[split.rule]
