"""How fast the default model's tokenizer is, and where its time goes."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loguru import logger

from textops.benchmark.result import keep, table
from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.errors import ConfigurationError
from textops.machine import describe_machine
from textops.text import compiled
from textops.text.ngrams import NgramTokenizer
from textops.text.normalization import normalize
from textops.training.configuration import compose_configuration
from textops.training.source import dataset_folder, source_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOCUMENTS = 1024
CHARACTERS = 2000
_VARIANTS = {
    "words and pairs": NgramTokenizer(longest=1),
    "words, pairs and character runs": NgramTokenizer(),
}


@dataclass(frozen=True)
class Measured:
    """Times for one kind of features, in microseconds for a document, medians over the rounds.

    Attributes:
        features: Which features.
        by: What does the work, `compiled` or `numpy`.
        ngrams: Mean number of distinct n-grams of a document.
        normalize: Unicode, white space and case.
        total: All of it, measured by itself.
        fastest: Fastest round of `total`.
        slowest: Slowest round of `total`.
        single: All of it, one document at a time.
    """

    features: str
    by: str
    ngrams: float
    normalize: float
    total: float
    fastest: float
    slowest: float
    single: float

    @property
    def documents_per_second(self) -> float:
        """Documents a second on one core."""
        return 1e6 / self.total


def benchmark(rounds: int) -> str:
    """Measure both kinds of features on real articles, compiled and by numpy, and keep the result as `features`.

    Args:
        rounds: Repeats of each measurement.

    Returns:
        The table as Markdown.

    Raises:
        ConfigurationError: If the kernel is not compiled.
    """
    if compiled.kernel() is None:
        raise ConfigurationError("there is no compiled kernel to measure: install a C compiler, then textops again")
    documents = _documents()
    measured = [
        result for name, tokenizer in _VARIANTS.items() for result in _measure(name, tokenizer, documents, rounds)
    ]
    markdown = _markdown(measured, rounds)
    document = {
        "machine": describe_machine(("numpy",)),
        "documents": DOCUMENTS,
        "characters": CHARACTERS,
        "rounds": rounds,
        "microseconds_per_document": [vars(result) for result in measured],
    }
    keep("features", document, markdown, _figure(measured))
    return markdown


def _documents() -> list[str]:
    """Return real text cut into documents of equal length."""
    configuration = compose_configuration(["data=bbc_news"])
    folder = dataset_folder(configuration)
    prepare(source_of(configuration), folder)
    everything = "\n".join(Dataset.load(folder).examples("train").texts)
    return [everything[start : start + CHARACTERS] for start in range(0, DOCUMENTS * CHARACTERS, CHARACTERS)]


def _measure(name: str, tokenizer: NgramTokenizer, documents: Sequence[str], rounds: int) -> list[Measured]:
    logger.info("Measuring {}, {} rounds", name, rounds)
    works: dict[str, Callable[[], object]] = {
        "normalize": lambda: [normalize(text) for text in documents],
        "total": lambda: tokenizer.ragged(documents),
        "single": lambda: [tokenizer.ragged([text]) for text in documents],
    }
    stages = {("compiled", stage): work for stage, work in works.items()}
    stages |= {("numpy", stage): _by_numpy(work) for stage, work in works.items()}
    times = _times(rounds, stages)
    medians = {stage: statistics.median(found) for stage, found in times.items()}
    ngrams = len(tokenizer.ragged(documents).ids) / len(documents)
    return [
        Measured(
            features=name,
            by=by,
            ngrams=ngrams,
            normalize=medians[by, "normalize"],
            total=medians[by, "total"],
            fastest=min(times[by, "total"]),
            slowest=max(times[by, "total"]),
            single=medians[by, "single"],
        )
        for by in ("compiled", "numpy")
    ]


def _by_numpy(work: Callable[[], object]) -> Callable[[], object]:
    def done_by_numpy() -> None:
        with compiled.without_kernel():
            work()

    return done_by_numpy


def _times(rounds: int, stages: Mapping[tuple[str, str], Callable[[], object]]) -> dict[tuple[str, str], list[float]]:
    """Run all stages in turn, round by round, so that a slow moment of the machine hits all of them."""
    times: dict[tuple[str, str], list[float]] = {name: [] for name in stages}
    for stage in stages.values():
        stage()
    for _ in range(rounds):
        for name, stage in stages.items():
            started = time.perf_counter()
            stage()
            times[name].append((time.perf_counter() - started) / DOCUMENTS * 1e6)
    return times


def _markdown(measured: Sequence[Measured], rounds: int) -> str:
    rows = [
        [
            result.features,
            result.by,
            f"{result.documents_per_second:,.0f}",
            f"{result.total:.0f} ({result.fastest:.0f} to {result.slowest:.0f})",
            f"{result.normalize:.0f}",
            f"{result.single:.0f}",
            f"{result.ngrams:,.0f}",
        ]
        for result in measured
    ]
    header = ["features", "by", "documents a second", "us a document", "normalise", "one by one", "distinct n-grams"]
    return (
        f"{DOCUMENTS:,} documents of {CHARACTERS:,} characters, one core, medians of {rounds} rounds "
        "(`textops benchmark features`). Where installation finds no compiler, numpy gives the same numbers.\n\n"
        + table(header, rows)
    )


def _figure(measured: Sequence[Measured]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), dpi=150, layout="constrained")
    axes = figure.subplots()
    names = [f"{result.features}\n{result.by}" for result in measured]
    normalize_times = [result.normalize for result in measured]
    axes.barh(names, normalize_times, label="normalise")
    rest = [result.total - result.normalize for result in measured]
    axes.barh(names, rest, left=normalize_times, label="n-grams")
    axes.set_xlabel("microseconds for a document of 2,000 characters")
    axes.invert_yaxis()
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
