import pytest

from textops.benchmark.serving.answers import Answer, complete, prediction_id

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX: y\r\n\r\n"


def test_a_complete_answer_tells_its_status_and_where_its_body_begins() -> None:
    assert complete(HEAD + b"abcd") == Answer(200, len(HEAD), closes=False)


@pytest.mark.parametrize("end", range(1, len(HEAD) + 4))
def test_an_answer_is_waited_for_as_long_as_any_byte_is_missing(end: int) -> None:
    assert complete((HEAD + b"abcd")[:end]) is None


def test_the_length_may_be_the_last_header() -> None:
    answer = complete(b"HTTP/1.1 429 Too Many Requests\r\ncontent-length:2\r\n\r\nno")
    assert answer is not None
    assert answer.status == 429


def test_an_answer_in_chunks_ends_with_the_empty_one() -> None:
    # given
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    # then
    assert complete(head + b"2\r\nab\r\n") is None
    assert complete(head + b"2\r\nab\r\n0\r\n\r\n") is not None


def test_an_answer_without_a_body_ends_with_its_head() -> None:
    answer = complete(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    assert answer is not None
    assert answer.closes


def test_the_id_is_found_wherever_it_stands() -> None:
    # given
    name = b"01a20917-b05d-74d9-959f-70c14344bed5"
    # then
    assert prediction_id(b'{"label":"a","prediction_id":"' + name + b'","x":1}', 0) == name
    assert prediction_id(b'{"label":"a"}', 0) == b""
