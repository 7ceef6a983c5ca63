from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.registry import PRODUCTION, Registry

if TYPE_CHECKING:
    from tests.conftest import Terminal


@pytest.fixture(autouse=True)
def _log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTOPS_DATABASE_URL", "sqlite:///log.sqlite")


def test_a_registry_that_is_a_file_is_refused_in_one_line(
    terminal: "Terminal", monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("file").write_text("")
    monkeypatch.setenv("TEXTOPS_REGISTRY", "file")
    outcome = terminal("up")
    assert outcome.code == 2
    assert len(outcome.errors) == 1
    assert "file" in outcome.errors[0]


def test_a_model_that_nobody_could_have_is_refused_in_one_line(terminal: "Terminal") -> None:
    outcome = terminal("up", "--model", "a@b@c")
    assert outcome.code == 2
    assert len(outcome.errors) == 1


def test_of_several_models_in_production_one_has_to_be_chosen(
    terminal: "Terminal", make_bundle: Callable[..., Path], tmp_path: Path
) -> None:
    # given
    registry = Registry("models/registry")
    for name in ("first", "second"):
        version = registry.register(make_bundle(tmp_path / name, name=name))
        registry.point(version, PRODUCTION, after=None)
    # when
    outcome = terminal("up")
    # then
    assert outcome.code == 2
    assert "choose one of first, second with --model" in outcome.errors[0]


def test_without_a_prediction_log_the_drift_service_has_nothing_to_watch(
    terminal: "Terminal", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTOPS_DATABASE_URL", "none")
    outcome = terminal("up")
    assert outcome.code == 2
    assert "TEXTOPS_DATABASE_URL=none switches the prediction log off" in outcome.errors[0]


def test_what_is_not_installed_is_named_with_the_way_around_it(
    terminal: "Terminal", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "streamlit" else name)
    outcome = terminal("up")
    assert outcome.code == 2
    assert "pip install 'textops[ui]', or leave it out (--without page)" in outcome.errors[0]


@pytest.mark.parametrize("port", ["nonsense", "65536", "-1"])
def test_a_port_that_cannot_be_is_refused(terminal: "Terminal", port: str) -> None:
    outcome = terminal("up", "--page-port", port)
    assert outcome.code == 2
    assert "--page-port" in outcome.log
