"""A server of one's own, in another process: for demonstrations, measurements and tests."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from textops.errors import ServiceError
from textops.serving.server import DRAIN_SECONDS

_ADDRESS = re.compile(r"serving \S+ on (http://\S+)")
_POLL_SECONDS = 0.02
# The address is read from the log; its own file belongs to the process that started this one.
_READABLE_LOG = {"TEXTOPS_LOG_LEVEL": "INFO", "TEXTOPS_LOG_JSON": "false", "TEXTOPS_LOG_FILE": ""}


@contextmanager
def started_server(environment: Mapping[str, str], *, start_seconds: float = 30) -> Iterator[str]:
    """Start `python -m textops.serving`; when the block ends, let it drain, and kill it only if it hangs.

    Args:
        environment: TEXTOPS_* settings; where the port is not among them, a free one is taken.
        start_seconds: How long the start may take.

    Yields:
        The URL of the server, which answers.

    Raises:
        ServiceError: If the server does not start, with its last line.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "textops.serving"],
                env={**os.environ, **_READABLE_LOG, "TEXTOPS_PORT": "0", **environment},
                stdout=subprocess.DEVNULL,
                stderr=output,
            )
        try:
            yield _address(process, log, start_seconds)
        finally:
            process.terminate()
            try:
                process.wait(DRAIN_SECONDS + 2)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(process: subprocess.Popen[bytes], log: Path, seconds: float) -> str:
    """Wait for the record that names the address: the listener is open by then."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        text = log.read_text(errors="replace")
        if match := _ADDRESS.search(text):
            return match[1]
        if ended:
            last = next(iter(reversed(text.splitlines())), "it wrote nothing")
            raise ServiceError(f"the server ended with {process.returncode}: {last}")
        time.sleep(_POLL_SECONDS)
    raise ServiceError(f"the server did not start within {seconds:.0f} s")
