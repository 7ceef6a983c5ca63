"""Texts from elsewhere, made alike to those of a data set: live traffic, and texts without labels."""

import re
from collections.abc import Sequence

from textops.data.validation import normalised


def cleaned(fields: Sequence[str], patterns: Sequence[re.Pattern[str]]) -> str:
    """Return what the data set would hold of a text; empty where nothing is left.

    Args:
        fields: Of the columns that make a text.
        patterns: What the data set takes out of its texts (`data.remove_patterns`).
    """
    text = "\n".join(part for part in map(normalised, fields) if part)
    for pattern in patterns:
        text = pattern.sub("", text)
    return normalised(text)
