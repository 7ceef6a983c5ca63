"""How often the drift check raises a false alarm, what it finds, and what it costs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from loguru import logger
from numpy.random import Generator

from textops.benchmark.drift_cost import TEXT_CHARACTERS, Cost, Row, cost_of_check
from textops.benchmark.result import keep, table
from textops.inference import Predictor
from textops.machine import describe_machine
from textops.monitoring.feature_drift import feature_drifts
from textops.monitoring.reference import read_reference
from textops.monitoring.separation import separation
from textops.monitoring.thresholds import Thresholds, Verdict, worst
from textops.monitoring.window import window_of
from textops.prediction_log.sampling import Sample
from textops.registry import Registry, Version
from textops.simulation.drift import Drift, Kind, Pools, drifted_texts, pools_of, usual_texts
from textops.simulation.pool import LabelledText
from textops.text.features import features_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROWS = (1_000, 100_000, 1_000_000)
SEVERITIES = (0.1, 0.25, 0.5, 1.0)
KINDS: tuple[Kind, ...] = ("vocabulary", "typos", "adversarial", "topics")
_WINDOW, _SMALL_WINDOW = 1_000, 500


@dataclass(frozen=True)
class Found:
    """Verdicts on windows of one kind.

    Attributes:
        kind: Of drift.
        severity: Of it.
        answers: In each window.
        verdicts: How often each.
    """

    kind: str
    severity: float
    answers: int
    verdicts: dict[str, int]

    @property
    def windows(self) -> int:
        """How many."""
        return sum(self.verdicts.values())


def benchmark(registry: Registry, model: str | None, pool: Sequence[LabelledText], windows: int, largest: int) -> str:
    """Measure, and keep the result as `drift`.

    Args:
        registry: Where the model is.
        model: Which one; None for the only one in production.
        pool: Texts that neither its training nor its reference has seen.
        windows: Undrifted windows.
        largest: Answers in the largest log.

    Returns:
        The report as Markdown.
    """
    version = registry.find(model)
    predictor = Predictor.load(version.path)
    random = np.random.default_rng(0)
    usual = _found(version, predictor, pool, Drift("none", 0.0), _WINDOW, windows, random)
    small = max(2, windows // 20)
    drifted = [
        _found(version, predictor, pool, Drift(kind, severity), _SMALL_WINDOW, small, random)
        for kind in KINDS
        for severity in SEVERITIES
    ]
    answers = [_row(predictor, each.text) for each in pool]
    costs = [cost_of_check(registry, version, answers, rows) for rows in ROWS if rows <= largest]
    markdown = _markdown(version, len(pool), usual, drifted, costs)
    document = {
        "machine": describe_machine(("numpy", "scipy", "scikit-learn", "sqlalchemy")),
        "model": str(version),
        "pool": len(pool),
        "undrifted": asdict(usual),
        "drifted": [asdict(each) for each in drifted],
        "cost": [asdict(each) for each in costs],
    }
    keep("drift", document, markdown, _figure(drifted))
    return markdown


def _found(
    version: Version,
    predictor: Predictor,
    pool: Sequence[LabelledText],
    drift: Drift,
    answers: int,
    windows: int,
    random: Generator,
) -> Found:
    reference, thresholds = read_reference(version.path, version.manifest), Thresholds()
    rows = _rows(predictor, pool, drift, answers, random)
    verdicts: Counter[Verdict] = Counter()
    for _ in range(windows):
        drawn = tuple(next(rows) for _ in range(answers))
        window = window_of(Sample(answers, 0, 0, None, None, drawn), version.manifest.classes, list(reference.features))
        features = feature_drifts(reference, window, thresholds, random)
        together = separation(reference, window, thresholds, random)
        verdicts[worst(each.verdict for each in (*features, together) if each is not None)] += 1
    logger.info("{} {:g}: {}", drift.kind, drift.severity, dict(verdicts))
    return Found(drift.kind, drift.severity, answers, {str(name): count for name, count in verdicts.items()})


def _rows(
    predictor: Predictor, pool: Sequence[LabelledText], drift: Drift, answers: int, random: Generator
) -> Iterator[Row]:
    """Yield rows of the log, without end; a pool of answers is made once and drawn from again and again."""
    pools = pools_of("topics", pool, None) if drift.kind == "topics" else Pools(list(pool), list(pool))
    texts = usual_texts(pools, random) if drift.kind == "none" else drifted_texts(pools, drift, random)
    made = [_row(predictor, next(texts).text) for _ in range(max(len(pool), answers))]
    while True:
        yield made[int(random.integers(len(made)))]


def _row(predictor: Predictor, text: str) -> Row:
    (prediction,) = predictor.predict([text])
    return {
        "label": prediction.label,
        "probability": prediction.probability,
        "probabilities": prediction.probabilities,
        "features": features_of(text, predictor.familiar),
    }


def _markdown(version: Version, texts: int, usual: Found, drifted: Sequence[Found], costs: Sequence[Cost]) -> str:
    counts = [usual.verdicts.get(verdict, 0) for verdict in ("drift", "warn", "ok")]
    undrifted = (
        f"`textops benchmark drift`: {version}. **{usual.windows} windows without drift** of {usual.answers:,} answers "
        f"from {texts:,} texts that neither the training nor the reference has seen: {counts[0]} times `drift`, "
        f"{counts[1]} times `warn`, {counts[2]} times `ok`.\n\n"
    )
    kinds = list(dict.fromkeys(each.kind for each in drifted))
    shares = [[kind, *(_in_words(each) for each in drifted if each.kind == kind)] for kind in kinds]
    found = table(["drift", *(f"severity {severity:g}" for severity in SEVERITIES)], shares)
    rows = [[f"{each.rows:,}", f"{each.seconds:.1f} s", f"{each.megabytes:.0f} MB", each.verdict] for each in costs]
    cost = table(["answers in the log", "time of the command", "most memory", "verdict"], rows)
    return (
        f"{undrifted}Windows of {_SMALL_WINDOW} drifted answers that are found, of {drifted[0].windows} each (`drift`, "
        f"and `warn` at least):\n\n{found}\nA check of all answers of a month in SQLite, texts of {TEXT_CHARACTERS:,} "
        f"characters:\n\n{cost}"
    )


def _in_words(found: Found) -> str:
    drift = found.verdicts.get("drift", 0)
    return f"{drift}, {drift + found.verdicts.get('warn', 0)}"


def _figure(drifted: Sequence[Found]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure((6.4, 3.6), layout="constrained")
    axes = figure.subplots()
    for kind in dict.fromkeys(each.kind for each in drifted):
        of_kind = [each for each in drifted if each.kind == kind]
        points = [(each.severity, each.verdicts.get("drift", 0) / each.windows) for each in of_kind]
        axes.plot(*zip(*points, strict=True), marker="o", label=kind)
    axes.set(xlabel="severity", ylabel="windows with the verdict drift", ylim=(-0.05, 1.05))
    axes.legend()
    return figure
