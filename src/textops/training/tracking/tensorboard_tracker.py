"""TensorBoard: everything in the folder of the run, nothing leaves this machine."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import yaml  # type: ignore[import-untyped]
from pytorch_lightning.loggers import TensorBoardLogger

from textops.files import shown
from textops.training.tracking.records import Artifact, Facts, Histogram, Table
from textops.training.tracking.tracker import Tracker, require_package

EVENTS_FOLDER = "tensorboard"


class TensorboardTracker(TensorBoardLogger, Tracker):
    """Writes event files below `tensorboard/`; facts, tables and artifacts become text."""

    kind: ClassVar[str] = "tensorboard"
    keeps_here = True
    run_id = None

    def __init__(self, folder: str | Path) -> None:
        """Name the folder of the run.

        Raises:
            ConfigurationError: If TensorBoard is not installed.
        """
        require_package("tensorboard", "experiments")
        super().__init__(save_dir=str(folder), name=None, version=EVENTS_FOLDER, default_hp_metric=False)

    @property
    def log_dir(self) -> str:
        """The folder of the events; a dollar or a tilde in the name of a folder is no variable and no home."""
        return str(Path(self.root_dir) / EVENTS_FOLDER)

    def open(self, run_id: str | None = None) -> None:
        """Nothing has to be opened: a second event file in the folder goes on with the first."""

    def record_facts(self, facts: Facts) -> None:
        """Show the configuration as YAML, the other facts as JSON."""
        text = yaml.safe_dump(dict(facts.configuration), allow_unicode=True, sort_keys=False)
        self._show("configuration", _block(text))
        for section, content in facts.sections.items():
            self._show(f"facts/{section}", _block(_json(content)))

    def record_figure(self, name: str, path: Path, step: int | None) -> None:
        """Keep the pixels."""
        from PIL import Image

        with Image.open(path) as image:
            self.experiment.add_image(name, np.asarray(image.convert("RGB")), step, dataformats="HWC")

    def record_histograms(self, histograms: Mapping[str, Histogram], step: int) -> None:
        """Keep bins as they are."""
        for name, histogram in histograms.items():
            self.experiment.add_histogram_raw(
                name,
                min=float(histogram.edges[0]),
                max=float(histogram.edges[-1]),
                num=float(histogram.counts.sum()),
                sum=histogram.total,
                sum_squares=histogram.total_of_squares,
                bucket_limits=histogram.edges[1:].tolist(),
                bucket_counts=histogram.counts.tolist(),
                global_step=step,
            )

    def record_table(self, name: str, table: Table, step: int) -> None:
        """Show the table as Markdown."""
        rows = [table.columns, ["---"] * len(table.columns), *table.rows]
        self._show(name, "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in rows), step)

    def record_summary(self, figures: Mapping[str, float]) -> None:
        """Keep each figure as a curve of one point."""
        for name, value in figures.items():
            self.experiment.add_scalar(name, value)

    def record_artifact(self, artifact: Artifact) -> None:
        """Show what is known of the artifact: event files hold no files."""
        self._show(f"{artifact.kind}/{artifact.name}", _block(_json(artifact.metadata)))

    def close(self, *, succeeded: bool) -> str:
        """Write what is left and end the file."""
        self.finalize("success" if succeeded else "failed")
        return f"TensorBoard: tensorboard --logdir {shown(Path(self.log_dir))}"

    def _show(self, name: str, text: str, step: int = 0) -> None:
        self.experiment.add_text(name, text, step)


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)


def _block(text: str) -> str:
    # Four blanks make code of it, whatever fences and signs it holds.
    return "\n".join(f"    {line}" for line in text.splitlines())


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    # Texts are no Markdown, and a line break would end the row.
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").split())
