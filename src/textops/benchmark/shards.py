"""What it costs to train from shards: bytes of a document, documents a second, memory."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

from textops.benchmark.epoch_times import EpochTimes, read_epoch_times
from textops.benchmark.result import keep, table
from textops.benchmark.shard_measurements import (
    FROM_MEMORY,
    READING,
    SHARDING,
    STREAMING,
    Memory,
    Rate,
    ShardMeasurements,
    Sizes,
    TrainingTime,
)
from textops.benchmark.stream_memory import stream_loader
from textops.data.configuration import SPLITS, read_configuration
from textops.data.dataset import Dataset, file_of
from textops.data.prepare import prepare
from textops.data.sharding import Sharding, shard_dataset
from textops.errors import ConfigurationError
from textops.machine import describe_machine
from textops.text.ngrams import NgramTokenizer
from textops.training.configuration import compose_configuration
from textops.training.source import source_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DATA = "bbc_news"
SETTINGS: tuple[str, ...] = ()
"""Further settings of every training."""
MEMORY_ROWS = (20_000, 40_000, 80_000)
BATCH_SIZE = 64
_SHARDS = 8
_WARMING = 1
_LENGTH_OF_TOKEN, _LENGTH_OF_DOCUMENT = 8, 16


@dataclass(frozen=True)
class _Setup:
    """A training that is measured."""

    model: str
    name: str
    batch_size: int
    overrides: tuple[str, ...] = ()
    processes: int = 1
    streamed: bool = True


_TWO = ("trainer=ddp_cpu",)
SETUPS = (
    _Setup("ngram", FROM_MEMORY, 64, streamed=False),
    _Setup("ngram", "from shards", 64),
    _Setup("ngram", "from shards, a reader beside it", 64, ("loader.num_workers=1", "loader.persistent_workers=true")),
    _Setup("ngram", "from shards, two processes", 64, _TWO, processes=2),
    _Setup("ngram", "from shards, large steps", 512),
    _Setup("ngram", "from shards, large steps, two processes", 512, _TWO, processes=2),
    _Setup("cnn", "from shards", 64),
    _Setup("cnn", "from shards, two processes", 64, _TWO, processes=2),
)


def benchmark(rounds: int) -> str:
    """Measure everything and keep the result as `shards`.

    Args:
        rounds: Repeats of each measurement.

    Returns:
        The tables as Markdown.
    """
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(source_of(compose_configuration([f"data={DATA}", *SETTINGS])), folder / "processed" / DATA)
        shard_dataset(folder / "processed" / DATA, folder / "shards", Sharding(shards=_SHARDS))
        dataset = Dataset.load(folder / "shards")
        measurements = ShardMeasurements(
            machine=describe_machine(("torch", "pytorch-lightning", "pyarrow", "tokenizers")),
            load=load,
            data=DATA,
            documents=dataset.manifest.examples("train"),
            rounds=rounds,
            sizes=_sizes(folder / "processed" / DATA, dataset),
            rates=_rates(folder, dataset, rounds),
            trainings=tuple(_train(setup, folder, dataset.manifest.examples("train"), rounds) for setup in SETUPS),
            memory=tuple(_memory(rows, folder) for rows in MEMORY_ROWS),
        )
    markdown = _markdown(measurements)
    keep("shards", measurements.model_dump(), markdown, _figure(measurements))
    return markdown


def _sizes(prepared: Path, dataset: Dataset) -> Sizes:
    index, count = dataset.index, dataset.manifest.examples("train")
    assert index is not None  # noqa: S101 (it was sharded a moment ago)
    texts = dataset.examples("train").texts
    tokens = len(NgramTokenizer().ragged(texts).ids)
    return Sizes(
        text=sum(len(text.encode()) for text in texts) / count,
        prepared=(prepared / file_of("train")).stat().st_size / count,
        sharded=sum(shard.bytes for shard in index.splits["train"]) / count,
        tokenized=tokens * _LENGTH_OF_TOKEN / count + _LENGTH_OF_DOCUMENT,
    )


def _rates(folder: Path, dataset: Dataset, rounds: int) -> tuple[Rate, ...]:
    numbers = iter(range(rounds + _WARMING))

    def shard_again() -> None:
        shard_dataset(folder / "processed" / DATA, folder / f"again-{next(numbers)}", Sharding(shards=_SHARDS))

    ways: dict[str, Callable[[], object]] = {
        SHARDING: shard_again,
        READING: lambda: sum(len(texts) for texts, _ in dataset.parts("train")),
        STREAMING: lambda: sum(len(batch) for batch in stream_loader(dataset, BATCH_SIZE)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds + _WARMING):
        # In turn, so that a slow moment of the machine hits all of them.
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - started)
    # Sharding writes all splits.
    rows = {SHARDING: sum(dataset.manifest.examples(split) for split in SPLITS)}
    train = dataset.manifest.examples("train")
    return tuple(
        Rate(name=name, rates=tuple(rows.get(name, train) / each for each in times[_WARMING:]))
        for name, times in seconds.items()
    )


def _train(setup: _Setup, folder: Path, documents: int, rounds: int) -> TrainingTime:
    """Train in a process of its own, as a user would."""
    logger.info("Measuring {}, {}, {} epochs", setup.model, setup.name, rounds)
    times = folder / "times.json"
    arguments = [
        f"data={DATA}",
        f"model={setup.model}",
        f"batch_size={setup.batch_size}",
        "threads=1",
        f"trainer.max_epochs={rounds + _WARMING}",
        "callbacks.early_stopping=null",
        *SETTINGS,
        *setup.overrides,
        *([f"streaming.shards={folder / 'shards'}"] if setup.streamed else []),
        *(f"paths.{name}={folder / name}" for name in ("outputs", "processed", "tokens", "latest")),
        f"+callbacks.times={{_target_: {EpochTimes.__module__}.EpochTimes, path: '{times}'}}",
    ]
    command = [sys.executable, "-m", "textops.cli", "train", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own command)
    if done.returncode:
        raise ConfigurationError(f"the training of {setup.model} failed: {done.stderr.strip().splitlines()[-1]}")
    epochs = read_epoch_times(times)[_WARMING:]
    return TrainingTime(
        model=setup.model,
        setup=setup.name,
        processes=setup.processes,
        batch_size=setup.batch_size,
        microseconds=tuple(1e6 * epoch.seconds / documents for epoch in epochs),
    )


def _memory(rows: int, folder: Path) -> Memory:
    logger.info("Measuring the memory of streaming {:,} texts", rows)
    source = {"source": "synthetic", "text_columns": ["text"], "label_column": "label"}
    made_up = {"synthetic": {"rows": rows, "words": 60}, "near_duplicates": {"enabled": False}}
    prepared, out = folder / f"prepared-{rows}", folder / f"shards-{rows}"
    prepare(read_configuration({**source, **made_up}), prepared)
    shard_dataset(prepared, out, Sharding(rows=5000))
    command = [sys.executable, "-m", "textops.benchmark.stream_memory", str(out), str(BATCH_SIZE)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 (our own command)
    return Memory(documents=Dataset.load(out).manifest.examples("train"), peak_bytes=int(done.stdout))


def _markdown(measured: ShardMeasurements) -> str:
    sizes = [[name, f"{value:,.0f}"] for name, value in measured.sizes.model_dump().items()]
    rates = [
        [each.name, f"{each.median:,.0f}", f"{min(each.rates):,.0f} to {max(each.rates):,.0f}"]
        for each in measured.rates
    ]
    trainings = [
        [
            each.model,
            each.setup,
            str(each.batch_size),
            f"{each.median:,.0f} ({min(each.microseconds):,.0f} to {max(each.microseconds):,.0f})",
            f"{1e6 / each.median:,.0f}",
        ]
        for each in measured.trainings
    ]
    memory = [[f"{each.documents:,}", f"{each.peak_bytes / 1e6:,.0f}"] for each in measured.memory]
    opening = (
        f"{measured.documents:,} training documents of {measured.data}, medians of {measured.rounds} rounds, one "
        "thread a process (`textops benchmark shards`).\n"
    )
    return "\n".join(
        [
            opening,
            *([f"{measured.warning}\n"] if measured.warning else []),
            table(["a document as", "bytes"], sizes),
            table(["one process", "documents a second", "slowest to fastest"], rates),
            table(["model", "training", "documents of a step", "us a document and epoch", "a second"], trainings),
            "One epoch of streaming alone, made-up texts of 60 words; all that Python and torch take is in it:\n",
            table(["documents", "most memory, MB"], memory),
        ]
    )


def _figure(measured: ShardMeasurements) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.8), dpi=150, layout="constrained")
    axes = figure.subplots()
    names = [each.name for each in measured.rates] + [f"{each.model}, {each.setup}" for each in measured.trainings]
    rates: Sequence[float] = [each.median for each in measured.rates] + [
        1e6 / each.median for each in measured.trainings
    ]
    axes.barh(names, rates)
    axes.set_xscale("log")
    axes.set_xlabel("documents a second")
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    return figure
