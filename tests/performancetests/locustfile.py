"""Four kinds of users of the API: `locust -f tests/performancetests/locustfile.py --host http://localhost:8000`.

`invoke loadtest` runs it headless and judges the result. Texts come from TEXTOPS_LOADTEST_TEXTS (a folder of .txt
files, or JSON lines with `text` and `title`), else from the test set of the served model's data set, where it has been
prepared here, else they are made up. TEXTOPS_API_KEY is sent where it is set.
"""

import json
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from time import perf_counter, sleep
from typing import Any

import requests
from locust import FastHttpUser, HttpUser, between, constant, tag, task
from locust.exception import StopUser

from textops.benchmark.serving.loadtest.hostility import HOSTILE, JSON
from textops.benchmark.serving.loadtest.judgement import fault_of_batch, fault_of_prediction, fault_of_refusal
from textops.benchmark.serving.loadtest.raw_exchange import send_in_pieces
from textops.benchmark.serving.loadtest.texts import Article, articles

KEY = {"X-API-Key": os.environ["TEXTOPS_API_KEY"]} if os.environ.get("TEXTOPS_API_KEY") else {}
HEADERS = {**JSON, **KEY}
BURST = 20
BATCH = (50, 500)
HUGE_BYTES = 1 << 40
SLOW_PIECES = 5
SLOW_PAUSE_SECONDS = 0.3
RETRY_SECONDS = 1.0
START_SECONDS = 30


@dataclass(frozen=True)
class Served:
    """What the service says of its model, and texts for it.

    Attributes:
        classes: Its classes.
        texts: Texts that it has not learned from.
    """

    classes: Sequence[str]
    texts: Sequence[Article]


@cache
def served(host: str) -> Served:
    """Ask the service once what it serves."""
    answer = requests.get(f"{host}/model", headers=KEY, timeout=START_SECONDS)
    answer.raise_for_status()
    model = answer.json()
    return Served(model["classes"], articles(model["data"]["name"]))


class Reader(FastHttpUser):
    """What users with texts share."""

    abstract = True

    def on_start(self) -> None:
        """Learn what is served; a user who cannot, ends."""
        try:
            self.served = served(self.host)
        except requests.RequestException as error:
            raise StopUser(f"{self.host} tells nothing of its model: {error}") from error

    def ask(self, name: str) -> None:
        """Ask for one text, with its title."""
        article = random.choice(self.served.texts)  # noqa: S311 (no secret)
        body = {"text": article.text} if article.title is None else {"title": article.title, "text": article.text}
        with self.client.post(
            "/predict", json=body, headers=KEY, name=f"{name} /predict", catch_response=True
        ) as answer:
            self.judge(answer, fault_of_prediction(answer.status_code, json_of(answer), self.served.classes))

    def judge(self, answer: Any, fault: str | None) -> None:  # noqa: ANN401 (each client has its own)
        """Note whether an answer is right; whoever is refused waits."""
        if fault is None:
            answer.success()
            return
        answer.failure(fault)
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            sleep(float((answer.headers or {}).get("Retry-After", RETRY_SECONDS)))


class BrowsingReader(Reader):
    """Reads an article now and then."""

    weight = 10
    wait_time = between(0.5, 2)

    @tag("reader")
    @task
    def read(self) -> None:
        """Look at one."""
        self.ask("reader")


class NewsroomBurst(Reader):
    """Sends what has come in from the agencies, and then nothing for a while."""

    weight = 4
    wait_time = between(2, 5)

    @tag("newsroom")
    @task
    def send_all(self) -> None:
        """Send a burst of single texts, one after the other without a pause."""
        for _ in range(random.randint(BURST // 2, BURST)):  # noqa: S311
            self.ask("newsroom")


class BatchClient(Reader):
    """Sends an archive in large pieces."""

    weight = 1
    wait_time = between(2, 5)

    @tag("batch")
    @task
    def send_batch(self) -> None:
        """Send 50 to 500 texts at once."""
        count = random.randint(*BATCH)  # noqa: S311
        texts = [article.whole for article in random.choices(self.served.texts, k=count)]  # noqa: S311
        with self.client.post(
            "/predict/batch", json={"texts": texts}, headers=KEY, name="batch /predict/batch", catch_response=True
        ) as answer:
            self.judge(answer, fault_of_batch(answer.status_code, json_of(answer), self.served.classes, count))


class HostileClient(HttpUser):
    """Sends what no honest client sends; a refusal that is right is a success, all else a failure."""

    weight = 2
    wait_time = constant(0.2)

    @tag("hostile")
    @task(8)
    def send_nonsense(self) -> None:
        """Send one of the requests that are wrong in some way."""
        hostile = random.choice(HOSTILE)  # noqa: S311
        with self.client.request(
            hostile.method,
            hostile.path,
            data=hostile.body,
            headers={**hostile.headers, **KEY},
            name=f"hostile: {hostile.name}",
            catch_response=True,
        ) as answer:
            judge_refusal(answer, fault_of_refusal(answer.status_code, hostile.right))

    @tag("hostile")
    @task(1)
    def send_without_known_key(self) -> None:
        """Send a wrong key, which matters only where keys are asked for."""
        right = (HTTPStatus.UNAUTHORIZED,) if KEY else (HTTPStatus.OK, HTTPStatus.UNAUTHORIZED)
        with self.client.post(
            "/predict",
            json={"text": "goal"},
            headers={"X-API-Key": "wrong"},
            name="hostile: wrong key",
            catch_response=True,
        ) as answer:
            judge_refusal(answer, fault_of_refusal(answer.status_code, right))

    @tag("hostile")
    @task(1)
    def announce_too_much(self) -> None:
        """Announce a body of a tebibyte."""
        self.send_raw("too large", [b'{"text": "'], HUGE_BYTES, 0.0, (HTTPStatus.REQUEST_ENTITY_TOO_LARGE,))

    @tag("hostile")
    @task(1)
    def send_slowly(self) -> None:
        """Send a good body drop by drop."""
        body = json.dumps({"text": "The home side scored twice."}).encode()
        step = -(-len(body) // SLOW_PIECES)
        pieces = [body[start : start + step] for start in range(0, len(body), step)]
        right = (HTTPStatus.OK, HTTPStatus.REQUEST_TIMEOUT)
        self.send_raw("slow body", pieces, len(body), SLOW_PAUSE_SECONDS, right)

    def send_raw(
        self, name: str, pieces: Sequence[bytes], length: int, pause_seconds: float, right: Sequence[int]
    ) -> None:
        """Send what no library sends, and note it as Locust notes the others."""
        start = perf_counter()
        url = f"{self.host}/predict"
        status = send_in_pieces(url, HEADERS, pieces, length=length, pause_seconds=pause_seconds)
        fault = fault_of_refusal(status, right)
        self.environment.events.request.fire(
            request_type="POST",
            name=f"hostile: {name}",
            response_time=1000 * (perf_counter() - start),
            response_length=0,
            exception=None if fault is None else AssertionError(fault),
            context={},
        )


def judge_refusal(answer: Any, fault: str | None) -> None:  # noqa: ANN401 (each client has its own)
    """Note whether a refusal is right."""
    if fault is None:
        answer.success()
    else:
        answer.failure(fault)


def json_of(answer: Any) -> object:  # noqa: ANN401 (each client has its own)
    """Return the JSON of an answer, None where it is none."""
    try:
        return answer.json() if answer.content else None
    except ValueError:
        return None
