"""A server of one's own, in another process: for demonstrations, measurements and tests."""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from textops.program import running

_ADDRESS = r"serving \S+ on (http://\S+)"
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
    settings = {**_READABLE_LOG, "TEXTOPS_PORT": "0", **environment}
    command = [sys.executable, "-m", "textops.serving"]
    with (
        tempfile.TemporaryDirectory() as folder,
        running(command, Path(folder) / "log", environment=settings, name="the server") as program,
    ):
        # The record that names the address: the listener is open by then.
        yield program.said(_ADDRESS, start_seconds)
