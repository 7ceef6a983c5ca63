"""Labels of one text as files hold them: a list, a list written as text, or names with something between them."""

import ast
import json

from textops.data.structured import written
from textops.errors import DataError

_LONGEST_SHOWN = 60


def raw_labels(raw: str, separator: str, place: str) -> list[str]:
    """Take the labels of a text apart.

    `["sport", "tech"]` as JSON, `['sport', 'tech']` as pandas writes lists into CSV, `sport|tech` otherwise. A list
    without anything in it says that the text has none of the labels.

    Args:
        raw: What the label column holds, not blank.
        separator: What stands between labels where there is no list.
        place: File and line, for messages.

    Raises:
        DataError: If the list holds something else than labels, or a label holds the separator.
    """
    listed = _list(raw)
    if listed is None:
        return [part.strip() for part in raw.split(separator) if part.strip()]
    labels = []
    for item in listed:
        if item is None or isinstance(item, dict | list | tuple | set):
            raise DataError(
                f"{place}: the list of labels {raw[:_LONGEST_SHOWN]} holds {item!r}, which is no label: give texts"
            )
        label = written(item).strip()
        if separator in label:
            raise DataError(
                f"{place}: the label {label!r} holds the separator {separator!r}, which stands between labels where "
                "they are written in one line: set data.label_separator to something that is in no label"
            )
        labels.append(label)
    return [label for label in labels if label]


def _list(raw: str) -> list[object] | None:
    """Return a list that is written as text; None where it is none."""
    if not (raw.startswith("[") and raw.endswith("]")):
        return None
    for parse in (json.loads, ast.literal_eval):
        try:
            found = parse(raw)
        # What both raise of texts that only look like lists.
        except (MemoryError, RecursionError, SyntaxError, ValueError):
            continue
        return found if isinstance(found, list) else None
    return None
