"""The API where it was deployed, before it gets traffic: `pytest tests/deployed/api_checks.py`.

TEXTOPS_TEST_ADDRESS says where it is, TEXTOPS_API_KEY holds a key that it lets in. Not collected with the other tests:
it needs an address.
"""

import os
from collections.abc import Iterator

import httpx
import pytest

ADDRESS, KEY = "TEXTOPS_TEST_ADDRESS", "TEXTOPS_API_KEY"
TEXT = "The home side scored twice after the break, and the visitors never found an answer."


@pytest.fixture(scope="module")
def api() -> Iterator[httpx.Client]:
    address = os.environ.get(ADDRESS, "")
    if not address:
        pytest.fail(
            f"set {ADDRESS} to the address of a service, as `gcloud run services describe` shows it", pytrace=False
        )
    # A first instance may still have to start.
    with httpx.Client(base_url=address, headers={"X-API-Key": os.environ.get(KEY, "")}, timeout=60) as client:
        yield client


def test_the_process_lives_and_the_model_answers(api: httpx.Client) -> None:
    assert api.get("/health").status_code == 200
    assert api.get("/ready").status_code == 200


def test_a_text_gets_a_class_with_probabilities_that_add_up(api: httpx.Client) -> None:
    answer = api.post("/predict", json={"text": TEXT}).json()

    assert answer["label"] in answer["probabilities"]
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-6)
    assert answer["probability"] == max(answer["probabilities"].values())


def test_a_batch_says_what_single_texts_say(api: httpx.Client) -> None:
    single = api.post("/predict", json={"text": TEXT}).json()
    batch = api.post("/predict/batch", json={"texts": [TEXT, "Shares fell."]}).json()

    assert len(batch["predictions"]) == 2
    assert batch["predictions"][0]["label"] == single["label"]
    assert batch["predictions"][0]["probability"] == pytest.approx(single["probability"], abs=1e-5)


def test_it_knows_which_model_answers(api: httpx.Client) -> None:
    model = api.get("/model").json()
    answer = api.post("/predict", json={"text": TEXT}).json()

    assert answer["model"] == {"name": model["name"], "version": model["version"]}


def test_an_answer_can_be_explained(api: httpx.Client) -> None:
    explained = api.post("/explain", json={"text": TEXT, "record": False})

    assert explained.status_code == 200
    assert explained.json()["words"]


@pytest.mark.parametrize(
    ("content", "status", "error"),
    [(b"{", 422, "invalid_json"), (b'{"text": " "}', 422, "invalid_body"), (b'{"txt": "x"}', 422, "invalid_body")],
)
def test_bad_input_is_a_problem_and_no_fault(api: httpx.Client, content: bytes, status: int, error: str) -> None:
    answer = api.post("/predict", content=content, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_strangers_are_kept_out_where_keys_are_set(api: httpx.Client) -> None:
    answer = api.post("/predict", json={"text": TEXT}, headers={"X-API-Key": "a-key-of-nobody"})

    assert answer.status_code == (401 if os.environ.get(KEY) else 200)


def test_prometheus_finds_its_figures(api: httpx.Client) -> None:
    assert "textops_ready 1" in api.get("/metrics").text
