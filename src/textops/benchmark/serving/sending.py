"""Sending a load from a process of its own."""

import subprocess
import sys

from pydantic import ValidationError

from textops.benchmark.serving.load import Load, LoadResult
from textops.errors import ServiceError

_MODULE = "textops.benchmark.serving.load_generator"
_SECONDS_BESIDE_THE_LOAD = 60


def send(load: Load) -> LoadResult:
    """Send a load, and return what came of it.

    Raises:
        ServiceError: If nothing answers there.
    """
    ended = subprocess.run(  # noqa: S603 (this very Python, and a module of ours)
        [sys.executable, "-m", _MODULE],
        input=load.model_dump_json(),
        capture_output=True,
        text=True,
        timeout=load.seconds + _SECONDS_BESIDE_THE_LOAD,
        check=False,
    )
    try:
        return LoadResult.model_validate_json(ended.stdout)
    except ValidationError as error:
        last = next(iter(reversed(ended.stderr.strip().splitlines())), f"it ended with {ended.returncode}")
        raise ServiceError(f"no load could be sent to {load.host}:{load.port}: {last}") from error
