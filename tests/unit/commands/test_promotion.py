"""`textops promote` as it is typed: checks and figures, settings, exit codes, the event for GitHub."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.registry import Registry

if TYPE_CHECKING:
    from tests.conftest import Terminal

pytestmark = pytest.mark.slow

TOKEN = "github_pat_of_a_test"  # noqa: S105 (opens nothing)
CHECKS = ["hashes", "parity", "answers", "baseline", "calibration", "latency", "memory", "behaviour"]


def gate(outcome: str, log: str) -> list[str]:
    """Return the names of the checks that ended so, in the order they were told."""
    told = [line.partition(f"gate {outcome} ")[2] for line in log.splitlines()]
    return [line.partition(":")[0] for line in told if line]


@pytest.fixture
def terminal(promoting_terminal: "Terminal") -> "Terminal":
    return promoting_terminal


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
    assert promoted.log.rstrip().endswith("next: textops serve --model tiny@canary")


def test_beside_another_model_in_production_the_next_step_names_the_model(terminal: "Terminal", tmp_path: Path) -> None:
    # given
    registry = Registry(tmp_path / "registry")
    registry.register(registry.find("tiny/1").path, "other")
    # when
    ambiguous = terminal("promote")
    alone = terminal("promote", "tiny")
    beside = terminal("promote", "other")
    # then
    assert ambiguous.code == 2
    assert "name one of other, tiny, as the argument" in ambiguous.log
    assert alone.log.rstrip().endswith("next: textops serve")
    assert beside.log.rstrip().endswith("next: textops serve --model other")
