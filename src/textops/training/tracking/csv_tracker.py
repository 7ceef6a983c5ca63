"""Curves and tables as CSV in the folder of the run: always there, needs nothing else."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from lightning_fabric.loggers.logger import rank_zero_experiment
from pytorch_lightning.loggers import CSVLogger

from textops.files import write_text
from textops.training.tracking.records import Artifact, Facts, Histogram, Table
from textops.training.tracking.tracker import Tracker

CURVES_FOLDER = "logs"
TRACKED_FOLDER = "tracked"
FACTS_FILE = "facts.json"


class CsvTracker(CSVLogger, Tracker):
    """Writes `logs/metrics.csv`, `tracked/facts.json` and a CSV for each table.

    No figures and no histograms: they would cost a short training a good part of its time. `textops evaluate` draws
    figures of the test set.
    """

    kind: ClassVar[str] = "csv"
    takes_figures = False
    takes_histograms = False
    keeps_here = True
    run_id = None

    def __init__(self, folder: str | Path) -> None:
        """Name the folder of the run."""
        super().__init__(save_dir=str(folder), name=None, version=CURVES_FOLDER)
        self._tracked = Path(folder) / TRACKED_FOLDER

    @property
    @rank_zero_experiment
    def experiment(self) -> Any:  # noqa: ANN401 (Lightning's writer is private)
        """The writer of the curves; goes on behind those that an interrupted training left."""
        if self._experiment is None:
            curves = Path(self.log_dir) / "metrics.csv"
            # Lightning deletes what lies there, because it cannot know that the training is the same.
            left = curves.rename(self._tracked.with_name(f".{curves.name}")) if curves.exists() else None
            writer = super().experiment
            if left is not None:
                left.rename(curves)
                with curves.open(newline="", encoding="utf-8") as file:
                    writer.metrics_keys = next(csv.reader(file), [])
        return self._experiment

    def open(self, run_id: str | None = None) -> None:
        """Nothing has to be opened."""

    def record_facts(self, facts: Facts) -> None:
        """Write `facts.json`; the configuration is in the run's own file."""
        write_text(self._tracked / FACTS_FILE, json.dumps(facts.sections, ensure_ascii=False, indent=2) + "\n")

    def record_figure(self, name: str, path: Path, step: int | None) -> None:
        """Take no figure."""

    def record_histograms(self, histograms: Mapping[str, Histogram], step: int) -> None:
        """Take no histogram."""

    def record_table(self, name: str, table: Table, step: int) -> None:  # noqa: ARG002 (the last one counts)
        """Write the table over an earlier one of that name."""
        write_text(self._tracked / f"{name}.csv", csv_of(table))

    def record_summary(self, figures: Mapping[str, float]) -> None:
        """Take no summary: `run.json` and `report/metrics.json` are there."""

    def record_artifact(self, artifact: Artifact) -> None:
        """Take no artifact: the data set and the bundle lie in their folders."""

    def close(self, *, succeeded: bool) -> None:  # noqa: ARG002 (rows do not tell)
        """Write the rows that are left."""
        self.finalize("success")


def csv_of(table: Table) -> str:
    """Return a table as CSV with a header."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return buffer.getvalue()
