"""How fast the default model's tokenizer is, and where its time goes."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loguru import logger

from textops.benchmark.result import keep, table
from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.machine import describe_machine
from textops.text.counting import count_distinct
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
        ngrams: Mean number of distinct n-grams of a document.
        normalize: Unicode, white space and case.
        hash: Hashes of all n-grams.
        count: Distinct n-grams and their weights.
        total: All of it, measured by itself.
        fastest: Fastest round of `total`.
        slowest: Slowest round of `total`.
        single: All of it, one document at a time.
    """

    features: str
    ngrams: float
    normalize: float
    hash: float
    count: float
    total: float
    fastest: float
    slowest: float
    single: float

    @property
    def documents_per_second(self) -> float:
        """Documents a second on one core."""
        return 1e6 / self.total


def benchmark(rounds: int) -> str:
    """Measure both kinds of features on real articles and keep the result as `features`.

    Args:
        rounds: Repeats of each measurement.

    Returns:
        The table as Markdown.
    """
    documents = _documents()
    measured = [_measure(name, tokenizer, documents, rounds) for name, tokenizer in _VARIANTS.items()]
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


def _measure(name: str, tokenizer: NgramTokenizer, documents: Sequence[str], rounds: int) -> Measured:
    occurrences = list(tokenizer.occurrences(documents))
    size = tokenizer.vocabulary_size

    def count() -> None:
        for ids in occurrences:
            count_distinct(ids, size)

    def one_by_one() -> None:
        for text in documents:
            tokenizer.ragged([text])

    logger.info("Measuring {}, {} rounds", name, rounds)
    stages = _times(
        rounds,
        normalize=lambda: [normalize(text) for text in documents],
        hash=lambda: list(tokenizer.occurrences(documents)),
        count=count,
        total=lambda: tokenizer.ragged(documents),
        single=one_by_one,
    )
    medians = {stage: statistics.median(times) for stage, times in stages.items()}
    return Measured(
        features=name,
        ngrams=len(tokenizer.ragged(documents).ids) / len(documents),
        normalize=medians["normalize"],
        hash=medians["hash"] - medians["normalize"],
        count=medians["count"],
        total=medians["total"],
        fastest=min(stages["total"]),
        slowest=max(stages["total"]),
        single=medians["single"],
    )


def _times(rounds: int, **stages: Callable[[], object]) -> dict[str, list[float]]:
    """Run all stages in turn, round by round, so that a slow moment of the machine hits all of them."""
    times: dict[str, list[float]] = {name: [] for name in stages}
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
            f"{result.documents_per_second:,.0f}",
            f"{result.total:.0f} ({result.fastest:.0f} to {result.slowest:.0f})",
            f"{result.normalize:.0f}",
            f"{result.hash:.0f}",
            f"{result.count:.0f}",
            f"{result.single:.0f}",
            f"{result.ngrams:,.0f}",
        ]
        for result in measured
    ]
    header = ["features", "documents a second", "us a document", "normalise", "hash", "count", "one by one"]
    return (
        f"{DOCUMENTS:,} documents of {CHARACTERS:,} characters, one core, medians of {rounds} rounds "
        "(`textops benchmark features`).\n\n" + table([*header, "distinct n-grams"], rows)
    )


def _figure(measured: Sequence[Measured]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.6), dpi=150, layout="constrained")
    axes = figure.subplots()
    left = [0.0] * len(measured)
    names = [result.features for result in measured]
    for stage in ("normalize", "hash", "count"):
        widths = [float(getattr(result, stage)) for result in measured]
        axes.barh(names, widths, left=left, label=stage)
        left = [start + width for start, width in zip(left, widths, strict=True)]
    axes.set_xlabel("microseconds for a document of 2,000 characters")
    axes.invert_yaxis()
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
