"""What profiles found to be slow, beside what took its place: both measured in one run."""

import importlib.util
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from loguru import logger
from torch import Tensor
from torch.nn import functional

from textops.benchmark.needless_work import DeterministicStep, prepare_alone
from textops.benchmark.result import keep, table
from textops.data.batch_order import Rows
from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.machine import describe_machine
from textops.models.ngram import NgramEncoder
from textops.models.row_sums import row_sums
from textops.text.ngrams import NgramTokenizer
from textops.text.ragged import Ragged
from textops.training.configuration import compose_configuration
from textops.training.source import dataset_folder, source_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BATCH_SIZE = 64
DOCUMENTS = 2225  # of bbc_news
_LABEL_COLUMNS = 15


@dataclass(frozen=True)
class Compared:
    """One thing that was slow.

    Attributes:
        what: What is done.
        before: How it was done.
        after: How it is done.
        documents: Documents of each measurement.
        times: Microseconds a document for both, of each round.
    """

    what: str
    before: str
    after: str
    documents: int
    times: list[tuple[float, float]] = field(default_factory=list)

    @property
    def medians(self) -> tuple[float, float]:
        """Medians of both."""
        return statistics.median(pair[0] for pair in self.times), statistics.median(pair[1] for pair in self.times)

    @property
    def ratios(self) -> list[float]:
        """How many times as fast, of each round."""
        return [before / after for before, after in self.times]


def benchmark(rounds: int) -> str:
    """Measure everything before and after, and keep the result as `bottlenecks`.

    Args:
        rounds: Repeats of each measurement.

    Returns:
        The table as Markdown.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        compared = _measure(rounds)
    finally:
        torch.set_num_threads(threads)
    markdown = _markdown(compared, rounds)
    document = {
        "machine": describe_machine(("torch", "numpy")),
        "batch_size": BATCH_SIZE,
        "microseconds_per_document": [vars(each) for each in compared],
    }
    keep("bottlenecks", document, markdown, _figure(compared))
    return markdown


def _measure(rounds: int) -> list[Compared]:
    texts = _texts()
    tokenizer = NgramTokenizer()
    documents = tokenizer.ragged(texts)
    encoder = NgramEncoder(tokenizer, _LABEL_COLUMNS // 3)
    encoder.fit(documents)
    order = np.random.default_rng(0).permutation(len(documents))
    batches = [order[start : start + BATCH_SIZE] for start in range(0, len(order), BATCH_SIZE)]
    step_before, step_after = _Step(encoder, _sums_of_pytorch), _Step(encoder, row_sums)
    deterministic = DeterministicStep(texts)
    ways: list[tuple[Compared, Callable[[], object], Callable[[], object]]] = [
        (
            Compared("tokens of a batch", "tokenized in each epoch", "mapped from the cache", len(texts)),
            lambda: [tokenizer.ragged([texts[row] for row in rows]) for rows in batches],
            lambda: [documents.take(rows) for rows in batches],
        ),
        (
            Compared("copying a batch", "picking tokens", "joining documents", len(texts)),
            lambda: [_picked(documents, rows) for rows in batches],
            lambda: [documents.take(rows) for rows in batches],
        ),
        (
            Compared("gradient and step", "embedding_bag of PyTorch", "each row once", len(texts)),
            lambda: step_before.make_all(documents, batches),
            lambda: step_after.make_all(documents, batches),
        ),
        (
            Compared("whole step", "fresh memory is filled", "it is left as it is", len(texts)),
            lambda: deterministic.make_all(fill=True),
            lambda: deterministic.make_all(fill=False),
        ),
    ]
    if importlib.util.find_spec("pandas") is not None:
        ways.append(
            (
                Compared("textops prepare", "pandas is loaded", "it is not", DOCUMENTS),
                lambda: prepare_alone(pandas=True),
                lambda: prepare_alone(pandas=False),
            )
        )
    for compared, before, after in ways:
        logger.info("Measuring {}, {} rounds", compared.what, rounds)
        before(), after()
        for _ in range(rounds):
            compared.times.append((_time(before, compared.documents), _time(after, compared.documents)))
    return [compared for compared, _, _ in ways]


class _Step:
    """One step of the default model: sums, gradient, and the table moved."""

    def __init__(self, encoder: NgramEncoder, sums: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]) -> None:
        self._table = torch.nn.Parameter(torch.zeros(len(encoder.idf), _LABEL_COLUMNS))
        self._optimizer = torch.optim.SGD([self._table], lr=0.1)
        self._sums = sums

    def make_all(self, documents: Ragged, batches: Sequence[Rows]) -> None:
        """Make a step for each batch."""
        for rows in batches:
            part = documents.take(rows)
            self._optimizer.zero_grad()
            ids, weights, offsets = map(torch.from_numpy, (part.ids, part.weights, part.offsets))
            sums = self._sums(self._table, ids, weights, offsets.to(ids.dtype))
            torch.autograd.backward(sums.square().mean())
            self._optimizer.step()


def _sums_of_pytorch(table: Tensor, ids: Tensor, weights: Tensor, offsets: Tensor) -> Tensor:
    return functional.embedding_bag(
        ids, table, offsets, mode="sum", per_sample_weights=weights, include_last_offset=True, sparse=True
    )


def _picked(documents: Ragged, rows: Rows) -> Ragged:
    starts = documents.offsets[rows]
    lengths = documents.offsets[rows + 1] - starts
    offsets = np.append(0, np.cumsum(lengths))
    positions = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], lengths)
    return Ragged(documents.ids[positions], documents.weights[positions], offsets)


def _time(way: Callable[[], object], documents: int) -> float:
    started = time.perf_counter()
    way()
    return (time.perf_counter() - started) / documents * 1e6


def _texts() -> list[str]:
    configuration = compose_configuration(["data=bbc_news"])
    folder = dataset_folder(configuration)
    prepare(source_of(configuration), folder)
    return Dataset.load(folder).examples("val").texts


def _markdown(compared: Sequence[Compared], rounds: int) -> str:
    rows = [
        [
            each.what,
            f"{each.before}: {each.medians[0]:,.0f} us",
            f"{each.after}: {each.medians[1]:,.0f} us",
            f"{statistics.median(each.ratios):.1f} ({min(each.ratios):.1f} to {max(each.ratios):.1f})",
        ]
        for each in compared
    ]
    return (
        f"Articles of bbc_news, batches of {BATCH_SIZE}, one thread, microseconds a document, medians of {rounds} "
        "rounds (`textops benchmark bottlenecks`).\n\n" + table(["what", "before", "after", "times as fast"], rows)
    )


def _figure(compared: Sequence[Compared]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.8), dpi=150, layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(compared))
    for offset, label, index, colour in ((-0.2, "before", 0, "#c8501e"), (0.2, "after", 1, "#1f5fa8")):
        medians = np.array([each.medians[index] for each in compared])
        values = np.array([[pair[index] for pair in each.times] for each in compared])
        spread = np.abs([medians - values.min(1), values.max(1) - medians])
        axes.barh(places + offset, medians, 0.4, xerr=spread, capsize=3, label=label, color=colour)
    axes.set_yticks(places, [each.what for each in compared])
    axes.set_xscale("log")
    axes.set_xlabel("microseconds a document, fastest to slowest")
    axes.invert_yaxis()
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
