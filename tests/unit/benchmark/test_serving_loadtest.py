"""What a load test sends, how it judges answers, and how it judges a run."""

import json
import math
import socket
import threading
from pathlib import Path

import pytest

from textops.benchmark.serving.loadtest.__main__ import main
from textops.benchmark.serving.loadtest.hostility import HOSTILE
from textops.benchmark.serving.loadtest.judgement import fault_of_batch, fault_of_prediction, fault_of_refusal
from textops.benchmark.serving.loadtest.raw_exchange import send_in_pieces
from textops.benchmark.serving.loadtest.run import Users, load_test
from textops.benchmark.serving.loadtest.texts import VARIABLE, Article, articles
from textops.benchmark.serving.loadtest.thresholds import Failures, Run, Thresholds, faults, read_run
from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.errors import ConfigurationError, DataError, ServiceError
from textops.training.configuration import compose_configuration
from textops.training.source import source_of

CLASSES = ("sport", "tech")
GOOD = {
    "prediction_id": "1",
    "label": "sport",
    "probability": 0.7,
    "probabilities": {"sport": 0.7, "tech": 0.3},
}
STRICT = Thresholds(max_error_share=0.0, max_p95=100, max_p99=200, min_throughput=10)


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)


def test_a_good_answer_has_no_fault() -> None:
    assert fault_of_prediction(200, GOOD, CLASSES) is None
    assert fault_of_batch(200, {"predictions": [GOOD, GOOD]}, CLASSES, 2) is None


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"prediction_id": ""}, "prediction_id"),
        ({"label": "weather"}, "no class of the model"),
        ({"probabilities": {"sport": 1.0}}, "not those of the classes"),
        ({"probabilities": None}, "not those of the classes"),
        ({"probabilities": {"sport": 0.7, "tech": 0.4}}, "do not sum to 1"),
        ({"label": "tech", "probability": 0.3}, "not the most probable"),
        ({"probability": 0.6}, "not the most probable"),
    ],
)
def test_a_wrong_answer_is_a_fault_although_its_status_is_200(changed: dict[str, object], fault: str) -> None:
    assert fault in (fault_of_prediction(200, {**GOOD, **changed}, CLASSES) or "")
    assert fault in (fault_of_batch(200, {"predictions": [{**GOOD, **changed}]}, CLASSES, 1) or "")


def test_every_other_status_is_a_fault_of_an_honest_request() -> None:
    assert fault_of_prediction(429, None, CLASSES) == "status 429"
    assert fault_of_prediction(0, None, CLASSES) == "no answer"
    assert fault_of_batch(503, None, CLASSES, 1) == "status 503"


@pytest.mark.parametrize("answer", [None, [], {}, {"predictions": [GOOD]}, {"predictions": "two"}])
def test_a_batch_must_have_an_answer_for_each_text(answer: object) -> None:
    assert "one answer for each of the 2 texts" in (fault_of_batch(200, answer, CLASSES, 2) or "")


def test_an_answer_that_is_no_object_is_a_fault() -> None:
    assert fault_of_prediction(200, [GOOD], CLASSES) == "the answer is no JSON object"
    assert fault_of_batch(200, {"predictions": ["a"]}, CLASSES, 1) == "an answer is no JSON object"


def test_of_a_hostile_request_only_the_right_refusal_is_none() -> None:
    assert fault_of_refusal(422, (422,)) is None
    assert fault_of_refusal(429, (422,)) is None
    assert fault_of_refusal(500, (422, 413)) == "500 instead of 422 or 413"
    assert fault_of_refusal(200, (422,)) == "200 instead of 422"
    assert fault_of_refusal(0, (413,)) == "no answer instead of 413"


def test_no_fault_of_the_server_is_ever_right() -> None:
    assert not [hostile.name for hostile in HOSTILE if max(hostile.right) >= 500]
    assert len({hostile.name for hostile in HOSTILE}) == len(HOSTILE)


def test_texts_come_from_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    (tmp_path / "a.txt").write_text("Late goals\nThe home side scored twice.\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("one line", encoding="utf-8")
    (tmp_path / "c.txt").write_text(" \n", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    # when
    found = articles("any")
    # then
    assert found == [Article("The home side scored twice.", "Late goals"), Article("one line", None)]
    assert found[0].whole == "Late goals\nThe home side scored twice."
    assert found[1].whole == "one line"


def test_texts_come_from_json_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    lines = [{"text": "a goal", "title": "Late"}, {"text": "a chip"}]
    (tmp_path / "texts.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n\n")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "texts.jsonl"))
    # then
    assert articles("any") == [Article("a goal", "Late"), Article("a chip", None)]


@pytest.mark.parametrize("content", ["", "no json", '{"title": "a"}', '{"text": 5}', "[1]", '{"text": " "}'])
def test_a_file_without_texts_is_refused_in_one_line(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    (tmp_path / "texts.jsonl").write_text(content)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "texts.jsonl"))
    # when, then
    with pytest.raises(DataError, match=r"texts\.jsonl .*name a folder of \.txt files, or JSON lines with text"):
        articles("any")


def test_a_place_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "nowhere")
    with pytest.raises(DataError, match="nowhere cannot be read"):
        articles("any")


def test_texts_come_from_the_test_set_of_the_model(tmp_path: Path) -> None:
    # given
    source = source_of(compose_configuration(["data=synthetic", "data.synthetic.rows=200"]))
    folder = tmp_path / "data/processed/news"
    prepare(source, folder)
    # then
    assert len(articles("news")) == len(Dataset.load(folder).examples("test").texts)


def test_without_a_data_set_texts_are_made_up() -> None:
    assert len({article.text for article in articles("unknown")}) > 100


def test_a_body_that_comes_in_pieces_gets_the_status_of_its_answer() -> None:
    # given
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                while not b"".join(received).endswith(b"end"):
                    received.append(connection.recv(100))
                connection.sendall(b"HTTP/1.1 ")
                connection.sendall(b"408 Request Timeout\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/predict"
        # when
        status = send_in_pieces(url, {"X-A": "b"}, [b"sl", b"ow", b"end"], length=7, pause_seconds=0.01)
        thread.join()
    # then
    assert status == 408
    assert b"".join(received).startswith(b"POST /predict HTTP/1.1\r\n")
    assert b"Content-Length: 7\r\nX-A: b\r\n\r\nslowend" in b"".join(received)


def hang_up(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    connection.close()


def test_where_nothing_answers_there_is_no_status() -> None:
    assert send_in_pieces("http://127.0.0.1:1/predict", {}, [], length=0) == 0
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=hang_up, args=(listener,)).start()
        assert send_in_pieces(f"http://127.0.0.1:{listener.getsockname()[1]}/", {}, [], length=0) == 0


def test_an_encrypted_address_is_spoken_to_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=hang_up, args=(listener,)).start()
        assert send_in_pieces(f"https://127.0.0.1:{listener.getsockname()[1]}/", {}, [], length=0) == 0


def entry(name: str, times: dict[str, int], failures: int = 0) -> dict[str, object]:
    return {
        "name": name,
        "num_requests": sum(times.values()),
        "num_failures": failures,
        "response_times": times,
        "start_time": 100.0,
        "last_request_timestamp": 110.0,
    }


def written(folder: Path, statistics: str, failures: list[dict[str, object]] | None = None) -> tuple[Path, Path]:
    """Write what Locust writes."""
    (folder / "requests.json").write_text(statistics)
    arguments = json.dumps({"failures_statistics": failures or [], "host": "x"})
    (folder / "loadtest.html").write_text(f"<script>window.templateArgs = {arguments}</script>")
    return folder / "requests.json", folder / "loadtest.html"


def test_a_run_is_read_from_what_locust_wrote(tmp_path: Path) -> None:
    # given
    entries = [
        entry("reader /predict", {"5": 90, "50": 7}),
        entry("newsroom /predict", {"300": 3}),
        entry("batch /predict/batch", {"9000": 10}, failures=1),
        entry("hostile: slow body", {"2000": 10}),
    ]
    # when
    run = read_run(*written(tmp_path, json.dumps(entries)))
    # then batches and the hostile count, but not their times
    assert (run.requests, run.failures, run.seconds) == (120, 1, 10)
    assert (run.p95, run.p99) == (50, 300)
    assert run.throughput == 12
    assert math.isclose(run.error_share, 1 / 120)


@pytest.mark.parametrize("content", ["", "{}x", '[{"name": "a"}]', "[5]"])
def test_statistics_that_are_none_are_said(content: str, tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="Locust left no statistics"):
        read_run(*written(tmp_path, content))


def test_what_failed_is_told_in_the_words_of_the_judgement(tmp_path: Path) -> None:
    # given
    failures: list[dict[str, object]] = [
        {"name": "reader /predict", "error": "CatchResponseError('status 504')", "occurrences": 2},
        {"name": "hostile: slow body", "error": "AssertionError(\"no answer instead of '200'\")", "occurrences": 3},
        {"name": "batch /predict/batch", "error": "ConnectionRefusedError(111)", "occurrences": 1},
    ]
    # when
    run = read_run(*written(tmp_path, "[]", failures))
    # then
    assert run.reasons == (
        Failures(name="hostile: slow body", reason="no answer instead of '200'", count=3),
        Failures(name="reader /predict", reason="status 504", count=2),
        Failures(name="batch /predict/batch", reason="ConnectionRefusedError(111)", count=1),
    )


def test_a_run_inside_its_thresholds_has_no_fault() -> None:
    assert faults(Run(requests=100, failures=0, seconds=10, p95=100, p99=200), STRICT) == []


def test_each_threshold_has_a_line_of_its_own() -> None:
    # when
    found = faults(Run(requests=50, failures=1, seconds=10, p95=101, p99=300), STRICT)
    # then
    assert found == [
        "error share 2.00% is above 0.00%: 1 of 50 requests failed",
        "p95 of single texts is 101 ms, above 100 ms",
        "p99 of single texts is 300 ms, above 200 ms",
        "throughput 5.0 requests a second is below 10.0",
    ]


def test_a_run_without_requests_keeps_to_nothing(tmp_path: Path) -> None:
    # given
    statistics = written(tmp_path, "[]")
    # when
    found = faults(read_run(*statistics), STRICT)
    # then
    assert found[0] == "no request was sent"
    assert len(found) == 5


@pytest.mark.parametrize(
    ("host", "message"),
    [("localhost:8000", "is no address"), ("http://127.0.0.1:1", "nothing answers at http://127.0.0.1:1")],
)
def test_a_host_that_cannot_be_asked_is_refused_before_the_run(host: str, message: str, tmp_path: Path) -> None:
    # given
    locustfile = tmp_path / "locustfile.py"
    locustfile.touch()
    # when, then
    with pytest.raises(ConfigurationError, match=message):
        load_test(host, Users(1, 1, 1), STRICT, locustfile)
    assert not (tmp_path / "reports").exists()


def test_outside_of_the_project_one_line_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--host=http://127.0.0.1:1"]) == 2
    assert "start the load test in the root of the project" in capsys.readouterr().err


def test_impossible_thresholds_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--max-error-share=2"]) == 2
    assert "--max-error-share: Input should be less than or equal to 1" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--users=0", "--seconds=-1", "--spawn-rate=nan"])
def test_impossible_users_are_refused(option: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([option])
