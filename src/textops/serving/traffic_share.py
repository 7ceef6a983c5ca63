"""Which requests belong to a share of the traffic: the same ones in every process, and more of them as it grows."""

from hashlib import blake2b

from pydantic_core import PydanticCustomError

from textops.serving.exchange import Exchange

CLIENT_HEADER = b"x-client-id"
"""Names whom a request is for, where a client wants all requests of one to be answered by one version."""

OUTSIDE = 1.0
"""A place that belongs to no share, however large."""

_BYTES = 8
# More digits than these a float does not hold: rounded up, the last place would be one behind the end.
_LOST_BITS = 64 - 53
_PLACES = 1 << 53


def place_of(key: bytes) -> float:
    """Return the place of a key between 0 and 1; a share is all places below it."""
    return (int.from_bytes(blake2b(key, digest_size=_BYTES).digest()) >> _LOST_BITS) / _PLACES


def place_in_traffic(exchange: Exchange, first_text: str) -> float:
    """Return the place of a request: that of its client, and where it names none, that of its first text.

    It is found once: the lines of a stream that come later have the place of the first ones.
    """
    if exchange.place is None:
        client = exchange.headers.get(CLIENT_HEADER)
        # Half a character is a text too.
        exchange.place = place_of(client or first_text.encode("utf-8", "surrogatepass"))
    return exchange.place


def parse_share(value: object) -> object:
    """Return a share as a number from 0 to 1.

    Args:
        value: `10%`, `0.1`, or nothing for none.

    Raises:
        PydanticCustomError: If it is none.
    """
    text = str(value).strip()
    if not text:
        return 0.0
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise PydanticCustomError(
            "share", "{value} is no share of the traffic: give 10%, 0.1 or 0", {"value": text[:60]}
        )
    return share
