"""`textops promote` as it is typed: checks and figures, settings, exit codes, the event for GitHub."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.bundle import REFERENCE_FILE, DataReference, read_manifest, seal
from textops.data.configuration import read_configuration
from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.evaluation.behaviour_file import BEHAVIOUR_FILE
from textops.inference import Predictor
from textops.optimization.reference import Answered, write_reference
from textops.registry import Registry

if TYPE_CHECKING:
    from tests.conftest import Terminal

pytestmark = pytest.mark.slow

MakeBundle = Callable[..., Path]

TOKEN = "github_pat_of_a_test"  # noqa: S105 (opens nothing)
ROWS = 240
SUITE = """
tests:
  - name: words of sport
    kind: minimum_function
    cases: {sport: [a goal, a match]}
"""
CHECKS = ["hashes", "parity", "answers", "baseline", "calibration", "latency", "memory", "behaviour"]


def gate(outcome: str, log: str) -> list[str]:
    """Return the names of the checks that ended so, in the order they were told."""
    told = [line.partition(f"gate {outcome} ")[2] for line in log.splitlines()]
    return [line.partition(":")[0] for line in told if line]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, make_bundle: MakeBundle) -> Path:
    """A prepared data set and a bundle that was measured with it, without any training."""
    folder = tmp_path_factory.mktemp("workspace")
    rows = [
        (f"{'goal match' if row % 2 else 'chip code'} number {row * 7919 % 1000} {row}", row) for row in range(ROWS)
    ]
    lines = [f"{text},{'sport' if row % 2 else 'tech'}" for text, row in rows]
    (folder / "tiny.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    source = {"name": "tiny", "paths": str(folder / "tiny.csv"), "text_columns": ["text"], "label_column": "label"}
    manifest = prepare(read_configuration(source), folder / "data/processed/tiny")
    bundle = make_bundle(folder / "bundle", points=6.0)
    test = Dataset.load(folder / "data/processed/tiny").examples("test")
    predictor = Predictor.load(bundle)
    write_reference(
        bundle / REFERENCE_FILE, Answered(test, predictor.probabilities(test.texts)), predictor.manifest.classes
    )
    (bundle / BEHAVIOUR_FILE).write_text(SUITE)
    data = DataReference(name="tiny", fingerprint=manifest.fingerprint, train_examples=8, test_examples=len(test))
    seal(bundle, read_manifest(bundle).model_copy(update={"data": data}))
    return folder


@pytest.fixture
def terminal(terminal: "Terminal", workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Terminal":
    """Type commands in the workspace; the registry, which is the test's own, holds the bundle."""
    monkeypatch.chdir(workspace)
    monkeypatch.setenv("TEXTOPS_REGISTRY", str(tmp_path / "registry"))
    monkeypatch.setenv("TEXTOPS_LOG_FILE", "")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    Registry(tmp_path / "registry").register(workspace / "bundle")
    return terminal


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, object]]]:
    """A server that stands in for GitHub; gives what it was sent."""
    bodies: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name that the base class asks for
            bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        monkeypatch.setenv("TEXTOPS_GITHUB_REPOSITORY", "owner/news")
        monkeypatch.setenv("TEXTOPS_GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("TEXTOPS_GITHUB_API", f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield bodies
        server.shutdown()
        thread.join()


def test_every_check_is_told_with_its_figure_in_order(terminal: "Terminal", github: list[dict[str, object]]) -> None:
    # when
    promoted = terminal("promote", "--to", "staging")
    # then
    assert promoted.code == 0, promoted.log
    assert gate("passed", promoted.log) == CHECKS
    assert re.search(r"(\d+) of \1 answers are those kept in the bundle", promoted.log)
    assert "1 of 1 tests passed, 2 of 2 cases" in promoted.log
    assert "tiny@staging is version 1; next: textops promote tiny/1" in promoted.log
    # and GitHub was told, without the token being told to anybody
    (body,) = github
    assert body["event_type"] == "staged_model"
    assert isinstance(body["client_payload"], dict)
    assert {"name": "tiny", "version": 1, "alias": "staging"}.items() <= body["client_payload"].items()
    assert TOKEN not in promoted.log


def test_production_and_whoever_wants_it_so_are_not_told_to_github(
    terminal: "Terminal", github: list[dict[str, object]]
) -> None:
    assert terminal("promote").code == 0
    assert terminal("promote", "--to", "staging", "--no-dispatch").code == 0
    assert github == []


def test_a_refusal_names_each_check_and_ends_with_3(
    terminal: "Terminal", monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given budgets that nothing keeps
    monkeypatch.setenv("TEXTOPS_GATE_LATENCY_MS", "0.0001")
    monkeypatch.setenv("TEXTOPS_GATE_MEMORY_MB", "1")
    # when
    refused = terminal("promote")
    forced = terminal("promote", "--force", "the old one is broken")
    # then
    assert refused.code == 3
    assert gate("refused", refused.log) == ["latency", "memory"]
    last = refused.log.splitlines()[-1]
    assert "tiny/1 is not promoted to production: latency: " in last
    assert "; memory: " in last
    # and a reason overrides it, which the event keeps with all that the gate said
    assert forced.code == 0
    (event,) = Registry(tmp_path / "registry").events("tiny")
    assert event.reason == "the old one is broken"
    assert event.gate is not None
    assert [check.name for check in event.gate.checks] == CHECKS


@pytest.mark.parametrize(("name", "value"), [("TEXTOPS_GATE_MEMORY_MB", "much"), ("TEXTOPS_GITHUB_REPOSITORY", "news")])
def test_a_setting_that_cannot_be_is_said_before_anything_moves(
    terminal: "Terminal", monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    # given
    monkeypatch.setenv(name, value)
    # when
    outcome = terminal("promote", "--to", "staging")
    # then
    assert outcome.code == 2
    assert f"{name} is not possible" in outcome.log
    assert Registry(tmp_path / "registry").events("tiny") == []


def test_another_alias_is_judged_as_strictly(terminal: "Terminal") -> None:
    promoted = terminal("promote", "--to", "canary")

    assert promoted.code == 0, promoted.log
    assert gate("passed", promoted.log) == CHECKS
