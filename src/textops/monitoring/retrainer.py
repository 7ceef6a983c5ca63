"""Starting a retraining, one at a time, as a process of its own: training needs what a service must not load."""

import asyncio
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import IO, Literal

from loguru import logger

from textops.errors import ConfigurationError
from textops.frozen import Frozen

Answer = Literal["started", "running", "too soon"]
Outcome = Literal["promoted", "refused", "failed"]

_OUTCOMES: dict[int, Outcome] = {0: "promoted", 3: "refused"}
_KEPT_LINES = 20
_KEPT_BYTES = 64 * 1024
_SECONDS_TO_END = 5.0


class Retraining(Frozen):
    """A retraining that ran, or runs.

    Attributes:
        reason: Why it was started.
        started: When.
        ended: When it was over, None while it runs.
        outcome: What came of it: `promoted` where the command ended well, `refused` by the gate, else `failed`.
        said: What the command said last.
    """

    reason: str
    started: datetime
    ended: datetime | None = None
    outcome: Outcome | None = None
    said: str = ""


class Retrainer:
    """Starts `textops retrain`, and knows what came of it.

    Attributes:
        last: The last retraining, None before the first.
    """

    def __init__(
        self, arguments: str, pause_seconds: float, ended: Callable[[Outcome], None], begun: Callable[[], None]
    ) -> None:
        """Take what is needed; nothing is started.

        Args:
            arguments: Of the command, as in a shell.
            pause_seconds: None begins sooner after the last one has ended.
            ended: Is told the outcome.
            begun: Is told that one begins.

        Raises:
            ConfigurationError: If a shell could not read the arguments.
        """
        self.last: Retraining | None = None
        try:
            split = shlex.split(arguments)
        except ValueError as error:
            raise ConfigurationError(f"TEXTOPS_DRIFT_RETRAIN_ARGUMENTS is not possible: {error}") from error
        self._command = [sys.executable, "-m", "textops", "retrain", *split]
        self._pause = pause_seconds
        self._ended = ended
        self._begun = begun
        self._task: asyncio.Task[None] | None = None
        self._again_from = 0.0

    def start(self, model: str | None, reason: str) -> Answer:
        """Start one, unless one runs or has just run; returns at once.

        Args:
            model: Name of the model; None for the only one in production.
            reason: Why, for the log.
        """
        if self._task is not None and not self._task.done():
            return "running"
        if time.monotonic() < self._again_from:
            return "too soon"
        self.last = Retraining(reason=reason, started=datetime.now(UTC))
        self._begun()
        logger.info("retraining {}: {}", model or "the model in production", reason)
        command = [*self._command, *([] if model is None else [model])]
        self._task = asyncio.create_task(self._run(command, self.last))
        return "started"

    async def close(self) -> None:
        """End what runs, in seconds; a retraining leaves nothing half done, however it ends."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, command: list[str], begun: Retraining) -> None:
        try:
            code, output = await _finished(command)
        except OSError as error:
            # Such as no memory for another process.
            code, output = None, f"cannot be started: {error.strerror}"
        outcome = "failed" if code is None else _OUTCOMES.get(code, "failed")
        lines = output.strip().splitlines()[-_KEPT_LINES:]
        said = lines[-1].strip() if lines else ""
        ended = {"ended": datetime.now(UTC), "outcome": outcome, "said": "\n".join(lines)}
        self.last = begun.model_copy(update=ended)
        self._again_from = time.monotonic() + self._pause
        self._ended(outcome)
        record = logger.info if outcome == "promoted" else logger.error
        record("the retraining ended, {}: {}", outcome, said)


async def _finished(command: list[str]) -> tuple[int | None, str]:
    """Run a command, and return its exit code and the end of what it said; ends it when cancelled.

    It writes into a file. A pipe has no end as long as anybody holds it: what the command has started and left behind
    would keep the retraining running for ever. And hours of training say more than should be kept in memory.
    """
    with tempfile.TemporaryFile() as said:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=said, stderr=asyncio.subprocess.STDOUT
        )
        try:
            await process.wait()
        except asyncio.CancelledError:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), _SECONDS_TO_END)
            except TimeoutError:
                process.kill()
                await process.wait()
            raise
        return process.returncode, _end_of(said)


def _end_of(file: IO[bytes]) -> str:
    # Not by seeking: who is left behind and still writes shares the place in the file.
    size = os.fstat(file.fileno()).st_size
    return os.pread(file.fileno(), _KEPT_BYTES, max(0, size - _KEPT_BYTES)).decode(errors="replace")
