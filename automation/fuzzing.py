"""The task `invoke fuzz`: reads made-up files for a while; one that breaks a reader is kept as a test."""

import time
import warnings
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import HypothesisWarning

from automation.fuzzed_input import Attempt, attempts, read_whole

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "tests" / "unit" / "data" / "inputs_that_broke"
EXAMPLES_OF_A_ROUND = 400


class BrokenReaderError(Exception):
    """A file ended in something else than one clear line; it is kept."""


def fuzz(
    seconds: float, first_seed: int, folder: Path = KEPT, read: Callable[[Attempt], int] = read_whole
) -> tuple[int, int]:
    """Read made-up files until the time is over.

    Args:
        seconds: How long.
        first_seed: Where the rounds begin to count; the same seed makes the same files.
        folder: Where a file that breaks a reader is kept.
        read: Reads one.

    Returns:
        How many files were read, and how many rows came of them.

    Raises:
        BrokenReaderError: If a file broke a reader; the smallest that does is kept.
    """
    # Of the length of the tokens, which is meant.
    warnings.filterwarnings("ignore", category=HypothesisWarning)
    deadline = time.monotonic() + seconds
    files = rows = number = 0
    while time.monotonic() < deadline:
        counts = _round(first_seed + number, deadline, folder, read)
        files, rows, number = files + counts[0], rows + counts[1], number + 1
    return files, rows


def _round(number: int, deadline: float, folder: Path, read: Callable[[Attempt], int]) -> tuple[int, int]:
    counts = [0, 0]
    last: list[tuple[Attempt, BaseException]] = []

    @seed(number)
    @settings(
        max_examples=EXAMPLES_OF_A_ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(attempts())
    def each(attempt: Attempt) -> None:
        # What is found is still made small when the time is over.
        if time.monotonic() > deadline and not last:
            return
        counts[0] += 1
        try:
            counts[1] += read(attempt)
        except BaseException as error:
            last[:] = [(attempt, error)]
            raise

    try:
        each()
    except Exception as error:
        if not last:
            raise
        attempt, broken = last[0]
        reason = " ".join(f"{type(broken).__name__}: {broken}".split())[:500]
        path = attempt.keep(folder)
        raise BrokenReaderError(f"a file breaks a reader ({reason}); it is kept in {path}: mend the reader") from error
    return counts[0], counts[1]
