"""Answers as classes to count: where they have any number of labels, each of them counts."""

from collections.abc import Iterable

from textops.label_sets import parts

NO_LABEL = "(no label)"
"""What an answer without any label counts as."""


def counted_labels(answer: str, separator: str | None) -> tuple[str, ...]:
    """Return what an answer counts as.

    Args:
        answer: A class, or the name of a set of labels.
        separator: What stands between labels; None where an answer is one class.
    """
    return parts(answer, separator) or (NO_LABEL,)


def every_label(answers: Iterable[str], separator: str | None) -> list[str]:
    """Return what all answers count as."""
    return [label for answer in answers for label in counted_labels(answer, separator)]
