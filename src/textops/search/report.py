"""The report of a search: figures, a table for people, and one for programs."""

import math
import warnings
from pathlib import Path

import optuna
from loguru import logger
from optuna.exceptions import ExperimentalWarning
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.storages import RDBStorage
from optuna.trial import TrialState

from textops.data.nearest import did_you_mean, listed
from textops.errors import ConfigurationError
from textops.files import shown, write_text
from textops.search.figures import draw_history, draw_importances
from textops.search.parallel_coordinates import draw_parallel_coordinates
from textops.search.storage import open_storage, shown_address, storage_address, storage_errors
from textops.search.table import read_study_table, render_json, render_markdown

REPORT_FILE = "search.md"
TABLE_FILE = "search.json"
FIGURES = ("history.png", "importance.png", "parallel_coordinates.png")

# Fewer complete trials say nothing about what mattered.
_LEAST_COMPLETE = 4
# How many of the best should be compared with all, and what share of all that may be.
_COMPARED = 5
_LEAST_SHARE, _LARGEST_SHARE = 0.1, 0.5


def report_search(storage: str | None = None, study: str | None = None, folder: Path | None = None) -> str:
    """Draw and write the report of a search.

    Args:
        storage: File or address; None for the environment's, or the default.
        study: Its name; None for the one that was begun last.
        folder: Where to; None for `report` in the folder of the search.

    Returns:
        The report as Markdown.

    Raises:
        ConfigurationError: If there is no such study, or the storage cannot be reached.
    """
    address = storage_address(storage)
    opened = open_storage(address, create=False)
    with storage_errors(address):
        name = _chosen(opened, study, shown_address(address))
        loaded = optuna.load_study(study_name=name, storage=opened)
        table = read_study_table(loaded)
        importances = measure_importances(loaded)
    target = folder or Path("multirun") / name / "report"
    draw_history(table, target / FIGURES[0])
    draw_importances(importances, target / FIGURES[1])
    draw_parallel_coordinates(table, target / FIGURES[2])
    markdown = render_markdown(table, importances, FIGURES)
    write_text(target / TABLE_FILE, render_json(table, importances))
    write_text(target / REPORT_FILE, markdown)
    logger.success("Wrote {}", shown(target))
    return markdown


def measure_importances(study: optuna.Study) -> dict[str, float]:
    """Measure how much each parameter decides whether a trial is among the best, largest share first.

    Watanabe, Bansal and Hutter 2023, PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in Arbitrary
    Subspaces. Unlike fANOVA it needs no forest of scikit-learn.

    Returns:
        Shares that sum to 1; empty where there are too few complete trials, or all came to the same.
    """
    values = {trial.value for trial in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))}
    count = len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)))
    if count < _LEAST_COMPLETE or len(values) < _LEAST_COMPLETE:
        return {}
    share = min(_LARGEST_SHARE, max(_LEAST_SHARE, _COMPARED / count))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        measured = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator(target_quantile=share))
    return {name: value for name, value in measured.items() if math.isfinite(value)}


def _chosen(storage: RDBStorage, wanted: str | None, place: str) -> str:
    summaries = optuna.get_all_study_summaries(storage=storage)
    names = [summary.study_name for summary in summaries]
    if not names:
        raise ConfigurationError(f"there is no search in {place}: begin one with textops train -m search=quick")
    if wanted is None:
        return max(summaries, key=lambda summary: summary._study_id).study_name  # noqa: SLF001 (their order)
    if wanted not in names:
        hint = did_you_mean(wanted, names) or f": there are {listed(names)}"
        raise ConfigurationError(f"there is no search {wanted!r} in {place}{hint}")
    return wanted
