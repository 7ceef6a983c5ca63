"""Files in which the processes of one service keep their figures, so that each can tell those of all."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from loguru import logger
from prometheus_client import Metric, values
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

SHARED_FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes of one service keep their figures."""

_FIRST_BYTES = 1 << 16
# Beside the name of a figure: its length, its value, its time and what fills up to eight bytes.
_BYTES_BESIDE_A_NAME = 32
_OF_THE_LIVING = re.compile(r"gauge_live.*_(\d+)\.db")


def share_figures() -> None:
    """Let the figures that this process makes from now on stand in files, where several processes are one service.

    prometheus_client looks for them only once, when it is imported; Granian's processes are forked after that.
    """
    folder = os.environ.get(SHARED_FOLDER_VARIABLE)
    if folder is None or values.ValueClass is SharedValue:
        return
    for path in Path(folder).glob("*.db"):
        found = _OF_THE_LIVING.fullmatch(path.name)
        if found and _is_gone(int(found[1])):
            mark_process_dead(int(found[1]), folder)  # type: ignore[no-untyped-call]
    SharedValue.in_file = values.MultiProcessValue()  # type: ignore[no-untyped-call]
    # There is no public switch.
    values.MmapedDict = ReservedFigures  # type: ignore[assignment, attr-defined]
    values.ValueClass = SharedValue


def _is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


class ReservedFigures(MmapedDict):
    """The figures of one process in a file whose room on the disk is taken before anything is written.

    prometheus_client leaves the room open, and the system ends a process that writes where the disk has none any more.
    """

    def __init__(self, filename: str) -> None:
        """Take the room for the first figures.

        Raises:
            OSError: If there is none.
        """
        path = Path(filename)
        try:
            with path.open("ab") as file:
                _take_room(file.fileno(), _FIRST_BYTES)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        super().__init__(filename)  # type: ignore[no-untyped-call]

    def _init_value(self, key: str) -> None:
        size = self._capacity
        while self._used + len(key.encode()) + _BYTES_BESIDE_A_NAME > size:
            size *= 2
        if size > self._capacity:
            _take_room(self._f.fileno(), size)
        super()._init_value(key)  # type: ignore[no-untyped-call]


def _take_room(descriptor: int, wanted: int) -> None:
    """Give an open file a length, filled with zeros: a length alone would take no room."""
    before = size = os.fstat(descriptor).st_size
    try:
        while size < wanted:
            size += os.pwrite(descriptor, bytes(wanted - size), size)
    except OSError:
        os.ftruncate(descriptor, before)
        raise


class SharedValue:
    """A figure in the file of its process; where the disk has no room for it, one that only this process knows."""

    in_file: Any = None
    _multiprocess = True
    _has_warned = False

    def __new__(cls, *given: Any, **named: Any) -> Any:  # noqa: ANN401 (as prometheus_client has it)
        """Make one of either kind."""
        try:
            return cls.in_file(*given, **named)
        except OSError as error:
            if not SharedValue._has_warned:
                SharedValue._has_warned = True
                logger.warning("/metrics lacks figures of this process: no file takes them ({})", error.strerror)
            return values.MutexValue(*given, **named)  # type: ignore[no-untyped-call]


class FiguresOfAllProcesses(MultiProcessCollector):
    """The files in which the processes of a service keep their figures, but for those that hold nothing yet.

    A process makes its file first and gives it a length after that; who reads it in between would fail.
    """

    def collect(self) -> Iterable[Metric]:
        """Return the figures of all processes together."""
        files = [str(path) for path in Path(self._path).glob("*.db") if _holds_figures(path)]
        together: Iterable[Metric] = self.merge(files)  # type: ignore[no-untyped-call]
        return together


def _holds_figures(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False  # of a process that has ended since
