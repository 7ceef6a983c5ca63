"""How long `textops prepare` takes and how much memory, from many documents to very many, and for hostile ones."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loguru import logger

from textops.benchmark.prepare_run import PrepareTook, run
from textops.benchmark.result import keep, table
from textops.machine import describe_machine

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOCUMENTS = (100_000, 1_000_000, 10_000_000)

IDENTICAL = 1_000_000
CROWD = 5_000
CROWD_WORDS = 200
CROWD_OWN = 25
"""Words of its own at the end of each text of the crowd: two share 173 shingles of 223, a similarity of 0.776."""

LINE_CHARACTERS = 50_000_000
_MEGABYTE = 1e6


@dataclass(frozen=True)
class Hostile:
    """A source that made trouble once.

    Attributes:
        name: What it is.
        source: The `data` part of a configuration.
    """

    name: str
    source: dict[str, Any]


def benchmark(documents: Sequence[int], words: int) -> str:
    """Prepare synthetic data of several sizes and hostile data, each in a process of its own, and keep the result.

    Args:
        documents: How many, several sizes.
        words: Mean words in a document.

    Returns:
        The tables as Markdown.
    """
    with tempfile.TemporaryDirectory(prefix="textops-") as temporary:
        folder = Path(temporary)
        hostile = [(each, _run(each.name, each.source, folder)) for each in _hostile(folder)]
        sizes = [_run(f"{size:,} documents", _synthetic(size, words), folder) for size in sorted(documents)]
    markdown = _markdown(sizes, words, hostile)
    document = {
        "machine": describe_machine(("numpy", "pyarrow", "rensa")),
        "words": words,
        "sizes": [each.model_dump() for each in sizes],
        "hostile": {each.name: took.model_dump() for each, took in hostile},
    }
    keep("prepare", document, markdown, _figure(sizes))
    return markdown


def _run(name: str, source: dict[str, Any], folder: Path) -> PrepareTook:
    logger.info("Preparing {}", name)
    with tempfile.TemporaryDirectory(dir=folder) as own:
        return run(source, Path(own))


def _synthetic(size: int, words: int) -> dict[str, Any]:
    return {
        "source": "synthetic",
        "synthetic": {"rows": size, "classes": 4, "words": words},
        "text_columns": "text",
        "label_column": "label",
        "timestamp_column": "timestamp",
    }


def _hostile(folder: Path) -> Iterator[Hostile]:
    """Write files, one after the other."""
    ordinary = [{"text": f"text number {number} of few", "label": "ab"[number % 2]} for number in range(60)]
    common = [f"w{number}" for number in range(CROWD_WORDS - CROWD_OWN)]
    crowd = (" ".join([*common, *(f"own{number}x{place}" for place in range(CROWD_OWN))]) for number in range(CROWD))
    long = " ".join(f"w{number % 90_000}" for number in range(LINE_CHARACTERS // 7))
    for name, texts in (
        (f"{IDENTICAL:,} identical texts", ("the very same text again" for _ in range(IDENTICAL))),
        (f"{CROWD:,} texts just below the threshold", crowd),
        (f"a line of {LINE_CHARACTERS / _MEGABYTE:.0f} MB", iter([long[:LINE_CHARACTERS]])),
    ):
        path = folder / "hostile.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for row in ordinary:
                file.write(json.dumps(row) + "\n")
            for number, text in enumerate(texts):
                # Of identical texts more are of one class: even votes would leave out all of them.
                file.write(json.dumps({"text": text, "label": "aab"[number % 3]}) + "\n")
        yield Hostile(name, {"paths": str(path), "text_columns": "text", "label_column": "label"})


def _markdown(sizes: Sequence[PrepareTook], words: int, hostile: Sequence[tuple[Hostile, PrepareTook]]) -> str:
    rows = [
        [
            f"{took.rows:,}",
            f"{took.seconds:,.0f} s",
            f"{took.processor_seconds:,.0f} s",
            f"{1e6 * took.processor_seconds / took.rows:.0f} us",
            f"{took.peak_bytes / _MEGABYTE:,.0f} MB",
            f"{took.disk_bytes / _MEGABYTE:,.0f} MB",
        ]
        for took in sizes
    ]
    header = ["documents", "by the clock", "processor time", "a document", "peak memory", "peak disk"]
    troubles = [
        [
            each.name,
            f"{took.seconds:,.1f} s",
            f"{took.peak_bytes / _MEGABYTE:,.0f} MB",
            f"{took.kept:,} examples in {took.groups:,} groups",
        ]
        for each, took in hostile
    ]
    return (
        f"Synthetic documents of {words} words on average, each size in a fresh process, near duplicates looked for, "
        "one processor used (`textops benchmark prepare`).\n\n"
        + table(header, rows)
        + f"\n{_slope(sizes)}Data that would be slow or large, made for this:\n\n"
        + table(["data", "by the clock", "peak memory", "what came out"], troubles)
    )


def _slope(sizes: Sequence[PrepareTook]) -> str:
    """Compare what one more document costs among many with what it costs among few: the start does not count."""
    if len(sizes) < 3:  # noqa: PLR2004 - two differences
        return ""
    first, second = (
        (large.processor_seconds - small.processor_seconds) / (large.rows - small.rows)
        for small, large in ((sizes[0], sizes[1]), (sizes[-2], sizes[-1]))
    )
    times = sizes[-1].rows / sizes[0].rows
    return (
        f"One more document costs {1e6 * first:.1f} us of processor time from {sizes[0].rows:,} to {sizes[1].rows:,} "
        f"documents, and {1e6 * second:.1f} us from {sizes[-2].rows:,} to {sizes[-1].rows:,} "
        f"({second / first - 1:+.1%}). With {times:,.0f} times as many documents the peak memory is "
        f"{sizes[-1].peak_bytes / sizes[0].peak_bytes:.2f} times as large.\n\n"
    )


def _figure(sizes: Sequence[PrepareTook]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.8), dpi=150, layout="constrained")
    time_axes, memory_axes = figure.subplots(1, 2)
    documents = [took.rows for took in sizes]
    time_axes.loglog(documents, [took.seconds for took in sizes], "o-", label="by the clock")
    time_axes.loglog(documents, [took.processor_seconds for took in sizes], "o-", label="processor time")
    time_axes.set_ylabel("seconds")
    time_axes.legend(frameon=False)
    memory_axes.semilogx(documents, [took.peak_bytes / _MEGABYTE for took in sizes], "o-")
    memory_axes.set_ylim(bottom=0)
    memory_axes.set_ylabel("peak memory, MB")
    for axes in (time_axes, memory_axes):
        axes.set_xlabel("documents")
        axes.spines[["top", "right"]].set_visible(False)
    return figure
