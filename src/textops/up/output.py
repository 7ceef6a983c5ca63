"""The one terminal of all services: every line says whose it is."""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TextIO

from textops.logs import writes_json
from textops.logs.console import in_colour
from textops.logs.records import SERVICE, SERVICE_WIDTH
from textops.logs.settings import FILE_VARIABLE, JSON_VARIABLE, read_log_settings

_COLOURS = {"api": "36", "drift": "35", "page": "33"}


class Output:
    """Passes on what services say, a line at a time; may be shared by threads."""

    def __init__(self, stream: TextIO | None, *, as_json: bool, colour: bool) -> None:
        """Take the stream, None where there is none, and the form of records."""
        self._stream = stream
        self._as_json = as_json
        self._colour = colour
        self._lock = Lock()

    @classmethod
    def of_this_process(cls) -> "Output":
        """Return the output to standard error, in the form of this process's own records."""
        as_json = writes_json(read_log_settings(), service=True)
        return cls(sys.stderr, as_json=as_json, colour=sys.stderr is not None and in_colour(sys.stderr))

    def settings_of(self, name: str) -> dict[str, str]:
        """Return the variables that let a service write in the same form, and into a file of its own."""
        settings = {JSON_VARIABLE: str(self._as_json).lower(), "PYTHONUNBUFFERED": "1"}
        # It writes into a pipe, which takes no colours unless it is told to.
        settings["FORCE_COLOR" if self._colour else "NO_COLOR"] = "1"
        file = os.environ.get(FILE_VARIABLE)
        if file:
            # Each file begins anew when it is full, which several processes cannot do with one.
            settings[FILE_VARIABLE] = str(Path(file).with_stem(f"{Path(file).stem}-{name}"))
        return settings

    def write(self, name: str, line: str) -> None:
        """Pass on a line without its end."""
        if self._stream is None:
            return
        text = _as_record(name, line) if self._as_json else self._marked(name, line)
        try:
            with self._lock:
                self._stream.write(text + "\n")
                self._stream.flush()
        except (OSError, ValueError):
            # Nobody reads any longer; the services go on, and so must the reading of what they say.
            self._stream = None

    def _marked(self, name: str, line: str) -> str:
        mark = f"{name:<{SERVICE_WIDTH}}|"
        return f"\x1b[{_COLOURS.get(name, '0')}m{mark}\x1b[0m {line}" if self._colour else f"{mark} {line}"


def _as_record(name: str, line: str) -> str:
    """Return a line as a record of a service; what is none, as a traceback, becomes the message of one."""
    members = record_of(line)
    if members is None:
        now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        members = {"time": now, "level": "INFO", "message": line}
    return json.dumps({SERVICE: name, **members})


def record_of(line: str) -> dict[str, object] | None:
    """Return the members of a record in JSON, None where a line is none."""
    if not line.startswith("{"):
        return None
    try:
        members = json.loads(line)
    except ValueError:
        return None
    return members if isinstance(members, dict) and "message" in members else None
