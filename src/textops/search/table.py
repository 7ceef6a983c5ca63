"""The trials of a study as a table, for people and for programs."""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import optuna
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from textops.evaluation.markdown import code, table
from textops.search.trials import (
    DEFAULTS,
    FOLDER,
    MACHINE,
    MESSAGE,
    METRICS,
    PROCESS,
    SAME_AS,
    best_trial,
    counted,
)

_STATES = {
    "COMPLETE": "complete",
    "PRUNED": "stopped early",
    "FAIL": "failed",
    "RUNNING": "running",
    "WAITING": "waiting",
}


@dataclass(frozen=True)
class TrialRow:
    """A trial.

    Attributes:
        number: Of the trial.
        state: complete, stopped early, failed, running or waiting.
        value: What it came to; that of its last epoch where it was stopped early.
        params: Value of each parameter.
        epochs: That were judged.
        metrics: Figures of its checkpoint.
        seconds: From its begin to its end.
        message: Why it failed.
        run: Folder of its run.
        machine: Where that is.
        same_as: Trial with the same values, whose end it took over.
        defaults: Whether it took the configuration as it stands.
    """

    number: int
    state: str
    value: float | None
    params: dict[str, Any]
    epochs: int
    metrics: dict[str, float]
    seconds: float | None
    message: str | None
    run: str | None
    machine: str | None
    same_as: int | None
    defaults: bool


@dataclass(frozen=True)
class StudyTable:
    """A study at one moment.

    Attributes:
        name: Of the study.
        metric: What is judged.
        maximize: Whether more is better.
        rows: Its trials, without those that were run again.
        best: Number of the best one, None if none is complete.
        processes: How many worked on it.
        elapsed_seconds: From the first begin to the last end.
    """

    name: str
    metric: str
    maximize: bool
    rows: tuple[TrialRow, ...]
    best: int | None
    processes: int
    elapsed_seconds: float

    def row(self, number: int) -> TrialRow:
        """Return a trial by its number."""
        return next(row for row in self.rows if row.number == number)

    def better(self, first: float, second: float) -> bool:
        """Tell whether the first value is better than the second."""
        return first > second if self.maximize else first < second


def read_study_table(study: optuna.Study) -> StudyTable:
    """Read the trials of a study."""
    trials = counted(study.get_trials(deepcopy=False))
    best = best_trial(trials, study.direction)
    trained = [trial for trial in trials if trial.datetime_start is not None and SAME_AS not in trial.user_attrs]
    begins = [trial.datetime_start for trial in trained if trial.datetime_start is not None]
    ends = [trial.datetime_complete for trial in trained if trial.datetime_complete is not None]
    return StudyTable(
        name=study.study_name,
        metric=str(study.user_attrs.get("metric", "value")),
        maximize=study.direction is StudyDirection.MAXIMIZE,
        rows=tuple(_row(trial) for trial in trials),
        best=None if best is None else best.number,
        processes=len({trial.user_attrs[PROCESS] for trial in trained if PROCESS in trial.user_attrs}),
        elapsed_seconds=_seconds(min(begins), max(ends)) if begins and ends else 0.0,
    )


def _row(trial: FrozenTrial) -> TrialRow:
    begin, end = trial.datetime_start, trial.datetime_complete
    notes: Mapping[str, Any] = trial.user_attrs
    value = trial.value if trial.value is not None and math.isfinite(trial.value) else None
    return TrialRow(
        number=trial.number,
        state=_STATES[trial.state.name],
        value=value,
        params=dict(trial.params),
        epochs=max(trial.intermediate_values, default=0),
        metrics=dict(notes.get(METRICS, {})),
        seconds=None if begin is None or end is None else _seconds(begin, end),
        message=notes.get(MESSAGE),
        run=notes.get(FOLDER),
        machine=notes.get(MACHINE),
        same_as=notes.get(SAME_AS),
        defaults=bool(notes.get(DEFAULTS, False)),
    )


def _seconds(begin: datetime, end: datetime) -> float:
    return round((end - begin).total_seconds(), 3)


def render_json(study: StudyTable, importances: Mapping[str, float]) -> str:
    """Return a study as a JSON document."""
    document = {**asdict(study), "importances": dict(importances)}
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def render_markdown(study: StudyTable, importances: Mapping[str, float], figures: Sequence[str] = ()) -> str:
    """Return a study as Markdown: what it came to, what mattered, and its trials, the best first."""
    lines = [f"## Search {code(study.name)}", "", *_summary(study), ""]
    if importances:
        rows = [(code(name), f"{share:.0%}") for name, share in importances.items()]
        lines += [*table(("Parameter", "Share in what makes a trial good (PED-ANOVA)"), rows), ""]
    lines += [part for figure in figures for part in (f"![{figure.removesuffix('.png')}]({figure})", "")]
    names = list(dict.fromkeys(name for row in study.rows for name in row.params))
    header = ("Trial", study.metric, "State", "Epochs", "Seconds", *map(code, names))
    return "\n".join([*lines, *table(header, [_cells(row, names, study.best) for row in _ranked(study)])]) + "\n"


def _summary(study: StudyTable) -> list[str]:
    states = Counter(row.state for row in study.rows)
    counts = ", ".join(f"{states[state]} {state}" for state in _STATES.values() if states[state])
    trained = sum(row.seconds or 0.0 for row in study.rows if row.same_as is None)
    facts = [("Trials", counts or "none yet")]
    if study.best is not None:
        best = study.row(study.best)
        facts.append((f"Best {study.metric}", f"{best.value:.4f} (trial {best.number})"))
        facts += [("With", ", ".join(f"{name}={_number(value)}" for name, value in best.params.items()))]
        facts += [("Its run", f"{best.run} on {best.machine}")] if best.run else []
    defaults = next((row for row in study.rows if row.defaults and row.value is not None), None)
    if defaults is not None:
        facts.append((f"{study.metric} of the configuration as it stands", f"{defaults.value:.4f} ({defaults.state})"))
    if study.processes:
        facts.append(("Processes", str(study.processes)))
    if study.elapsed_seconds:
        gain = f"{trained / study.elapsed_seconds:.2f} times as much training as time"
        facts.append(("Time", f"{study.elapsed_seconds:.0f} s from first to last, {trained:.0f} s of trials: {gain}"))
    return table(("", ""), facts)


def _ranked(study: StudyTable) -> list[TrialRow]:
    states = list(_STATES.values())
    sign = -1 if study.maximize else 1
    return sorted(
        study.rows,
        key=lambda row: (states.index(row.state), sign * row.value if row.value is not None else 0.0, row.number),
    )


def _cells(row: TrialRow, names: Sequence[str], best: int | None) -> list[str]:
    number = f"**{row.number}**" if row.number == best else str(row.number)
    state = f"{row.state}: {row.message}" if row.message else row.state
    if row.same_as is not None:
        state += f" (as trial {row.same_as})"
    return [
        number,
        "" if row.value is None else f"{row.value:.4f}",
        state,
        str(row.epochs or ""),
        "" if row.seconds is None else f"{row.seconds:.1f}",
        *(_number(row.params[name]) if name in row.params else "" for name in names),
    ]


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
