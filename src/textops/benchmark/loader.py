"""How many documents a second the data path serves, in each way that it can be set."""

import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from loguru import logger
from torch.utils.data import DataLoader

from textops.benchmark.result import keep, table
from textops.data.batch import RaggedBatch
from textops.data.batch_order import BatchOrder, BatchRows
from textops.data.configuration import read_configuration
from textops.data.dataset import Dataset
from textops.data.loader import BatchLoader
from textops.data.loader_settings import LoaderSettings
from textops.data.prepare import prepare
from textops.data.token_cache import tokenized
from textops.data.token_files import TokenizedSplit
from textops.machine import describe_machine
from textops.text.ngrams import NgramTokenizer
from textops.text.ragged import Ragged
from textops.text.tokenizer import Tokenizer
from textops.text.vocabulary import learn_vocabulary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROWS = 12_000
BATCH_SIZE = 64
_WORKERS = (1, 2)
_PREFETCH = (2, 8)
Way = Callable[[], object]
"""Serves one epoch."""


@dataclass(frozen=True)
class Served:
    """One way to serve batches.

    Attributes:
        tokens: Whose tokens.
        name: What it is.
        rates: Documents a second, of each round.
    """

    tokens: str
    name: str
    rates: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median rate."""
        return statistics.median(self.rates)


def benchmark(rounds: int) -> str:
    """Measure all ways, round by round, and keep the result as `loader`.

    Args:
        rounds: Repeats of each measurement.

    Returns:
        The table as Markdown.
    """
    with tempfile.TemporaryDirectory() as name:
        dataset = _dataset(Path(name))
        tokenizers: dict[str, Tokenizer] = {
            "n-grams": NgramTokenizer(),
            "words": learn_vocabulary(dataset.texts("train")),
        }
        measured = [
            served
            for tokens, tokenizer in tokenizers.items()
            for served in _measure(tokens, dataset, tokenizer, Path(name) / "tokens", rounds)
        ]
    markdown = _markdown(measured, rounds)
    document = {
        "machine": describe_machine(("torch", "numpy")),
        "documents": dataset.manifest.examples("train"),
        "batch_size": BATCH_SIZE,
        "documents_per_second": [vars(served) for served in measured],
    }
    keep("loader", document, markdown, _figure(measured))
    return markdown


def _dataset(folder: Path) -> Dataset:
    source = {"source": "synthetic", "text_columns": ["text"], "label_column": "label"}
    prepare(read_configuration({**source, "synthetic": {"rows": ROWS, "words": 120}}), folder / "synthetic")
    return Dataset.load(folder / "synthetic")


def _measure(tokens: str, dataset: Dataset, tokenizer: Tokenizer, cache: Path, rounds: int) -> list[Served]:
    logger.info("Measuring {}, {} rounds", tokens, rounds)
    split = tokenized(dataset, lambda _: tokenizer, tokens, cache).splits["train"]
    ways = _ways(split, dataset, tokenizer)
    served = {name: Served(tokens, name) for name in ways}
    for way in ways.values():
        way()
    for _ in range(rounds):
        # In turn, so that a slow moment of the machine hits all of them.
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            served[name].rates.append(len(split) / (time.perf_counter() - started))
    return list(served.values())


def _ways(split: TokenizedSplit, dataset: Dataset, tokenizer: Tokenizer) -> dict[str, Way]:
    order = BatchOrder(np.diff(split.documents.offsets), BATCH_SIZE, shuffle=True)
    settings = {"batches, in the same process": LoaderSettings()}
    for workers, prefetch, persistent in itertools.product(_WORKERS, _PREFETCH, (False, True)):
        kept = "kept" if persistent else "started anew"
        name = f"batches, {workers} {'process' if workers == 1 else 'processes'} {kept}, {prefetch} ahead"
        settings[name] = LoaderSettings(num_workers=workers, prefetch_factor=prefetch, persistent_workers=persistent)
    ways: dict[str, Way] = {name: _serve(BatchLoader(split, order, setting)) for name, setting in settings.items()}
    one_by_one: DataLoader[Any] = DataLoader(
        _OneByOne(split),
        batch_size=BATCH_SIZE,
        shuffle=True,
        collate_fn=_join,
    )
    ways["documents one by one"] = lambda: [None for _ in one_by_one]
    texts = dataset.examples("train")
    ways["tokenized in each epoch"] = lambda: _tokenize(texts.texts, texts.labels, tokenizer)
    return ways


def _serve(loader: BatchLoader) -> Way:
    def serve() -> None:
        for _ in loader:
            pass

    return serve


@dataclass(frozen=True)
class _OneByOne(torch.utils.data.Dataset[RaggedBatch]):
    """What a data set usually looks like: a document at a time, joined to batches later."""

    split: TokenizedSplit

    def __len__(self) -> int:
        return len(self.split)

    def __getitem__(self, row: int) -> RaggedBatch:
        return self.split[BatchRows(np.array([row]), 1.0)]


def _join(documents: list[RaggedBatch]) -> RaggedBatch:
    parts = [Ragged(each.ids.numpy(), each.weights.numpy(), each.offsets.numpy()) for each in documents]
    return RaggedBatch.from_numpy(Ragged.join(parts), np.concatenate([each.labels.numpy() for each in documents]))


def _tokenize(texts: Sequence[str], labels: np.ndarray[Any, np.dtype[np.int64]], tokenizer: Tokenizer) -> None:
    for start in range(0, len(texts), BATCH_SIZE):
        RaggedBatch.from_numpy(tokenizer.ragged(texts[start : start + BATCH_SIZE]), labels[start : start + BATCH_SIZE])


def _markdown(measured: Sequence[Served], rounds: int) -> str:
    rows = [
        [
            served.tokens,
            served.name,
            f"{served.median:,.0f}",
            f"{min(served.rates):,.0f} to {max(served.rates):,.0f}",
            f"{served.median / _default(measured, served.tokens).median:.2f}",
        ]
        for served in measured
    ]
    header = ["tokens", "served as", "documents a second", "slowest to fastest", "relative to the default"]
    return f"Medians of {rounds} epochs, batches of {BATCH_SIZE} (`textops benchmark loader`).\n\n" + table(
        header, rows
    )


def _default(measured: Sequence[Served], tokens: str) -> Served:
    return next(served for served in measured if served.tokens == tokens)


def _figure(measured: Sequence[Served]) -> "Figure":
    from matplotlib.figure import Figure

    kinds = list(dict.fromkeys(served.tokens for served in measured))
    figure = Figure(figsize=(11, 4.2), dpi=150, layout="constrained")
    for axes, kind in zip(np.atleast_1d(figure.subplots(1, len(kinds), sharey=True)), kinds, strict=True):
        shown = [served for served in measured if served.tokens == kind]
        medians = np.array([served.median for served in shown])
        spread = np.abs([[min(s.rates), max(s.rates)] for s in shown] - medians[:, None]).T
        axes.barh([served.name for served in shown], medians, xerr=spread, capsize=3, color="#1f5fa8")
        axes.set_xlabel("documents a second, slowest to fastest")
        axes.set_title(kind, loc="left")
        axes.invert_yaxis()
        axes.spines[["top", "right"]].set_visible(False)
    return figure
