"""A name for each request: the client's own where it is harmless to log, or a new one."""

import re
from collections.abc import Mapping

from textops.prediction_log import random_hex

HEADER = b"x-request-id"

_ACCEPTED = re.compile(rb"[A-Za-z0-9._-]{1,128}")


def request_id(headers: Mapping[bytes, bytes]) -> str:
    """Return the id that the client gave, or a new one of 32 hexadecimal digits."""
    given = headers.get(HEADER)
    if given is not None and _ACCEPTED.fullmatch(given):
        return given.decode("ascii")
    return random_hex()
