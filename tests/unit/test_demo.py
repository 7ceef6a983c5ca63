"""What the demo makes of the answers it gets."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest

from textops.data.dataset import Examples
from textops.demo import ask, next_steps
from textops.errors import ServiceError

CLASSES = ("sport", "tech")
EXAMPLES = Examples(ids=["1", "2"], texts=["a goal", "a chip"], labels=np.array([0, 1], np.int64), groups=["1", "2"])


@contextmanager
def server_that_answers(status: int, answer: object) -> Iterator[str]:
    """Run a real server that gives every request the same answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name that the base class asks for
            self.rfile.read(int(self.headers["content-length"]))
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def answer(label: str, probability: float, **probabilities: float) -> dict[str, object]:
    return {"label": label, "probability": probability, "probabilities": probabilities, "needs_review": True}


def test_good_answers_are_counted() -> None:
    # given
    with server_that_answers(200, answer("sport", 0.75, sport=0.75, tech=0.25)) as address:
        # when
        answers = ask(address, EXAMPLES, CLASSES)
    # then
    assert (answers.requests, answers.right, answers.review) == (2, 1, 2)
    assert len(answers.milliseconds) == 2


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (500, {"error": "internal"}),
        (200, {}),
        (200, answer("sport", 1.0, sport=1.0)),
        (200, answer("sport", 0.75, sport=0.75, tech=0.75)),
        (200, answer("tech", 0.25, sport=0.75, tech=0.25)),
        (200, answer("sport", 0.5, sport=0.75, tech=0.25)),
    ],
    ids=["an error", "nothing", "a class is missing", "no probabilities", "not the best label", "another probability"],
)
def test_an_answer_that_does_not_hold_together_ends_the_demo(status: int, content: object) -> None:
    # given, when, then
    with server_that_answers(status, content) as address, pytest.raises(ServiceError, match=f"answered {status}"):
        ask(address, EXAMPLES, CLASSES)


def test_what_to_type_next_names_the_model_only_where_another_is_in_production() -> None:
    # when
    alone, beside = (next_steps("news", is_alone=is_alone) for is_alone in (True, False))
    # then
    assert "--model" not in alone
    for command in ("textops up --model news ", "textops serve --model news ", 'textops predict --model news "A late'):
        assert command in beside
    assert "textops init FILE" in alone
