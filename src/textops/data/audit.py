"""Leakage audit: what gives the label away without being what the text says."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from textops.data.configuration import SourceConfiguration
from textops.data.leaking_columns import Labelled, leaking_columns, leaking_files, leaking_length
from textops.data.leaking_terms import Term, leaking_terms
from textops.data.manifest import Finding
from textops.data.validation import LabelledText

EXAMPLES = 20_000
"""The audit looks at so many examples: shares of a class are known to a percent or better from these."""

CHARACTERS = 10_000_000
"""And at so many characters: about half a second for each look at the terms."""

MINIMUM_EXAMPLES = 40
"""With fewer, halves are too small to tell a leak from luck."""


def audit(
    chosen: Sequence[LabelledText], classes: tuple[str, ...], configuration: SourceConfiguration
) -> tuple[Finding, ...]:
    """Look for what gives the label away: columns, single terms, the length of the text, the file.

    Args:
        chosen: Examples without exact duplicates: every one of `step`, by position, which is random. The first ones
            of a file are often of one class.
        classes: Class names.
        configuration: Says which columns not to look at, and whether the label comes from the file's name.

    Returns:
        What was found, empty for clean or very small data.
    """
    if len(chosen) < MINIMUM_EXAMPLES:
        return ()
    # A text with several labels stands for each of them, in the same half.
    chosen = [
        row if label == row.label else replace(row, label=label)
        for row in chosen
        for label in configuration.labels_of(row.label)
    ]
    index = {name: number for number, name in enumerate(classes)}
    labels = np.array([index[row.label] for row in chosen], np.int64)
    # By the lowest bit of the position: near duplicates stay in one half.
    held_out = np.array([row.position & 1 for row in chosen], bool)
    if held_out.all() or not held_out.any():
        return ()
    labelled = Labelled(labels, held_out, classes)
    findings = leaking_columns(chosen, labelled, configuration.ignore_columns)
    if configuration.label_from_file is None:
        findings += leaking_files(chosen, labelled)
    findings += leaking_length(chosen, labelled)
    return (*findings, *_terms(chosen, labelled, removes=bool(configuration.remove_patterns)))


def step(examples: int, characters: int) -> int:
    """Return n, so that every n-th of so many examples with so many characters makes a sample within the limits."""
    return max(1, -(-examples // EXAMPLES), -(-characters // CHARACTERS))


def _terms(rows: Sequence[LabelledText], labelled: Labelled, *, removes: bool) -> list[Finding]:
    used = leaking_terms([row.text for row in rows], labelled)
    raw = leaking_terms([row.raw for row in rows], labelled) if removes else []
    still = {(term.name, term.points_to) for term in used}
    gone = [term for term in raw if (term.name, term.points_to) not in still]
    return [
        *(
            _finding(
                term,
                "used",
                "if it is an artefact of the source and not what the text says, remove it with data.remove_patterns",
            )
            for term in used
        ),
        *(_finding(term, "raw", "removed by remove_patterns: keep it so") for term in gone),
    ]


def _finding(term: Term, stage: str, advice: str) -> Finding:
    return Finding.model_validate(
        {
            "kind": "term",
            "name": term.name,
            "stage": stage,
            "accuracy": term.accuracy,
            "majority": term.majority,
            "coverage": term.coverage,
            "purity": term.purity,
            "advice": f"{term.name!r} stands for {term.points_to!r}: {advice}",
        }
    )
