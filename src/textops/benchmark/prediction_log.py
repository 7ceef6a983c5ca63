"""What a row of the prediction log costs the process that serves, and where."""

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from textops.benchmark.result import keep, table
from textops.machine import describe_machine
from textops.prediction_log import LoggedPrediction, PredictionLog, PredictionLogSettings, new_prediction_id
from textops.prediction_log.settings import TextPolicy
from textops.prediction_log.stored import TextKeeper, stored_prediction

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROWS = 4_000
_SENTENCE = "The company said in 1999 that 250 people, or 12.5% of its staff, had left on Monday. "
_CHARACTERS = 2_500
_CLASSES = ("business", "entertainment", "politics", "sport", "tech")
_REQUEST = "a" * 32
_NEEDS_REVIEW = False
_POLL_SECONDS = 0.005

Measured = dict[str, list[float]]


def benchmark(rounds: int, rows: int = ROWS) -> str:
    """Measure each step of a row's way, and keep the result as `prediction_log`.

    Args:
        rounds: How often.
        rows: Rows in each round.

    Returns:
        The table as Markdown.
    """
    measured: Measured = {}
    for _ in range(rounds):
        for name, microseconds in _round(rows).items():
            measured.setdefault(name, []).append(microseconds)
    lines = [
        [name, *(f"{figure(times):.1f} us" for figure in (statistics.median, min, max))]
        for name, times in measured.items()
    ]
    markdown = (
        f"Processor time of a row with a text of {_CHARACTERS:,} characters, {rounds} rounds of {rows:,} rows "
        "(`textops benchmark prediction-log`).\n\n"
    ) + table(["", "median", "fastest", "slowest"], lines)
    document = {"machine": describe_machine(("sqlalchemy", "orjson")), "microseconds": measured}
    keep("prediction_log", document, markdown, _figure(measured))
    return markdown


def _round(rows: int) -> dict[str, float]:
    texts = [f"{_SENTENCE * 40}"[: _CHARACTERS - 8] + f"{number:>8d}"[:8] for number in range(rows)]
    answers: list[LoggedPrediction] = []
    measured = {"making the row, on the way of the request": _each(rows, lambda: answers.extend(map(_answer, texts)))}
    with tempfile.TemporaryDirectory() as folder:
        log = PredictionLog(_settings(Path(folder)))
        measured["handing it over, on the way of the request"] = _each(rows, lambda: _hand_over(log, answers))
    for policy in get_args(TextPolicy):
        keeper = TextKeeper(PredictionLogSettings(log_text=policy))
        measured[f"preparing it, in the thread (TEXTOPS_LOG_TEXT={policy})"] = _each(
            rows, partial(_prepare, answers, keeper)
        )
    with tempfile.TemporaryDirectory() as folder:
        log = PredictionLog(_settings(Path(folder)))
        log.start()
        while not log.state.reachable:
            time.sleep(_POLL_SECONDS)
        measured["all of the thread's work, SQLite and the system included"] = _each(rows, lambda: _write(log, answers))
        log.close(10)
    return measured


def _answer(text: str) -> LoggedPrediction:
    return LoggedPrediction(
        new_prediction_id(),
        time.time(),
        _REQUEST,
        "bbc_news",
        3,
        "sport",
        0.2,
        dict.fromkeys(_CLASSES, 0.2),
        _NEEDS_REVIEW,
        text,
        0.0001,
    )


def _settings(folder: Path) -> PredictionLogSettings:
    return PredictionLogSettings.model_validate(
        {"database_url": f"sqlite:///{folder}/log.sqlite", "log_spill": folder / "spill"}
    )


def _hand_over(log: PredictionLog, answers: Sequence[LoggedPrediction]) -> None:
    for answer in answers:
        log.record([answer])


def _prepare(answers: Sequence[LoggedPrediction], keeper: TextKeeper) -> None:
    for answer in answers:
        stored_prediction(answer, keeper)


def _write(log: PredictionLog, answers: Sequence[LoggedPrediction]) -> None:
    log.record(answers)
    while log.state.waiting:
        time.sleep(_POLL_SECONDS)


def _each(rows: int, work: Callable[[], object]) -> float:
    """Return the processor time of all threads, in microseconds for a row."""
    begin = time.process_time()
    work()
    return (time.process_time() - begin) / rows * 1e6


def _figure(measured: Measured) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3), dpi=150, layout="constrained")
    axes = figure.subplots()
    for row, times in enumerate(measured.values()):
        axes.plot(times, [row] * len(times), "o", color="tab:blue", alpha=0.6)
    axes.set_yticks(range(len(measured)), list(measured))
    axes.set_ylim(len(measured) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.set_xlabel("microseconds for a row, a point for each round")
    axes.spines[["top", "right"]].set_visible(False)
    return figure
