"""A prepared data set as a report for people and pull requests, with what is new since the version before."""

from dataclasses import dataclass
from pathlib import Path

from textops.data.announcement import sentence
from textops.data.configuration import SPLITS
from textops.data.dataset import Dataset
from textops.data.manifest import MANIFEST_FILE, DatasetManifest, Occurrences, read_manifest
from textops.errors import DataError
from textops.evaluation.dataset_figures import draw_class_counts, draw_text_lengths
from textops.evaluation.markdown import code, figure, plain, short, table
from textops.evaluation.reading_report import reading_lines
from textops.files import write_text

REPORT_FILE = "stats.md"
CLASSES_FIGURE, LENGTHS_FIGURE = "classes.png", "lengths.png"

_PLACES = 3
_MOST_CLASSES = 50
_MOST_OF_A_FINDING = 600


@dataclass(frozen=True)
class DatasetReport:
    """What was written.

    Attributes:
        path: The Markdown; its figures lie beside it.
        markdown: Its text.
    """

    path: Path
    markdown: str


def report_dataset(
    dataset: Dataset, folder: Path, before: Path | None = None, *, figures: bool = True
) -> DatasetReport:
    """Write the report and its figures; and `dataset.json`, with which the next report compares.

    Args:
        dataset: The data set.
        folder: Where to; created when missing.
        before: An earlier version: its folder or `dataset.json`. None for the one that was reported here before.
        figures: Whether the Markdown shows the figures; otherwise it names them.

    Raises:
        DataError: If the data set is damaged, or `before` is none.
    """
    manifest = dataset.manifest
    earlier = _earlier(folder, before)
    folder.mkdir(parents=True, exist_ok=True)
    draw_class_counts(manifest, folder / CLASSES_FIGURE)
    draw_text_lengths(dataset, folder / LENGTHS_FIGURE)
    markdown = "\n".join(_lines(manifest, earlier, figures=figures))
    write_text(folder / REPORT_FILE, markdown)
    if earlier is None or earlier.fingerprint != manifest.fingerprint:
        write_text(folder / MANIFEST_FILE, manifest.model_dump_json(indent=2) + "\n")
    return DatasetReport(folder / REPORT_FILE, markdown)


def _earlier(folder: Path, before: Path | None) -> DatasetManifest | None:
    if before is not None:
        place = before.parent if before.name == MANIFEST_FILE else before
        if not (place / MANIFEST_FILE).is_file():
            raise DataError(f"{before} is no data set: name a folder with {MANIFEST_FILE}, or that file")
        return read_manifest(place)
    return read_manifest(folder) if (folder / MANIFEST_FILE).is_file() else None


def _lines(manifest: DatasetManifest, earlier: DatasetManifest | None, *, figures: bool) -> list[str]:
    return [
        f"# Data: {plain(manifest.name)}",
        "",
        *_summary(manifest),
        "",
        "## Classes",
        "",
        *_classes(manifest),
        "",
        figure("Examples of each class", CLASSES_FIGURE, shown=figures),
        "",
        figure("Length of the texts", LENGTHS_FIGURE, shown=figures),
        "",
        "## What gives the label away",
        "",
        *(
            [f"- {plain(short(sentence(finding), _MOST_OF_A_FINDING))}" for finding in manifest.audit]
            or ["Nothing was found."]
        ),
        "",
        "## How the files were read",
        "",
        *reading_lines(manifest),
        "",
        "## Rows left out, repaired or odd",
        "",
        *_rows(manifest),
        "",
        "## Since the version before",
        "",
        *_changes(manifest, earlier),
        "",
    ]


def _summary(manifest: DatasetManifest) -> list[str]:
    length, duplicates = manifest.text_length, manifest.duplicates
    counts = ", ".join(f"{manifest.examples(split):,} {split}" for split in SPLITS if split in manifest.counts)
    moved = f"; {len(manifest.split.moved):,} groups moved to fill a split" if manifest.split.moved else ""
    return [
        f"- examples: {manifest.validation.kept:,} ({counts}) of {manifest.validation.rows:,} rows",
        f"- split: {manifest.split.rule}{moved}",
        (
            f"- texts: {length.median:,.0f} characters in the middle, 95 % up to {length.percentile_95:,.0f}, "
            f"{length.minimum:,} to {length.maximum:,} in all"
        ),
        (
            f"- duplicates: {duplicates.exact:,} repeated rows left out; {duplicates.near:,} examples have a "
            f"near-duplicate, the largest group {duplicates.largest:,}; {duplicates.conflicting:,} texts came with "
            "several labels"
        ),
        f"- fingerprint: `{manifest.fingerprint[:16]}`",
        f"- licence and conditions: {plain(manifest.note) or 'not stated'}",
    ]


def _classes(manifest: DatasetManifest) -> list[str]:
    totals = _totals(manifest)
    every = sum(manifest.examples(split) for split in SPLITS)
    shown = sorted(totals, key=lambda name: -totals[name])[:_MOST_CLASSES]
    rows = [
        (
            plain(short(name)),
            *(f"{manifest.counts[split][name]:,}" for split in SPLITS),
            f"{totals[name]:,}",
            f"{totals[name] / every:.1%}",
        )
        for name in shown
    ]
    more = [f"| and {len(totals) - len(shown):,} more |" + " |" * 5] if len(totals) > len(shown) else []
    return [*table(("Class", *SPLITS, "All", "Share"), rows), *more]


def _totals(manifest: DatasetManifest) -> dict[str, int]:
    return {name: sum(manifest.counts[split][name] for split in SPLITS) for name in manifest.classes}


def _rows(manifest: DatasetManifest) -> list[str]:
    found = {f"left out: {what}": each for what, each in manifest.validation.dropped.items()}
    found |= {f"kept: {what}": each for what, each in manifest.validation.noted.items()}
    reading = manifest.reading
    found |= {f"repaired: {what}": each for what, each in reading.repaired.items()}
    odd = {
        "encoding guessed": reading.guessed,
        "UTF-8 but for some bytes": reading.damaged,
        "quoted fields that hold what looks like rows": reading.swallowed,
    }
    found |= {what: each for what, each in odd.items() if each.count}
    if not found:
        return ["None."]
    rows = [(plain(what), f"{each.count:,}", _places(each)) for what, each in found.items()]
    return table(("What", "How often", "For instance"), rows)


def _places(occurrences: Occurrences) -> str:
    return ", ".join(code(place) for place in occurrences.places[:_PLACES])


def _changes(manifest: DatasetManifest, earlier: DatasetManifest | None) -> list[str]:
    if earlier is None:
        return ["There is none to compare with."]
    if earlier.fingerprint == manifest.fingerprint:
        return [f"Nothing has changed: the fingerprint is `{manifest.fingerprint[:16]}` as before."]
    now, before = _totals(manifest), _totals(earlier)
    rows = [("all", *_change(sum(before.values()), sum(now.values())))]
    rows += [
        (plain(short(name)), *_change(before.get(name, 0), now.get(name, 0)))
        for name in sorted({*now, *before})
        if now.get(name, 0) != before.get(name, 0)
    ][:_MOST_CLASSES]
    rows += [
        (title, f"{old:,.0f}", f"{new:,.0f}", f"{new - old:+,.0f}")
        for title, old, new in (
            ("median length", earlier.text_length.median, manifest.text_length.median),
            ("repeated rows left out", earlier.duplicates.exact, manifest.duplicates.exact),
            ("examples with a near-duplicate", earlier.duplicates.near, manifest.duplicates.near),
            ("findings of the leakage audit", len(earlier.audit), len(manifest.audit)),
        )
    ]
    return [
        f"Against `{earlier.fingerprint[:16]}`.",
        "",
        *table(("Examples", "Before", "Now", "Change"), rows),
    ]


def _change(before: int, now: int) -> tuple[str, str, str]:
    share = f" ({(now - before) / before:+.1%})" if before else " (new)"
    return f"{before:,}", f"{now:,}", f"{now - before:+,}{share}"
