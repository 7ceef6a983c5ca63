"""How fast `textops score` is on one processor and on two, what of its time the model takes, and its memory.

Measured with all columns of the input written beside the answers, and with the texts left out (`--keep id`).
"""

import os
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from loguru import logger
from pyarrow import parquet

from textops.benchmark.result import keep, table
from textops.benchmark.score_run import RunTook, run
from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.errors import ConfigurationError
from textops.machine import describe_machine
from textops.training.configuration import compose_configuration
from textops.training.source import dataset_folder, source_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONG, SHORT = 2_000, 80
"""Characters of a text."""

KEPT: dict[str, tuple[str, ...] | None] = {"all columns": None, "the id": ("id",)}
"""What of the input is written again; None for everything."""

_LONG_TEXTS = 120_000
_SMALL_SHARE = 5
_ROWS_AT_ONCE = 20_000
_ASKED_ROWS = 10_000_000


@dataclass(frozen=True)
class Speed:
    """What one more text takes, start of the program and loading of the model left out.

    Attributes:
        kept: What of the input is written again, a key of `KEPT`.
        processors: How many.
        seconds: By the clock.
        processor_seconds: Of all processors.
        model_seconds: Of these, features and model.
    """

    kept: str
    processors: int
    seconds: float
    processor_seconds: float
    model_seconds: float

    @classmethod
    def between(cls, kept: str, processors: int, small: RunTook, large: RunTook) -> "Speed":
        """Compare a small run with a large one: what both have is what is not counted."""
        rows = large.rows - small.rows
        return cls(
            kept=kept,
            processors=processors,
            seconds=(large.seconds - small.seconds) / rows,
            processor_seconds=(large.processor_seconds - small.processor_seconds) / rows,
            model_seconds=(large.model_seconds - small.model_seconds) / rows,
        )


@dataclass(frozen=True)
class Summary:
    """Medians over the rounds.

    Attributes:
        kept: What of the input is written again, a key of `KEPT`.
        processors: How many.
        documents_a_second: By the clock.
        slowest: In the slowest round.
        fastest: In the fastest round.
        documents_a_processor_second: By the time that the processors worked for it: what others do beside it does
            not count.
        model_share: Of the processors' time, features and model.
    """

    kept: str
    processors: int
    documents_a_second: float
    slowest: float
    fastest: float
    documents_a_processor_second: float
    model_share: float

    @classmethod
    def of(cls, rounds: Sequence[Speed]) -> "Summary":
        """Take the medians."""
        rates = [1 / each.seconds for each in rounds]
        return cls(
            kept=rounds[0].kept,
            processors=rounds[0].processors,
            documents_a_second=statistics.median(rates),
            slowest=min(rates),
            fastest=max(rates),
            documents_a_processor_second=statistics.median(1 / each.processor_seconds for each in rounds),
            model_share=statistics.median(each.model_seconds / each.processor_seconds for each in rounds),
        )


def benchmark(rounds: int, documents: int, bundle: Path) -> str:
    """Score texts of news articles and keep the result as `score`.

    Args:
        rounds: Repeats of each measurement.
        documents: How many short texts are scored to see time and memory of many.
        bundle: The model.

    Returns:
        The table as Markdown.

    Raises:
        ConfigurationError: If this machine has one processor only.
    """
    processors = sorted(os.sched_getaffinity(0))
    if len(processors) < 2:  # noqa: PLR2004 (two are compared with one)
        raise ConfigurationError("this compares two processors with one, and there is only one")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        text = _articles()
        large, small, many = folder / "large.parquet", folder / "small.parquet", folder / "many.parquet"
        _write(large, text, _LONG_TEXTS, LONG)
        _write(small, text, _LONG_TEXTS // _SMALL_SHARE, LONG)
        speeds: dict[tuple[str, int], list[Speed]] = {(kept, count): [] for kept in KEPT for count in (1, 2)}
        for number in range(rounds):
            logger.info("Round {} of {}", number + 1, rounds)
            for (kept, count), found in speeds.items():
                chosen = set(processors[:count])
                pair = [run(each, folder / "out.parquet", bundle, chosen, keep=KEPT[kept]) for each in (small, large)]
                found.append(Speed.between(kept, count, *pair))
        logger.info("Scoring {:,} short texts", documents)
        _write(many, text, documents, SHORT)
        whole = run(many, folder / "out.parquet", bundle, set(processors[:2]), watched=True)
    summaries = [Summary.of(found) for found in speeds.values()]
    scaling = {
        kept: statistics.median(
            one.seconds / two.seconds for one, two in zip(speeds[kept, 1], speeds[kept, 2], strict=True)
        )
        for kept in KEPT
    }
    markdown = _markdown(summaries, scaling, whole, rounds)
    document = {
        "machine": describe_machine(("numpy", "pyarrow")),
        "rounds": rounds,
        "speeds": [vars(summary) for summary in summaries],
        "two_processors_to_one": scaling,
        "short_texts": whole.model_dump(),
    }
    keep("score", document, markdown, _figure(speeds))
    return markdown


def _articles() -> str:
    """Return real articles, one behind the other."""
    configuration = compose_configuration(["data=bbc_news"])
    folder = dataset_folder(configuration)
    prepare(source_of(configuration), folder)
    return "\n".join(Dataset.load(folder).examples("train").texts)


def _write(path: Path, text: str, rows: int, characters: int) -> None:
    """Write texts of equal length, cut out of the articles by chance."""
    fields: list[pa.Field[Any]] = [pa.field("id", pa.int64()), pa.field("text", pa.string())]
    schema = pa.schema(fields)
    random = np.random.default_rng(0)
    with parquet.ParquetWriter(path, schema) as writer:
        for first in range(0, rows, _ROWS_AT_ONCE):
            number = min(_ROWS_AT_ONCE, rows - first)
            starts = random.integers(0, len(text) - characters, number).tolist()
            texts = pa.array([text[start : start + characters] for start in starts], pa.string())
            writer.write_table(pa.table([pa.array(range(first, first + number)), texts], schema=schema))


def _markdown(summaries: Sequence[Summary], scaling: dict[str, float], whole: RunTook, rounds: int) -> str:
    rows = [
        [
            summary.kept,
            f"{summary.processors}",
            f"{summary.documents_a_second:,.0f} ({summary.slowest:,.0f} to {summary.fastest:,.0f})",
            f"{summary.documents_a_processor_second:,.0f}",
            f"{1e6 / summary.documents_a_processor_second:.0f} us",
            f"{summary.model_share:.0%}",
        ]
        for summary in summaries
    ]
    header = [
        "written again",
        "processors",
        "texts a second",
        "texts a second of a processor",
        "a text",
        "of it features and model",
    ]
    times = " and ".join(f"{times:.2f} times as fast as one with {kept}" for kept, times in scaling.items())
    minutes = whole.seconds * _ASKED_ROWS / whole.rows / 60
    peak = whole.peak_bytes / 1e9
    return (
        f"Parquet to Parquet, texts of {LONG:,} characters, default model, medians of {rounds} rounds "
        "(`textops benchmark score`). The start of the program is left out.\n\n"
        + table(header, rows)
        + f"\nTwo processors are {times}. {whole.rows:,} texts of {SHORT} characters took "
        f"{whole.seconds:,.0f} s on two, start included: {whole.rows / whole.seconds:,.0f} a second, so that 10 "
        f"million take {minutes:.1f} minutes; all processes together had at most {peak:.2f} GB.\n"
    )


def _figure(speeds: dict[tuple[str, int], list[Speed]]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.4), dpi=150, layout="constrained")
    axes = figure.subplots()
    names = [f"{kept}, {count} processor{'s' * (count > 1)}" for kept, count in speeds]
    model = [1e6 * statistics.median(each.model_seconds for each in found) for found in speeds.values()]
    whole = [1e6 * statistics.median(each.processor_seconds for each in found) for found in speeds.values()]
    axes.barh(names, model, label="features and model")
    axes.barh(
        names,
        [all_of - part for all_of, part in zip(whole, model, strict=True)],
        left=model,
        label="reading and writing",
    )
    axes.set_xlabel(f"processor time for a text of {LONG:,} characters, microseconds")
    axes.invert_yaxis()
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
