"""How long each action of the trainer takes: Lightning's own clock."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from loguru import logger
from pytorch_lightning.profilers import SimpleProfiler

from textops.evaluation.markdown import code, table
from textops.files import shown
from textops.training.profiling.profiler import (
    Batches,
    Phase,
    TrainingProfiler,
    checked_count,
)
from textops.training.profiling.report import title, write_page

_READ = "read every batch once"
# Lightning puts the settings of a callback behind its name.
_SETTINGS = re.compile(r"\{[^}]*\}")


class ActionProfiler(TrainingProfiler):
    """Writes the actions that take longest as `<phase>.md`; costs next to nothing."""

    def __init__(self, folder: str, *, top: int = 25) -> None:
        """Describe where to write what.

        Args:
            folder: Folder of the profiles.
            top: Actions on a page.

        Raises:
            ConfigurationError: If a setting is not possible.
        """
        self._top = checked_count("top", top, 1)
        self._folder = Path(folder)
        self._clock = _Clock()
        self.actions = self._clock

    @contextmanager
    def phase(self, name: Phase) -> Iterator[None]:
        """Time the actions inside the block."""
        self._clock.recorded_durations.clear()
        started = time.perf_counter()
        try:
            yield
        finally:
            self._write(name, time.perf_counter() - started)

    def read(self, loader: Batches) -> None:
        """Read every batch once, as an action of its own."""
        with self._clock.profile(_READ):
            for _ in loader:
                pass

    def _write(self, phase: Phase, seconds: float) -> None:
        durations = cast("dict[str, list[float]]", self._clock.recorded_durations)
        longest = sorted(durations.items(), key=lambda action: -sum(action[1]))[: self._top]
        rows = [
            [
                f"{sum(times):.3f} s",
                f"{sum(times) / seconds:.1%}",
                f"{len(times):,}",
                f"{1e3 * sum(times) / len(times):.3f} ms",
                code(_SETTINGS.sub("", name)),
            ]
            for name, times in longest
        ]
        lines = [
            title(phase),
            "",
            f"{seconds:.2f} s in all. Actions hold others: the shares do not add up to 100 %.",
            "",
            *table(["time", "share", "times", "mean", "action"], rows),
        ]
        path = self._folder / f"{phase}.md"
        write_page(path, lines)
        logger.info("{}: {:.2f} s, by action in {}", phase, seconds, shown(path))


class _Clock(SimpleProfiler):
    """Does not log its own table: the page says the same."""

    def describe(self) -> None:
        """Say nothing."""
