import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter
from starlette.requests import ClientDisconnect
from starlette.types import Message

from textops.serving.admission import Admission
from textops.serving.bodies import BodyBounds, check_media_type, read_body, read_bytes, refuse_doubled_members
from textops.serving.exchange import Exchange
from textops.serving.problems import ProblemError
from textops.serving.schemas import Limits

JSON = b"application/json"
MAX_BYTES = 100


class Body(BaseModel):
    text: str


def bounds(*, seconds: float = 5, most_body_bytes: int = 10_000) -> BodyBounds:
    return BodyBounds(Limits(None, 10), MAX_BYTES, seconds, Admission(10, 1.0, most_body_bytes))


def exchange(pieces: Sequence[bytes], *, length: bytes | None = None, then: Message | None = None) -> Exchange:
    """Return a request whose body comes in pieces; with `then`, its end does not come, but that."""
    last = len(pieces) - 1
    messages: list[Message] = [
        {"type": "http.request", "body": piece, "more_body": then is not None or number < last}
        for number, piece in enumerate(pieces)
    ]
    coming = iter([*messages, *([] if then is None else [then])])

    async def receive() -> Message:
        message = next(coming, None)
        if message is None:
            await asyncio.sleep(60)
            raise AssertionError
        return message

    headers = {b"content-type": JSON} | ({} if length is None else {b"content-length": length})
    return Exchange({"type": "http"}, receive, headers, "id", 0.0)


def refusal(request: Exchange, limits: BodyBounds) -> tuple[int, str]:
    with pytest.raises(ProblemError) as caught:
        asyncio.run(read_bytes(request, limits))
    return caught.value.status.value, caught.value.error


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=5))
def test_a_body_is_the_sum_of_its_pieces(pieces: list[bytes]) -> None:
    limits = bounds()

    assert asyncio.run(read_bytes(exchange(pieces), limits)) == b"".join(pieces)
    assert limits.admission.body_bytes == 0


@pytest.mark.parametrize(
    ("pieces", "length"),
    [
        ([b"x" * (MAX_BYTES + 1)], None),
        ([b"x"] * (MAX_BYTES + 1), None),
        ([b"x"], b"%d" % (MAX_BYTES + 1)),
        ([b"x"], b"9" * 5_000),
    ],
)
def test_a_body_that_is_too_large_is_refused(pieces: list[bytes], length: bytes | None) -> None:
    limits = bounds()

    assert refusal(exchange(pieces, length=length), limits) == (413, "body_too_large")
    assert limits.admission.body_bytes == 0


def test_a_body_of_just_the_most_bytes_is_read() -> None:
    request = exchange([b"x" * 50, b"x" * 50], length=b"%d" % MAX_BYTES)

    assert len(asyncio.run(read_bytes(request, bounds()))) == MAX_BYTES


def test_a_length_that_is_no_number_says_nothing() -> None:
    assert asyncio.run(read_bytes(exchange([b"x"], length=b"ten"), bounds())) == b"x"


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    never: Message = {"type": "http.request", "body": b"", "more_body": True}
    limits = bounds(seconds=0.01)

    assert refusal(exchange([b"x"], then=never), limits) == (408, "body_too_slow")
    assert limits.admission.body_bytes == 0


def test_whoever_leaves_gives_the_room_back() -> None:
    limits = bounds()

    with pytest.raises(ClientDisconnect):
        asyncio.run(read_bytes(exchange([b"x"], then={"type": "http.disconnect"}), limits))

    assert limits.admission.body_bytes == 0


def test_bodies_that_come_slowly_take_no_more_room_than_there_is() -> None:
    limits = bounds(most_body_bytes=150)
    limits.admission.reserve(100)

    assert refusal(exchange([b"x", b"y"]), limits) == (429, "overloaded")
    assert asyncio.run(read_bytes(exchange([b"x", b"y"], length=b"2"), limits)) == b"xy"
    assert asyncio.run(read_bytes(exchange([b"one piece"]), limits)) == b"one piece"


def test_a_body_is_read_and_validated() -> None:
    adapter = TypeAdapter(Body)

    assert asyncio.run(read_body(exchange([b'{"text":', b'"a"}']), adapter, bounds(), (b'"text"',))) == Body(text="a")
    with pytest.raises(ProblemError, match="/text: Input should be a valid string"):
        asyncio.run(read_body(exchange([b'{"text": 5}']), adapter, bounds(), (b'"text"',)))
    with pytest.raises(ProblemError, match="/text: Field is there more than once"):
        asyncio.run(read_body(exchange([b'{"text": "a", "text": "b"}']), adapter, bounds(), (b'"text"',)))


@pytest.mark.parametrize(
    "media_type",
    [
        b"application/json",
        b"Application/JSON",
        b"application/json ; charset=utf-8",
        b'application/json;charset="UTF-8"',
        b"application/json; charset=utf8",
        b"application/json; odata=verbose",
    ],
)
def test_json_may_be_announced_in_several_ways(media_type: bytes) -> None:
    check_media_type({b"content-type": media_type, b"content-encoding": b"identity"}, JSON)


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, "unsupported_media_type"),
        ({b"content-type": b"text/json"}, "unsupported_media_type"),
        ({b"content-type": b"application/json; charset=latin-1"}, "unsupported_media_type"),
        ({b"content-type": b"application/jsonx"}, "unsupported_media_type"),
        ({b"content-type": JSON, b"content-encoding": b"gzip"}, "unsupported_encoding"),
    ],
)
def test_other_media_are_refused(headers: dict[bytes, bytes], error: str) -> None:
    with pytest.raises(ProblemError) as caught:
        check_media_type(headers, JSON)

    assert (caught.value.status, caught.value.error) == (415, error)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"text": "a", "text": "b"}',
        b'{"text": "a", "te\\u0078t": "b"}',
        b'{"t\\u0065xt": "a", "te\\u0078t": "b"}',
        b'{"text": "a", "title": "a", "title": "b"}',
    ],
)
def test_a_member_that_is_there_twice_is_refused(raw: bytes) -> None:
    with pytest.raises(ProblemError, match=r"/(text|title): Field is there more than once"):
        refuse_doubled_members(raw, (b'"text"', b'"title"'))


@pytest.mark.parametrize(
    "raw",
    [
        b'{"text": "a", "title": "b"}',
        b'{"text": "text", "title": "\\"text\\""}',
        b'{"text": "\\u0041 \\u00e9"}',
        b'{"te\\u0078t": "a"}',
    ],
)
def test_a_name_that_is_also_a_value_is_no_double(raw: bytes) -> None:
    refuse_doubled_members(raw, (b'"text"', b'"title"'))
