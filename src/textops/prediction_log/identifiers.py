"""Names of predictions: version 7 of the UUID (RFC 9562), whose beginning is the time in milliseconds.

Rows then arrive in the order of the primary key, and an id tells how old a prediction is. `uuid.uuid4` asks the system
for random bytes each time, which takes longer than all the rest of an id; here they come from a supply.
"""

import os
import re
import time

_AT_ONCE = 512
_BYTES = 16
_DIGITS = 2 * _BYTES
# The two highest bits of the fourth part are 10.
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_FORMAT = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

# Taking the last one is one step for the interpreter: no two threads get the same.
_supply: list[str] = []
# A forked process would otherwise give what its parent gives.
os.register_at_fork(after_in_child=_supply.clear)


def random_hex() -> str:
    """Return 32 random hexadecimal digits that nobody can guess."""
    try:
        return _supply.pop()
    except IndexError:
        digits = os.urandom(_BYTES * _AT_ONCE).hex()
        _supply.extend(digits[start : start + _DIGITS] for start in range(_DIGITS, len(digits), _DIGITS))
        return digits[:_DIGITS]


def new_prediction_id() -> str:
    """Return a new id; takes about a microsecond."""
    milliseconds = f"{time.time_ns() // 1_000_000:012x}"
    digits = random_hex()
    return f"{milliseconds[:8]}-{milliseconds[8:]}-7{digits[:3]}-{_VARIANT[digits[3]]}{digits[4:7]}-{digits[7:19]}"


def created_at(prediction_id: str) -> float | None:
    """Return when an id was made, as seconds since 1970; None where it is no id of ours."""
    match = _FORMAT.fullmatch(prediction_id)
    return None if match is None else int(match[1] + match[2], 16) / 1_000
