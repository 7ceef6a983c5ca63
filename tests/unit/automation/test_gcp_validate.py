"""The task that checks what Google will read; how it is checked is tested beside `deploy/gcp/validation.py`."""

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.automation.conftest import RunTask

MODULE = "deploy.gcp.validation"


def test_each_problem_is_a_line(run_task: "RunTask", monkeypatch: pytest.MonkeyPatch) -> None:
    found = SimpleNamespace(validate_all=lambda: ["services/api.yaml: unknown field", "cloudbuild.yaml: no steps"])
    monkeypatch.setitem(sys.modules, MODULE, found)

    ended = run_task("gcp.validate")

    assert ended.code == 1
    assert ended.told.splitlines() == ["services/api.yaml: unknown field", "cloudbuild.yaml: no steps"]


def test_what_is_valid_is_told(run_task: "RunTask", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, MODULE, SimpleNamespace(validate_all=list))

    ended = run_task("gcp.validate")

    assert (ended.code, ended.shown) == (0, "# every file of deploy/gcp is valid\n")


def test_without_the_vendors_messages_it_is_told_how_to_get_them(
    run_task: "RunTask", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, MODULE, None)

    ended = run_task("gcp.validate")

    assert ended.code == 2
    assert ended.told == "deploy.gcp.validation is not installed: pip install -e '.[cloud,dev]'\n"
