"""What gives the label away without being what the text says: columns, terms, lengths, files, dates, order of rows."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textops.data.announcement import sentence
from textops.data.guessing import Guess, binned, coded
from textops.data.leaking_columns import SKILL
from textops.data.manifest import Finding
from textops.explaining.figures import draw_order
from textops.explaining.page import Block, Figure, Paragraph, Point, Section, Weight
from textops.explaining.rows import Rows

ORDER_FIGURE = "explanation_order.png"
_PARTS = 40
_FEWEST_ROWS = 200
_TIMED = 0.5
_NEARLY_ALL = 0.9
"""A term that avoids so many errors is the class; words of a topic avoid fewer."""

_MEANING = {
    "column": "No model sees it unless it is named in data.text_columns: keep it out of there. Where it stands for how "
    "the classes were collected, no split can take that out of the texts.",
    "term": "Every part of the split holds the same shortcut, so the test cannot see that it was taken: where it is an "
    "artefact of the source and not what the text says, remove it with data.remove_patterns.",
    "length": "Every part of the split holds the same difference: the test looks better than real texts will.",
    "file": "A split within these files tests on the same origin: figures are an upper bound. Test on data of another "
    "origin.",
}


def describe_leaks(rows: Rows, findings: Sequence[Finding] | None, folder: Path) -> Section:
    """Put the findings of the audit together with what dates and order tell."""
    points = [*_of_findings(findings or ())]
    if rows.can_be_guessed:
        points += [*_dates(rows), *_order(rows)]
    blocks: list[Block] = [Paragraph(f"{point.what} {point.meaning}") for point in points]
    if findings is None:
        blocks.append(
            Paragraph("Columns, terms, lengths and files were not looked at: the preparation did not come so far.")
        )
    if not blocks:
        blocks.append(Paragraph("Nothing was found."))
    if len(rows) >= _FEWEST_ROWS:
        draw_order(_shares(rows), rows.classes, folder / ORDER_FIGURE)
        blocks.append(Figure(ORDER_FIGURE, "Share of each class from the first row to the last"))
    if not points and findings is not None:
        points.append(
            Point(
                Weight.FINE,
                "Neither a column, a term, the length, the file, the date nor the order of rows gives the label away.",
                "Figures on the test part can be believed as far as the data are like what will come.",
            )
        )
    return Section("Leaks", tuple(blocks), tuple(points))


def _of_findings(findings: Sequence[Finding]) -> Iterator[Point]:
    for finding in findings:
        if finding.kind != "term":
            said = sentence(finding)
            weight = Weight.LOOK if finding.kind == "column" else Weight.PROBLEM
            yield Point(weight, f"{said[0].upper()}{said[1:]}.", _MEANING[finding.kind])
    used = [finding for finding in findings if finding.kind == "term" and finding.stage == "used"]
    if used:
        best = max(Guess(finding.accuracy, finding.majority).skill for finding in used)
        yield Point(Weight.PROBLEM if best >= _NEARLY_ALL else Weight.LOOK, _terms(used), _MEANING["term"])
    gone = [finding for finding in findings if finding.kind == "term" and finding.stage == "raw"]
    if gone:
        yield Point(Weight.FINE, _terms(gone), "data.remove_patterns takes them out: keep it so.")


def _terms(findings: Sequence[Finding]) -> str:
    many = f"{len(findings)} terms each stand" if len(findings) > 1 else "A term stands"
    return f"{many} for a class: {'; '.join(map(_term, findings))}."


def _term(finding: Finding) -> str:
    shares = sorted(finding.coverage.items(), key=lambda item: -item[1])
    (label, share), others = shares[0], [share for _, share in shares[1:]]
    elsewhere = f", in at most {max(others):.1%} of any other class" if others else ""
    return f"{finding.name!r} in {share:.1%} of {label!r}{elsewhere}, alone {finding.accuracy:.1%} right"


def _dates(rows: Rows) -> Iterator[Point]:
    known = np.array([time is not None for time in rows.times])
    if known.mean() < _TIMED:
        return
    guess = rows.labelled.guess(_time_codes(rows.times))
    if guess.skill >= SKILL:
        yield Point(
            Weight.PROBLEM,
            f"The date alone guesses the class of {guess.accuracy:.1%} right (majority {guess.majority:.1%}): the "
            "classes were "
            "collected at different times.",
            "With the split by hash, words of a time stand for a class in every part. data.split.rule=time shows what "
            "remains "
            "of the accuracy later; where a time holds one class only, collect the others for it too.",
        )


def _time_codes(times: Sequence[datetime | None]) -> NDArray[np.int64]:
    seconds = np.array([np.nan if time is None else time.timestamp() for time in times])
    return binned(np.where(np.isnan(seconds), np.nanmin(seconds) - 1, seconds))


def _order(rows: Rows) -> Iterator[Point]:
    """Ask what the place in a file tells beyond the file itself."""
    if len(rows) < _FEWEST_ROWS:
        return
    files = coded(row.file for row in rows.rows)
    by_file = rows.labelled.guess(files)
    by_place = rows.labelled.guess(coded(zip(files.tolist(), _places(files).tolist(), strict=True)))
    if Guess(by_place.accuracy, by_file.accuracy).skill >= SKILL:
        yield Point(
            Weight.LOOK,
            f"The rows are sorted by class: the place in the file alone guesses {by_place.accuracy:.1%} right "
            f"(the file alone {by_file.accuracy:.1%}).",
            "Our split goes by a hash of the text, so the order does not matter to it; whoever takes the first rows of "
            "the "
            "file for a test or a sample gets one class.",
        )


def _places(files: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return in which part of its file each row stands."""
    sizes = Counter(files.tolist())
    seen: Counter[int] = Counter()
    places = np.zeros(len(files), np.int64)
    for number, file in enumerate(files.tolist()):
        places[number] = _PARTS * seen[file] // sizes[file]
        seen[file] += 1
    return places


def _shares(rows: Rows) -> NDArray[np.float64]:
    parts = np.arange(len(rows)) * _PARTS // len(rows)
    counts = np.bincount(parts * len(rows.classes) + rows.labels, minlength=_PARTS * len(rows.classes))
    table = counts.reshape(_PARTS, -1)
    return np.asarray(table / np.maximum(table.sum(axis=1, keepdims=True), 1))
