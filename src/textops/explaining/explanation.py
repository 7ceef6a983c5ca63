"""The page about a data set: made of every stage that its preparation came to."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from textops.data.configuration import SourceConfiguration
from textops.data.stages import Stages
from textops.explaining.classes import describe_classes
from textops.explaining.conflicts import describe_conflicts
from textops.explaining.duplicates import describe_duplicates
from textops.explaining.html_page import render_html
from textops.explaining.label_errors import describe_label_errors
from textops.explaining.leaks import describe_leaks
from textops.explaining.lengths import describe_lengths
from textops.explaining.markdown_page import render_markdown
from textops.explaining.page import Page, Paragraph, Point, Section, Table, Weight
from textops.explaining.reading import describe_reading
from textops.explaining.rows import Rows, each_label, rows_of
from textops.explaining.scripts import describe_scripts
from textops.explaining.settings import EXPERIMENT_FILE, describe_settings, experiment_of
from textops.explaining.times import describe_times
from textops.files import write_text

MARKDOWN_FILE, HTML_FILE = "explanation.md", "explanation.html"


@dataclass(frozen=True)
class Explanation:
    """What was written.

    Attributes:
        markdown: The page; its figures lie beside it.
        html: The same page in one file.
        experiment: The configuration, ready to save.
        points: What was found, the most important first.
    """

    markdown: Path
    html: Path
    experiment: Path
    points: tuple[Point, ...]


def explain(source: SourceConfiguration, stages: Stages, folder: Path, refusal: str | None = None) -> Explanation:
    """Write the page in both forms, its figures, and the configuration.

    Args:
        source: What was configured.
        stages: How far the preparation came.
        folder: Where to; created when missing.
        refusal: Why the data were refused, None where they were not.
    """
    folder.mkdir(parents=True, exist_ok=True)
    experiment = experiment_of(source, stages)
    sections = tuple(_sections(source, stages, folder))
    points = sorted((point for section in sections for point in section.points), key=lambda point: _RANK[point.weight])
    page = Page(
        title=f"Data: {source.name}",
        opening=tuple(_opening(stages, refusal)),
        sections=(_glance(points, stages), *sections, describe_settings(source, experiment)),
    )
    write_text(folder / EXPERIMENT_FILE, experiment)
    write_text(folder / MARKDOWN_FILE, render_markdown(page))
    write_text(folder / HTML_FILE, render_html(page, folder))
    return Explanation(folder / MARKDOWN_FILE, folder / HTML_FILE, folder / EXPERIMENT_FILE, tuple(points))


_RANK = {weight: rank for rank, weight in enumerate(Weight)}


def _opening(stages: Stages, refusal: str | None) -> Iterator[str]:
    yield from _outcome(stages, refusal)
    if stages.sampled:
        shown, passed = len(stages.validated.rows), stages.passed
        yield (
            "There are more rows than can be looked at one by one. Files, rows and the findings of the audit are about "
            f"all of them; the rest of this page is about {shown:,} of the {passed:,} rows with text and label, chosen "
            "by a hash, groups of near-duplicates whole."
        )


def _outcome(stages: Stages, refusal: str | None) -> Iterator[str]:
    if refusal is not None:
        yield f"Refused: {refusal}"
        yield "This page shows what was found out until then."
        return
    classes = len(stages.classes or ())
    yield f"Prepared: {stages.kept:,} examples in {classes:,} classes, of {stages.validated.read:,} rows."


def _glance(points: list[Point], stages: Stages) -> Section:
    table = Table(
        ("", "What was found", "What it means for the split, and what to do"),
        tuple((str(point.weight), point.what, point.meaning) for point in points),
    )
    moved = () if stages.assignment is None or not stages.assignment.moved else (Paragraph(_moved(stages)),)
    return Section("At a glance", (*((table,) if points else (Paragraph("There is nothing to say."),)), *moved))


def _moved(stages: Stages) -> str:
    moved = len(stages.assignment.moved) if stages.assignment is not None else 0
    return (
        f"So few examples that {moved:,} groups were moved to have every class in train, val and test: with more data "
        "they "
        "may move again."
    )


def _sections(source: SourceConfiguration, stages: Stages, folder: Path) -> Iterator[Section]:
    yield describe_reading(stages)
    rows = rows_of(stages, source.separator)
    if len(rows):
        yield from _about_rows(source, stages, rows, folder)


def _about_rows(source: SourceConfiguration, stages: Stages, rows: Rows, folder: Path) -> Iterator[Section]:
    labelled = each_label(rows, source.separator)
    if not len(labelled):
        # No text has a label: there is nothing else to show.
        labelled = rows
    yield describe_classes(labelled, folder)
    yield describe_lengths(labelled, folder)
    yield describe_scripts(rows)
    yield describe_duplicates(stages, rows)
    yield describe_conflicts(stages, rows)
    yield describe_label_errors(rows, several=source.separator is not None)
    yield describe_leaks(labelled, stages.findings, folder)
    yield describe_times(labelled, source, folder)
