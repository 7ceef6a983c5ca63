"""Every call of every function, counted and timed: Python's own cProfile."""

import cProfile
import marshal
import pstats
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from textops.errors import ConfigurationError
from textops.evaluation.markdown import code, table
from textops.files import shown
from textops.training.profiling.profiler import (
    Batches,
    Phase,
    TrainingProfiler,
    checked_count,
)
from textops.training.profiling.report import function_name, tell, title, write, write_page


class CallProfiler(TrainingProfiler):
    """Writes `<phase>.prof` for snakeviz, and the functions that take longest as `<phase>.md`.

    Only the main thread of the first process is seen: take `loader.num_workers=0`, or what makes the batches is not
    in the profile. Each call costs about a microsecond more, so that small functions look larger than they are.
    """

    def __init__(self, folder: str, *, top: int = 25) -> None:
        """Describe where to write what.

        Args:
            folder: Folder of the profiles.
            top: Functions on a page.

        Raises:
            ConfigurationError: If a setting is not possible.
        """
        self._top = checked_count("top", top, 1)
        self._folder = Path(folder)

    @contextmanager
    def phase(self, name: Phase) -> Iterator[None]:
        """Count and time the calls inside the block."""
        profile = cProfile.Profile()
        try:
            profile.enable()
        except ValueError as error:
            raise ConfigurationError(f"{error}: end the other profiler, or take profiler=none") from error
        try:
            yield
        finally:
            profile.disable()
            self._write(name, profile)

    def read(self, loader: Batches) -> None:
        """Read every batch once."""
        for _ in loader:
            pass

    def _write(self, phase: Phase, profile: cProfile.Profile) -> None:
        file = self._folder / f"{phase}.prof"
        stats = pstats.Stats(profile)
        # What `dump_stats` writes, but whole or not at all.
        if write(file, marshal.dumps(_seen(stats).stats)):
            write_page(self._folder / f"{phase}.md", [title(phase), "", *call_tables(stats, self._top)])
            tell(phase, ["snakeviz", shown(file)], "snakeviz")


def call_tables(stats: pstats.Stats, top: int) -> list[str]:
    """Return the functions that take longest as Markdown: by their own time, and by that of all they call.

    Args:
        stats: What cProfile has seen.
        top: Functions in each table.
    """
    total = _seen(stats).total_tt
    own_header = ["own time", "share", "with all it calls", "calls", "function"]
    return [
        f"{total:.2f} s inside functions. Own time is that of a function without the functions it calls.",
        "",
        "## By own time",
        "",
        *table(own_header, _rows(stats, "tottime", top, total)),
        "",
        "## By the time of all they call",
        "",
        *table(own_header, _rows(stats, "cumulative", top, total)),
    ]


def _rows(stats: pstats.Stats, order: str, top: int, total: float) -> list[list[str]]:
    rows = []
    for function in _seen(stats.sort_stats(order)).fcn_list[:top]:
        _, calls, own, cumulative, _ = _seen(stats).stats[function]
        name = code(function_name(*function))
        rows.append([f"{own:.3f} s", f"{own / total if total else 0:.1%}", f"{cumulative:.3f} s", f"{calls:,}", name])
    return rows


def _seen(stats: pstats.Stats) -> Any:  # noqa: ANN401 (pstats documents its attributes, but its types do not name them)
    return stats
