"""Weights & Biases: what a run file holds, and what a server, a key or none of them come to."""

import json
import os
import socket
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import wandb
from wandb.proto.wandb_internal_pb2 import Record  # type: ignore[attr-defined]

from textops.errors import ConfigurationError
from textops.optimization.judged_bundle import Judged
from textops.training.run import Run
from textops.training.tracking.records import Artifact, Facts, Histogram, Table
from textops.training.tracking.wandb_tracker import WandbTracker

pytestmark = pytest.mark.slow  # each test starts the service of W&B
KEY = "0" * 40
FACTS = Facts("topics", {"seed": 0}, {"git": {"commit": "abc"}})
_BLOCK, _HEADER, _FULL, _LAST = 32768, 7, 1, 4


def read_run_file(path: Path) -> list[Record]:
    """Read the records of a W&B run file: protobuf messages in the framing of a LevelDB log."""
    data = path.read_bytes()
    assert data[:4] == b":W&B"
    records, position, parts = [], 7, b""
    while position + _HEADER <= len(data):
        left = _BLOCK - position % _BLOCK
        if left < _HEADER:
            position += left
            continue
        checksum, length, kind = struct.unpack("<IHB", data[position : position + _HEADER])
        if kind == 0 and length == 0:
            position += left
            continue
        chunk = data[position + _HEADER : position + _HEADER + length]
        assert zlib.crc32(bytes([kind]) + chunk) & 0xFFFFFFFF == checksum
        position += _HEADER + length
        parts += chunk
        if kind in (_FULL, _LAST):
            records.append(Record.FromString(parts))
            parts = b""
    return records


class FakeServer(ThreadingHTTPServer):
    """A server of Weights & Biases that knows as much as a run needs, or less.

    Attributes:
        manner: `accepts`, `refuses` (401), `breaks` (500), `talks nonsense` (200 without what was asked for) or
            `accepts nobody` (200, and no such user).
        heard: Names of the requests, and what was uploaded.
    """

    daemon_threads = True

    def __init__(self, manner: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.manner = manner
        self.heard: list[tuple[str, bytes]] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away are no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        server = self.server
        assert isinstance(server, FakeServer)
        server.heard.append((self.path, body))
        status = {"refuses": 401, "breaks": 500}.get(server.manner, 200)
        answer: dict[str, Any] = {"errors": [{"message": "no"}]}
        if status == 200:
            answer = _answer(json.loads(body), server) if self.path.endswith("/graphql") else {}
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST  # noqa: N815 (as the base class calls them)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay silent."""


def _answer(question: dict[str, Any], server: FakeServer) -> dict[str, Any]:  # noqa: PLR0911
    text, variables = str(question.get("query")), question.get("variables") or {}
    if "viewer" in text:
        user = None if server.manner == "accepts nobody" else {"id": "u", "entity": "me", "username": "me"}
        return {"data": {"viewer": user and {**user, "email": "", "flags": "{}", "teams": {"edges": []}}}}
    if server.manner == "accepts nobody":
        return {"data": None, "errors": [{"message": "permission denied"}]}
    if "upsertBucket" in text:
        project = {"id": "p", "name": variables.get("project"), "entity": {"id": "e", "name": "me"}}
        bucket = {"id": "b", "name": variables.get("name"), "displayName": "d", "config": "{}", "project": project}
        return {"data": {"upsertBucket": {"bucket": {**bucket, "historyLineCount": 0}, "inserted": True}}}
    if server.manner == "talks nonsense":
        return {"data": {}}
    if "createRunFiles" in text:
        files = [{"name": name, "uploadUrl": f"{server.url}/upload/{name}"} for name in variables["files"]]
        return {"data": {"createRunFiles": {"runID": "b", "uploadHeaders": [], "files": files}}}
    if "createArtifact" in text:
        artifact = {"id": "a", "state": "COMMITTED", "artifactSequence": {"id": "s", "latestArtifact": None}}
        return {"data": {"createArtifact": {"artifact": artifact}}}
    return {"data": {"project": None, "model": None, "entity": None, "serverInfo": None}}


@pytest.fixture
def wandb_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    """A server of the manner that the test asks for, with a key for it."""
    server = FakeServer(request.param)
    monkeypatch.setenv("WANDB_BASE_URL", server.url)
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def silent_address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server that takes connections and never answers, with a key for it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        monkeypatch.setenv("WANDB_BASE_URL", url)
        monkeypatch.setenv("WANDB_API_KEY", KEY)
        yield url


@pytest.fixture
def closed_address(monkeypatch: pytest.MonkeyPatch) -> str:
    """An address where nobody listens, with a key for it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    monkeypatch.setenv("WANDB_BASE_URL", url)
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    return url


class RunFile:
    """What a run file says, as W&B's own messages say it."""

    def __init__(self, folder: Path) -> None:
        (path,) = folder.glob("*.wandb")
        self.folder = folder
        self.records = read_run_file(path)

    @property
    def kinds(self) -> Counter[str | None]:
        return Counter(record.WhichOneof("record_type") for record in self.records)

    @property
    def run(self) -> Any:  # noqa: ANN401 (a message)
        return next(record.run for record in self.records if record.WhichOneof("record_type") == "run")

    @property
    def configuration(self) -> dict[str, Any]:
        records = [record.config for record in self.records if record.WhichOneof("record_type") == "config"]
        return {item.key: json.loads(item.value_json) for record in records for item in record.update}

    @property
    def history(self) -> list[dict[str, Any]]:
        records = [record.history for record in self.records if record.WhichOneof("record_type") == "history"]
        return [content_of(record.item) for record in records]

    @property
    def summary(self) -> dict[str, Any]:
        records = [record.summary for record in self.records if record.WhichOneof("record_type") == "summary"]
        return content_of(item for record in records for item in record.update)

    @property
    def artifacts(self) -> dict[str, Any]:
        records = [record.artifact for record in self.records if record.WhichOneof("record_type") == "artifact"]
        return {record.name: record for record in records}

    def values(self, name: str) -> list[Any]:
        return [row[name] for row in self.history if name in row]


def content_of(items: Iterable[Any]) -> dict[str, Any]:
    """Put values into each other as their keys say."""
    content: dict[str, Any] = {}
    for item in items:
        *outer, last = item.nested_key or [item.key]
        place = content
        for key in outer:
            place = place.setdefault(key, {})
        place[last] = json.loads(item.value_json)
    return content


def file_of_training(run: Run) -> RunFile:
    return RunFile(min((run.folder / "wandb").glob("offline-run-*")))


def file_of_evaluation(run: Run) -> RunFile:
    training, evaluation = sorted((run.folder / "wandb").glob("offline-run-*"))
    assert training != evaluation
    return RunFile(evaluation)


def only_file(folder: Path) -> RunFile:
    # The end of a run does not wait until its file is written.
    wandb.teardown()
    (found,) = (folder / "wandb").glob("*run-*")
    return RunFile(found)


def test_the_run_file_holds_configuration_git_environment_and_data(tracked_run: Run) -> None:
    # when
    configuration = file_of_training(tracked_run).configuration
    # then
    assert configuration["model"]["name"] == "ngram"
    assert configuration["seed"] == 0
    assert configuration["facts"]["git"].keys() == {"commit", "dirty", "changes"}
    assert configuration["facts"]["environment"]["packages"]["pytorch-lightning"]
    assert configuration["facts"]["environment"]["threads"] >= 1
    assert configuration["facts"]["dataset"]["fingerprint"] == tracked_run.record.fingerprint


@pytest.mark.parametrize(
    "name",
    ["val/loss", "val/accuracy", "val/macro_f1", "val/precision/class_0", "val/recall/class_1", "val/f1/class_1"],
)
def test_the_run_file_holds_a_point_of_each_curve_for_each_epoch(tracked_run: Run, name: str) -> None:
    # when
    values = file_of_training(tracked_run).values(name)
    # then
    assert len(values) == tracked_run.record.epochs
    assert all(isinstance(value, float | int) for value in values)


def test_the_learning_rate_of_each_epoch_falls_as_scheduled(tracked_run: Run) -> None:
    rates = file_of_training(tracked_run).values("train/learning_rate")
    assert len(rates) >= tracked_run.record.epochs
    assert rates == sorted(rates, reverse=True)


def test_what_belongs_to_a_step_stands_in_one_row(tracked_run: Run) -> None:
    # given
    rows = [row for row in file_of_training(tracked_run).history if "val/loss" in row]
    # then
    assert all({"val/macro_f1", "val/confidence", "trainer/global_step"} <= row.keys() for row in rows)
    assert [row["_step"] for row in rows] == [row["trainer/global_step"] for row in rows]


def test_the_run_file_holds_figures_as_images(tracked_run: Run) -> None:
    # given
    file = file_of_training(tracked_run)
    for name in ("val/confusion_matrix", "val/reliability"):
        # when
        (image,) = file.values(name)
        # then
        assert image["_type"] == "image-file"
        assert (file.folder / "files" / image["path"]).read_bytes().startswith(b"\x89PNG")
    named = [item.path for record in file.records for item in record.files.files]
    assert sum(path.endswith(".png") for path in named) == 2


@pytest.mark.parametrize("name", ["val/confidence", "weights/encoder.table.weight", "gradients/encoder.table.weight"])
def test_the_run_file_holds_histograms(tracked_run: Run, name: str) -> None:
    # when
    histograms = file_of_training(tracked_run).values(name)
    # then
    assert len(histograms) == tracked_run.record.epochs
    assert all(histogram["_type"] == "histogram" for histogram in histograms)
    assert all(len(histogram["bins"]) == len(histogram["values"]) + 1 for histogram in histograms)
    assert sum(histograms[0]["values"]) > 0


def test_the_table_of_the_most_wrong_examples_holds_no_texts_unless_somebody_asked(tracked_run: Run) -> None:
    # given
    file = file_of_training(tracked_run)
    # when
    (kept,) = file.values("most_wrong")
    table = json.loads((file.folder / "files" / kept["path"]).read_text())
    # then
    assert kept["_type"] == "table-file"
    assert table["columns"] == ["id", "true", "predicted", "probability", "probability_of_true"]
    assert len(table["data"]) == kept["nrows"] > 0
    assert all(row[1] != row[2] for row in table["data"])


def test_the_data_set_is_an_artifact_without_its_files(tracked_run: Run) -> None:
    # when
    artifact = file_of_training(tracked_run).artifacts["dataset-synthetic"]
    # then
    assert artifact.type == "dataset"
    assert json.loads(artifact.metadata)["fingerprint"] == tracked_run.record.fingerprint
    assert json.loads(artifact.metadata)["classes"] == ["class_0", "class_1"]
    assert set(artifact.aliases) == {"latest", tracked_run.record.fingerprint[:12]}
    assert not artifact.manifest.contents


def test_the_bundle_is_an_artifact_of_the_same_run(judged_run: tuple[Run, Judged]) -> None:
    # given
    run, judged = judged_run
    file = file_of_evaluation(run)
    # when
    artifact = file.artifacts["model-synthetic"]
    # then
    assert file.run.run_id == file_of_training(run).run.run_id
    assert file.run.project == "textops"
    assert artifact.type == "model"
    assert set(artifact.aliases) == {"latest", "evaluated"}
    assert json.loads(artifact.metadata)["metrics"]["accuracy"]["value"] == judged.evaluation.accuracy.value
    assert {item.path for item in artifact.manifest.contents} == {"bundle.json", *judged.manifest.files}
    # The copies that `wandb sync` will send lie with the run.
    assert all(Path(item.local_path).is_relative_to(run.folder) for item in artifact.manifest.contents)
    assert all(Path(item.local_path).is_file() for item in artifact.manifest.contents)


def test_the_evaluation_adds_to_the_summary_and_writes_over_no_row(judged_run: tuple[Run, Judged]) -> None:
    # given
    run, judged = judged_run
    file = file_of_evaluation(run)
    # then
    assert file.summary["test/accuracy"] == judged.evaluation.accuracy.value
    assert file.summary["test/accuracy_low"] == judged.evaluation.accuracy.low
    assert file.summary["test/confusion_matrix"]["_type"] == "image-file"
    assert not file.history
    assert file_of_training(run).summary["best/score"] == pytest.approx(run.record.validation_loss)


def test_nothing_of_the_command_and_of_its_user_is_in_the_run_file(tracked_run: Run) -> None:
    assert file_of_training(tracked_run).kinds["environment"] == 0


def histogram() -> Histogram:
    made = Histogram.of(np.array([0.0, 0.5, 1.0]))
    assert made is not None
    return made


def tell_everything(tracker: WandbTracker, folder: Path) -> None:
    figure = folder / "figure.png"
    from PIL import Image

    Image.new("RGB", (2, 2)).save(figure)
    tracker.record_facts(FACTS)
    tracker.log_metrics({"val/loss": 1.0}, 1)
    tracker.record_figure("figure", figure, 1)
    tracker.record_figure("whole", figure, None)
    tracker.record_histograms({"spread": histogram()}, 1)
    tracker.record_table("table", Table(("a", "b"), ((1, "x"), (None, "y"))), 1)
    tracker.record_summary({"best": 1.0})
    tracker.record_artifact(Artifact("data", "dataset", {"rows": 1}, {"figure.png": figure}, ("latest", "abc")))


def test_without_a_key_a_run_is_kept_offline_and_says_how_to_send_it(tmp_path: Path) -> None:
    # given
    tracker = WandbTracker(tmp_path / "run")
    (tmp_path / "run").mkdir()
    # when
    tracker.open()
    tell_everything(tracker, tmp_path)
    ending = tracker.close(succeeded=True)
    # then
    assert ending is not None
    assert "wandb sync" in ending
    assert {"config", "history", "summary", "artifact", "exit"} <= only_file(tmp_path / "run").kinds.keys()
    assert tracker.close(succeeded=True) is None


def test_a_run_that_goes_on_keeps_its_id_and_its_place(tmp_path: Path) -> None:
    # given
    first = WandbTracker(tmp_path)
    first.open()
    name = first.run_id
    first.log_metrics({"val/loss": 1.0}, 7)
    first.close(succeeded=False)
    # when
    second = WandbTracker(tmp_path)
    second.open(name)
    second.log_metrics({"val/loss": 0.5}, 8)
    # What is known only in the end belongs to an earlier step.
    second.log_metrics({"val/figure": 0.1}, 2)
    second.close(succeeded=True)
    wandb.teardown()
    # then
    files = [RunFile(folder) for folder in sorted((tmp_path / "wandb").glob("offline-run-*"))]
    assert [file.run.run_id for file in files] == [name, name]
    assert [[row["_step"] for row in file.history] for file in files] == [[7], [8, 9]]
    assert files[1].values("trainer/global_step") == [8, 2]
    assert [record.exit.exit_code for file in files for record in file.records if record.HasField("exit")] == [1, 0]


def test_two_runs_of_one_process_are_two_runs(tmp_path: Path) -> None:
    # given
    trackers = [WandbTracker(tmp_path / name) for name in ("a", "b")]
    # when
    for tracker in trackers:
        tracker.open()
    for tracker in trackers:
        tracker.close(succeeded=True)
    # then
    assert only_file(tmp_path / "a").run.run_id != only_file(tmp_path / "b").run.run_id


def test_logging_before_anything_is_opened_opens_it(tmp_path: Path) -> None:
    # given
    tracker = WandbTracker(tmp_path)
    # when
    tracker.log_metrics({"val/loss": 1.0})
    # then
    assert tracker.run_id is not None
    tracker.close(succeeded=True)
    assert only_file(tmp_path).values("val/loss") == [1.0]


def test_copies_wait_with_the_run_and_a_folder_of_the_users_choice_stays_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setenv("WANDB_DATA_DIR", str(tmp_path / "own"))
    tracker = WandbTracker(tmp_path)
    # when
    tracker.open()
    tell_everything(tracker, tmp_path)
    tracker.close(succeeded=True)
    # then
    assert os.environ["WANDB_DATA_DIR"] == str(tmp_path / "own")
    assert not (tmp_path / "own").exists()
    assert list((tmp_path / "wandb/waiting").rglob("tmp*"))


def test_nothing_goes_into_the_home_or_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    for name in ("home", "work"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "work")
    tracker = WandbTracker(tmp_path / "run")
    # when
    tracker.open()
    tell_everything(tracker, tmp_path)
    tracker.close(succeeded=True)
    wandb.teardown()
    # then
    assert not [path for name in ("home", "work") for path in (tmp_path / name).rglob("*") if path.is_file()]
    assert not os.environ.get("WANDB_CACHE_DIR")


@pytest.mark.parametrize("mode", ["offline", "dryrun"])
def test_with_a_key_and_the_wish_to_stay_offline_nobody_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    # given
    server = FakeServer("accepts")
    monkeypatch.setenv("WANDB_BASE_URL", server.url)
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    monkeypatch.setenv("WANDB_MODE", mode)
    tracker = WandbTracker(tmp_path)
    # when
    tracker.open()
    tell_everything(tracker, tmp_path)
    tracker.close(succeeded=True)
    server.shutdown()
    # then
    assert only_file(tmp_path).folder.name.startswith("offline-run-")
    assert server.heard == []


def test_a_disabled_run_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("WANDB_MODE", "disabled")
    tracker = WandbTracker(tmp_path / "run")
    # when
    tracker.open()
    tell_everything(tracker, tmp_path)
    # then
    assert tracker.close(succeeded=True) is None
    assert not (tmp_path / "run").exists() or not list((tmp_path / "run").rglob("*.wandb"))


@pytest.mark.parametrize("wandb_server", ["accepts"], indirect=True)
def test_with_a_key_a_run_is_sent(tmp_path: Path, wandb_server: FakeServer) -> None:
    # given
    tracker = WandbTracker(tmp_path)
    # when
    tracker.open()
    tell_everything(tracker, tmp_path)
    ending = tracker.close(succeeded=True)
    # then
    assert ending == f"Weights & Biases: {wandb_server.url}/me/textops/runs/{only_file(tmp_path).run.run_id}"
    sent = b"".join(body for _, body in wandb_server.heard)
    assert b"val/loss" in sent
    assert b"createArtifact" in sent
    assert any(path.endswith(".png") for path, _ in wandb_server.heard)
    assert not any("otel" in path for path, _ in wandb_server.heard)


@pytest.mark.parametrize("wandb_server", ["refuses"], indirect=True)
@pytest.mark.usefixtures("wandb_server")
def test_a_wrong_key_is_told_in_one_line_at_once(tmp_path: Path) -> None:
    # given
    tracker = WandbTracker(tmp_path)
    started = time.monotonic()
    # when
    with pytest.raises(ConfigurationError, match=r"refuses the key.*WANDB_MODE=offline") as raised:
        tracker.open()
    # then
    assert "\n" not in str(raised.value)
    assert KEY not in str(raised.value)
    assert time.monotonic() - started < 40
    assert not list(tmp_path.rglob("*run-*"))


@pytest.mark.parametrize("wandb_server", ["accepts nobody"], indirect=True)
@pytest.mark.usefixtures("wandb_server")
def test_a_key_of_nobody_is_a_wrong_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="refuses the key"):
        WandbTracker(tmp_path).open()


@pytest.fixture
def broken_address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server that is out of order, with a key for it."""
    server = FakeServer("breaks")
    monkeypatch.setenv("WANDB_BASE_URL", server.url)
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    yield server.url
    server.shutdown()


@pytest.mark.parametrize("address", ["silent_address", "closed_address", "broken_address"])
def test_a_server_that_cannot_be_used_costs_bounded_time_and_nothing_else(
    tmp_path: Path, address: str, request: pytest.FixtureRequest, lines: list[str]
) -> None:
    # given
    request.getfixturevalue(address)
    tracker = WandbTracker(tmp_path, start_seconds=2)
    started = time.monotonic()
    # when
    tracker.open()
    seconds = time.monotonic() - started
    tell_everything(tracker, tmp_path)
    ending = tracker.close(succeeded=True)
    # then
    assert seconds < 40
    assert [line.startswith("WARNING Weights & Biases cannot be used now") for line in lines] == [True]
    assert only_file(tmp_path).values("val/loss") == [1.0]
    assert ending is not None
    assert "wandb sync" in ending


@pytest.mark.parametrize("wandb_server", ["accepts"], indirect=True)
def test_a_server_that_goes_away_in_the_middle_costs_bounded_time_and_nothing_else(
    tmp_path: Path, wandb_server: FakeServer
) -> None:
    # given
    tracker = WandbTracker(tmp_path, finish_seconds=2)
    tracker.open()
    wandb_server.manner = "breaks"
    started = time.monotonic()
    # when
    tracker.log_metrics({"val/loss": 1.0}, 1)
    ending = tracker.close(succeeded=True)
    # then
    assert time.monotonic() - started < 40
    assert only_file(tmp_path).values("val/loss") == [1.0]
    assert ending is not None
    assert "wandb sync --include-online" in ending


@pytest.mark.parametrize("wandb_server", ["accepts"], indirect=True)
def test_answers_without_sense_are_told_once_and_stop_nothing(
    tmp_path: Path, wandb_server: FakeServer, lines: list[str]
) -> None:
    # given
    tracker = WandbTracker(tmp_path, finish_seconds=2)
    tracker.open()
    wandb_server.manner = "talks nonsense"
    # when
    for _ in range(2):
        tracker.record_artifact(Artifact("data", "dataset", {}))
    tracker.close(succeeded=True)
    # then
    assert [line.startswith("WARNING Weights & Biases does not take everything") for line in lines] == [True]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("WANDB_API_KEY", "short", "40\\+ characters.*wandb login"),
        ("WANDB_MODE", "ofline", "WANDB_MODE='ofline'"),
        ("WANDB_MODE", "online", "needs a key: set WANDB_API_KEY"),
    ],
)
def test_a_variable_that_cannot_work_is_named_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    # given
    monkeypatch.setenv(name, value)
    # when, then
    with pytest.raises(ConfigurationError, match=message) as raised:
        WandbTracker(tmp_path).open()
    assert "\n" not in str(raised.value)


def test_a_key_is_found_in_the_netrc_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    server = FakeServer("accepts")
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {server.url.removeprefix('http://')}\n  login user\n  password {KEY}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("WANDB_BASE_URL", server.url)
    tracker = WandbTracker(tmp_path)
    # when
    tracker.open()
    tracker.close(succeeded=True)
    server.shutdown()
    # then
    assert server.heard
    assert only_file(tmp_path).folder.name.startswith("run-")
