"""The generator against a server whose every answer is known."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from textops.benchmark.serving.load import Load
from textops.benchmark.serving.load_generator import Generator, requests_of, times_of
from textops.benchmark.serving.sending import send
from textops.errors import ServiceError

BODY = b'{"prediction_id":"01a20917-b05d-74d9-959f-70c14344bed5"}'
Answering = Callable[[int], tuple[bytes, float]]


def answer(status: int = 200, headers: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(BODY), headers, BODY)


@contextmanager
def server(answering: Answering) -> Iterator[int]:
    """Answer each request, by its number, with bytes after some seconds; no bytes end the connection."""
    loop = asyncio.new_event_loop()
    ports: list[int] = []
    started = threading.Event()
    ended: list[asyncio.Event] = []
    number = 0

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal number
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0]))
                number += 1
                given, seconds = answering(number)
                if seconds:
                    await asyncio.sleep(seconds)
                if not given:
                    break
                writer.write(given)
        except asyncio.IncompleteReadError:
            pass
        writer.close()

    async def serve() -> None:
        ended.append(asyncio.Event())
        listening = await asyncio.start_server(serve_one, "127.0.0.1", 0)
        ports.append(listening.sockets[0].getsockname()[1])
        started.set()
        await ended[0].wait()
        listening.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    started.wait()
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(ended[0].set)
        thread.join()
        loop.close()


@pytest.fixture
def bodies(tmp_path: Path) -> Path:
    path = tmp_path / "bodies.jsonl"
    path.write_text('{"text": "a goal"}\n{"text": "ein Tor für alle"}\n', encoding="utf-8")
    return path


def load(port: int, bodies: Path, **settings: object) -> Load:
    return Load.model_validate({"port": port, "bodies": bodies, "connections": 2, "seconds": 5.0, **settings})


def run(given: Load) -> Generator:
    return Generator(given, requests_of(given))


def test_a_closed_loop_sends_as_many_requests_as_it_should(bodies: Path) -> None:
    # when
    with server(lambda _: (answer(), 0)) as port:
        result = run(load(port, bodies, requests=50, seconds=60.0)).run()
    # then
    assert result.statuses == {200: 50}
    assert (result.sent, result.errors, result.unsent, result.failed) == (50, 0, 0, 0)
    assert result.accepted is not None
    assert result.accepted.p50 <= result.accepted.p95 <= result.accepted.p99 <= result.accepted.longest
    assert 0 < result.generator_share <= 1.5


def test_a_closed_loop_ends_after_its_time(bodies: Path) -> None:
    # when
    with server(lambda _: (answer(), 0.01)) as port:
        result = run(load(port, bodies, seconds=0.2)).run()
    # then
    assert 0.2 <= result.seconds < 5
    assert 0 < result.accepted_per_second <= 200


def test_the_bodies_are_sent_in_turn_with_their_length_in_bytes(bodies: Path) -> None:
    first, second = requests_of(load(1, bodies))
    assert first.endswith(b'Content-Length: 18\r\n\r\n{"text": "a goal"}')
    assert b"Content-Length: 29\r\n" in second


def test_an_open_loop_sends_at_its_rate(bodies: Path) -> None:
    # when
    with server(lambda _: (answer(), 0)) as port:
        result = run(load(port, bodies, seconds=0.5, rate=200.0)).run()
    # then
    assert result.sent + result.unsent in range(95, 102)


def test_a_stall_counts_for_all_that_should_have_been_sent_meanwhile(bodies: Path) -> None:
    # given a server that once takes its time, asked over one connection
    with server(lambda number: (answer(), 0.4 if number == 1 else 0)) as port:
        # when
        result = run(load(port, bodies, connections=1, seconds=0.5, rate=100.0, backlog=100)).run()
    # then half of the requests have waited, although only one was answered slowly
    assert result.unsent == 0
    assert result.accepted is not None
    assert result.accepted.p50 > 100
    assert result.accepted.longest > 390


def test_what_is_due_beyond_the_backlog_is_not_sent_and_counted(bodies: Path) -> None:
    # when
    with server(lambda number: (answer(), 0.4 if number == 1 else 0)) as port:
        result = run(load(port, bodies, connections=1, seconds=0.5, rate=100.0, backlog=3)).run()
    # then
    assert result.unsent >= 30
    assert result.accepted is not None
    assert result.sent + result.unsent in range(45, 52)


def test_refusals_are_timed_by_themselves_and_are_no_failures(bodies: Path) -> None:
    # when
    with server(lambda number: (answer(429 if number % 2 else 200), 0)) as port:
        result = run(load(port, bodies, requests=20)).run()
    # then
    assert result.statuses == {200: 10, 429: 10}
    assert result.refused is not None
    assert result.failed == 0


def test_other_statuses_are_failures(bodies: Path) -> None:
    with server(lambda _: (answer(500), 0)) as port:
        result = run(load(port, bodies, requests=4)).run()
    assert (result.failed, result.accepted) == (4, None)


def test_a_connection_that_ends_without_an_answer_is_an_error_and_another_takes_its_place(bodies: Path) -> None:
    # when
    with server(lambda number: (b"" if number == 3 else answer(), 0)) as port:
        result = run(load(port, bodies, requests=20)).run()
    # then
    assert result.statuses == {200: 19}
    assert (result.errors, result.failed) == (1, 1)


def test_a_connection_that_ends_with_its_answer_is_no_error(bodies: Path) -> None:
    with server(lambda _: (answer(headers=b"Connection: close\r\n"), 0)) as port:
        result = run(load(port, bodies, requests=6)).run()
    assert (result.statuses, result.errors) == ({200: 6}, 0)


def test_a_server_that_ends_every_connection_ends_the_load(bodies: Path) -> None:
    with server(lambda _: (b"", 0)) as port, pytest.raises(ConnectionError, match="without an answer"):
        run(load(port, bodies)).run()


def test_an_answer_that_comes_after_the_end_counts(bodies: Path) -> None:
    # when
    with server(lambda _: (answer(), 0.3)) as port:
        result = run(load(port, bodies, seconds=0.1)).run()
    # then
    assert result.statuses == {200: 2}
    assert result.ended < time.time() - 0.1


def test_the_ids_of_the_answers_are_written(bodies: Path, tmp_path: Path) -> None:
    # when
    with server(lambda _: (answer(), 0)) as port:
        run(load(port, bodies, requests=3, answered=tmp_path / "ids")).run()
    # then
    assert (tmp_path / "ids").read_text().splitlines() == ["01a20917-b05d-74d9-959f-70c14344bed5"] * 3


def test_there_are_no_times_of_nothing() -> None:
    assert times_of([]) is None


@pytest.mark.slow
def test_a_process_of_its_own_sends_the_load(bodies: Path) -> None:
    with server(lambda _: (answer(), 0)) as port:
        result = send(load(port, bodies, requests=10, processor=0))
    assert result.statuses == {200: 10}


@pytest.mark.slow
def test_where_nothing_listens_one_line_says_so(bodies: Path) -> None:
    with pytest.raises(ServiceError, match=r"no load could be sent to 127.0.0.1:1: .*refused"):
        send(load(1, bodies))
