"""What becomes of files that are not as they should be: tried, measured, and written into a table."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from automation.bad_files import EVERY, BadFiles

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "reports" / "bad_input.md"
LONGEST_LINE = 280
_LOGGED = re.compile(r"^\d\d:\d\d:\d\d (?:INFO|WARNING|ERROR) +")


@dataclass(frozen=True)
class Tried:
    """What became of files.

    Attributes:
        code: What `textops prepare` ended with.
        lines: What it logged.
        left: Whether it left a data set.
        seconds: Time of a processor that it took, its start included.
        megabytes: The most memory that it held.
    """

    code: int
    lines: list[str]
    left: bool
    seconds: float
    megabytes: int

    def line(self, outcome: str) -> str:
        """Return the line that says what became of them.

        Raises:
            AssertionError: If there is none.
        """
        found = next((line for line in self.lines if re.search(outcome, line)), None)
        if found is None:
            raise AssertionError(f"no line says {outcome!r}: {self.lines}")
        return found


def arguments_for(bad: BadFiles) -> list[str]:
    """Return what is typed behind `textops` to prepare bad files where they lie."""
    told = ["data.text_columns=[text]", "data.label_column=label", "data.name=tried"]
    settings = [f"{name}={value}" for name, value in bad.settings.items()]
    return ["prepare", "data=csv", f"data.paths={bad.path}", *told, *settings]


def said(log: str) -> list[str]:
    """Return the lines of a log without time and level."""
    return [_LOGGED.sub("", line) for line in log.splitlines()]


def has_left(folder: Path) -> bool:
    """Tell whether there is a data set."""
    return (folder / "data/processed/tried").exists()


def try_files(bad: BadFiles, folder: Path) -> Tried:
    """Write bad files into a folder, and prepare them with the command that users type."""
    bad.make(folder)
    command = [sys.executable, "-m", "textops.cli", *arguments_for(bad)]
    log = folder / "log"
    with _written_on(folder / bad.path, wanted=bad.grows), log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)  # noqa: S603 - a fixed program
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    lines = said(log.read_text(encoding="utf-8", errors="replace"))
    seconds, megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss // 1024
    return Tried(process.returncode, lines, has_left(folder), seconds, megabytes)


@contextmanager
def _written_on(path: Path, *, wanted: bool) -> Iterator[None]:
    """Let somebody append to a file as long as the block runs."""
    if not wanted:
        yield
        return
    done = Event()

    def write() -> None:
        while not done.wait(0.05):
            with path.open("a", encoding="utf-8") as file:
                file.write("one more,good\n")

    writer = Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        done.set()
        writer.join()


def table() -> str:
    """Try everything, and return a table of what became of it."""
    rows = []
    for bad in EVERY:
        with tempfile.TemporaryDirectory(prefix="textops-") as folder:
            tried = try_files(bad, Path(folder))
        line = " ".join(tried.line(bad.outcome).split())
        shown = line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}..."
        what = "refused" if bad.refused else "handled"
        cells = (bad.what, what, f"`{shown}`", f"{tried.seconds:.1f} s", f"{tried.megabytes:,} MB")
        rows.append(" | ".join(cell.replace("|", "\\|") for cell in cells))
    head = [
        "What is in the files | What becomes of them | What is said | Processor time | Most memory",
        "--- | --- | --- | ---: | ---:",
    ]
    return "\n".join(f"| {row} |" for row in [*head, *rows]) + "\n"


def write_table() -> None:
    """Write the table for docs/bad-input.md."""
    REPORT.write_text(table(), encoding="utf-8")
