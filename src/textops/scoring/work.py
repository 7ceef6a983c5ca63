"""What lies beside the output while it is made: the part that is done, and what it takes to go on."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self

from pydantic import ValidationError

from textops.errors import ConfigurationError
from textops.files import write_text
from textops.frozen import Frozen
from textops.scoring.destination import Destination
from textops.scoring.parquet_footer import MAGIC, Divided, joined_footer
from textops.scoring.part_scorer import ScoredPart

PLAN_FILE, STATE_FILE, GROWING_FILE, FOOTERS_FILE, LOCK_FILE = "plan.json", "state.json", "output", "footers", "lock"

_LENGTH_BYTES = 8


class State(Frozen):
    """How far the output has come.

    Attributes:
        rows: Rows that are done.
        bytes: Bytes of the output that hold them.
        footer_bytes: Bytes of the footers, in Parquet.
        problems: Rows without an answer.
        review: Rows that ask for review.
        counts: Rows by class.
    """

    rows: int = 0
    bytes: int = 0
    footer_bytes: int = 0
    problems: int = 0
    review: int = 0
    counts: tuple[int, ...] = ()

    def after(self, part: ScoredPart, grown: int, footers: int) -> Self:
        """Return the state behind one more part."""
        counts = self.counts or (0,) * len(part.counts)
        return self.model_copy(
            update={
                "rows": self.rows + part.rows,
                "bytes": self.bytes + grown,
                "footer_bytes": self.footer_bytes + footers,
                "problems": self.problems + part.problems,
                "review": self.review + part.review,
                "counts": tuple(before + new for before, new in zip(counts, part.counts, strict=True)),
            }
        )


class GrowingOutput:
    """The output as far as it is done. What was not kept by `commit` is not there after a kill.

    Attributes:
        state: How far it has come.
    """

    def __init__(self, destination: Destination) -> None:
        """Open what is there, and cut what was not kept."""
        self._destination = destination
        self._folder = destination.folder
        self.state = _read_state(self._folder / STATE_FILE)
        self._output = _opened_at(self._folder / GROWING_FILE, self.state.bytes)
        self._footers = _opened_at(self._folder / FOOTERS_FILE, self.state.footer_bytes)

    def append(self, part: ScoredPart) -> None:
        """Write one more part behind those that are there."""
        if self._destination.form != "parquet":
            self._output.write(part.content)
            self.state = self.state.after(part, len(part.content), 0)
            return
        divided = Divided.of(memoryview(part.content))
        head = MAGIC if self.state.bytes == 0 else b""
        place = self.state.bytes + len(head)
        self._output.write(head)
        self._output.write(divided.body)
        entry = place.to_bytes(_LENGTH_BYTES) + len(divided.footer).to_bytes(_LENGTH_BYTES) + divided.footer
        self._footers.write(entry)
        self.state = self.state.after(part, len(head) + len(divided.body), len(entry))

    def commit(self) -> None:
        """Keep what was written, whatever happens to this process or this machine."""
        for file in (self._output, self._footers):
            file.flush()
            os.fsync(file.fileno())
        write_text(self._folder / STATE_FILE, self.state.model_dump_json() + "\n")

    def finish(self) -> None:
        """Let the output take its place."""
        self.commit()
        if self._destination.form == "parquet":
            self._output.write(joined_footer(list(self._kept_footers())))
            self._output.flush()
            os.fsync(self._output.fileno())
        self.close()
        (self._folder / GROWING_FILE).replace(self._destination.path)
        shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        """Let go of the files."""
        self._output.close()
        self._footers.close()

    def _kept_footers(self) -> Iterator[tuple[bytes, int]]:
        with (self._folder / FOOTERS_FILE).open("rb") as file:
            while head := file.read(2 * _LENGTH_BYTES):
                place, size = int.from_bytes(head[:_LENGTH_BYTES]), int.from_bytes(head[_LENGTH_BYTES:])
                yield file.read(size), place


@contextmanager
def locked(destination: Destination) -> Iterator[None]:
    """Keep other processes from writing the same output until the block ends.

    Raises:
        ConfigurationError: If one does already.
    """
    try:
        destination.folder.mkdir(parents=True, exist_ok=True)
        lock = (destination.folder / LOCK_FILE).open("ab")
    except OSError as error:
        raise ConfigurationError(
            f"{destination.path} cannot be written ({error.strerror}): choose another place, or get access"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(
                f"{destination.path} is being written by another textops score: wait for it, or stop it first"
            ) from None
        yield


def begin_anew(destination: Destination) -> None:
    """Forget what was done before."""
    for name in (PLAN_FILE, STATE_FILE, GROWING_FILE, FOOTERS_FILE):
        (destination.folder / name).unlink(missing_ok=True)


def remove_empty(destination: Destination) -> None:
    """Remove the folder of a run that never began."""
    if not (destination.folder / PLAN_FILE).exists():
        shutil.rmtree(destination.folder, ignore_errors=True)


def read_plan(folder: Path) -> dict[str, object] | None:
    """Return the plan of the run that was begun, None where there is none."""
    try:
        plan = json.loads((folder / PLAN_FILE).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return plan if isinstance(plan, dict) else None


def _read_state(path: Path) -> State:
    try:
        return State.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return State()


def is_whole(destination: Destination) -> bool:
    """Tell whether all is there that was kept; after the output took its place, nothing is."""
    state = _read_state(destination.folder / STATE_FILE)
    sizes = {GROWING_FILE: state.bytes, FOOTERS_FILE: state.footer_bytes}
    paths = {destination.folder / name: size for name, size in sizes.items() if size}
    return all(path.exists() and path.stat().st_size >= size for path, size in paths.items())


def _opened_at(path: Path, size: int) -> BinaryIO:
    """Open a file behind its first bytes, and cut what follows."""
    file = path.open("r+b" if path.exists() else "w+b")
    file.truncate(size)
    file.seek(size)
    return file
