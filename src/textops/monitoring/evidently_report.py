"""The report by Evidently: a page for people, and its tests for programs. The verdict is ours, see `thresholds`.

Evidently takes seconds to import: nothing that answers requests does so.
"""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from loguru import logger

from textops.errors import DataError
from textops.frozen import Frozen
from textops.monitoring.check import Comparison
from textops.monitoring.feature_drift import LABEL
from textops.monitoring.thresholds import Thresholds

if TYPE_CHECKING:
    import pandas as pd

_FEWEST_ROWS = 2
# Evidently writes names into scripts of its page as they are, where `</script>` would end them.
_INERT = str.maketrans("<>", "[]")
# It must not report who uses it.
_QUIET = {"DO_NOT_TRACK": "1", "ITERATIVE_DO_NOT_TRACK": "1"}


class EvidentlyTest(Frozen):
    """What Evidently says of one column, or of all.

    Attributes:
        name: What was tested.
        status: `SUCCESS`, `FAIL` and others of its words.
        description: The figure and the bound.
    """

    name: str
    status: str
    description: str


class EvidentlyReport(Frozen):
    """What Evidently made.

    Attributes:
        page: HTML with all that it needs.
        tests: Its tests.
        failed: Columns that it could not do, and why; the others are in the report.
    """

    page: str
    tests: tuple[EvidentlyTest, ...]
    failed: dict[str, str]


def evidently_report(compared: Comparison, thresholds: Thresholds) -> EvidentlyReport:
    """Let Evidently compare the same data.

    Raises:
        DataError: If there is nothing to compare, or Evidently can do no column at all.
    """
    os.environ.update({name: os.environ.get(name, value) for name, value in _QUIET.items()})
    if len(compared.window) < _FEWEST_ROWS:
        raise DataError(f"there is nothing to report: {compared.found.summary}")
    reference, window = _frames(compared)
    columns = list(window.columns)
    failed: dict[str, str] = {}
    try:
        snapshot = _run(reference, window, columns, thresholds)
    except Exception as error:
        logger.warning("Evidently cannot do all columns together ({}): each is tried", _line(error))
        failed = _failing(reference, window, columns, thresholds)
        columns = [name for name in columns if name not in failed]
        if not columns or not failed:
            raise DataError(f"Evidently makes no report: {_line(error)}") from error
        snapshot = _run(reference, window, columns, thresholds)
    for name, reason in failed.items():
        logger.warning("the report by Evidently lacks {}: {}", name, reason)
    return EvidentlyReport(
        page=_page(snapshot.get_html_str(as_iframe=False), failed), tests=_tests(snapshot), failed=failed
    )


def _frames(compared: Comparison) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Return reference and window with the same columns; what one of them has not at all is left out."""
    import pandas as pd

    reference, window = (
        pd.DataFrame({LABEL: [name.translate(_INERT) for name in each.predicted], **each.features})
        for each in (compared.reference, compared.window)
    )
    shared = [name for name in reference.columns if name in window.columns and window[name].notna().any()]
    return reference[shared], window[shared]


def _run(reference: "pd.DataFrame", window: "pd.DataFrame", columns: Sequence[str], thresholds: Thresholds) -> Any:  # noqa: ANN401 (Evidently's snapshot)
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    numbers = [name for name in columns if name != LABEL]
    names = [name for name in columns if name == LABEL]
    definition = DataDefinition(numerical_columns=numbers, categorical_columns=names)
    score = thresholds.drift_score
    preset = DataDriftPreset(
        columns=list(columns), num_method="psi", cat_method="psi", num_threshold=score, cat_threshold=score
    )
    current, before = (
        Dataset.from_pandas(frame[list(columns)], data_definition=definition) for frame in (window, reference)
    )
    return Report([preset], include_tests=True).run(current, before)


def _failing(
    reference: "pd.DataFrame", window: "pd.DataFrame", columns: Sequence[str], thresholds: Thresholds
) -> dict[str, str]:
    failed = {}
    for name in columns:
        try:
            _run(reference, window, [name], thresholds)
        except Exception as error:  # noqa: BLE001 (is reported with the column)
            failed[name] = _line(error)
    return failed


def _tests(snapshot: Any) -> tuple[EvidentlyTest, ...]:  # noqa: ANN401 (Evidently's snapshot)
    return tuple(
        EvidentlyTest(name=str(test.name), status=str(test.status.value), description=str(test.description))
        for test in snapshot.tests_results
    )


def _page(page: str, failed: dict[str, str]) -> str:
    """Say on the page what is missing from it."""
    from html import escape

    if not failed:
        return page
    missing = "".join(f"<li>{escape(name)}: {escape(reason)}</li>" for name, reason in failed.items())
    return page.replace("<body>", f"<body><p>Columns that Evidently could not do:</p><ul>{missing}</ul>", 1)


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
