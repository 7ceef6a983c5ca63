"""`textops models` as people type it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.registry import Registry

if TYPE_CHECKING:
    from tests.conftest import Terminal

MakeBundle = Callable[..., Path]


@pytest.fixture
def registry(tmp_path: Path, make_bundle: MakeBundle) -> Registry:
    """Three versions of `tiny`, and one of a model that is called like a verb."""
    registry = Registry(tmp_path / "models/registry")
    for number in (1, 2, 3):
        registry.register(make_bundle(tmp_path / f"bundle{number}", temperature=float(number)))
    registry.register(tmp_path / "bundle1", "diff")
    return registry


@pytest.mark.parametrize("arguments", [(), ("tiny",), ("list",), ("list", "tiny")], ids=" ".join)
def test_models_lists_with_and_without_the_verb(
    terminal: "Terminal", registry: Registry, arguments: tuple[str, ...]
) -> None:
    outcome = terminal("models", *arguments)

    assert outcome.code == 0
    assert all(str(version) in outcome.output for version in registry.versions("tiny"))
    assert ("diff/1" in outcome.output) == ("tiny" not in arguments)


def test_a_model_that_is_called_like_a_verb_is_listed_by_the_verb(terminal: "Terminal", registry: Registry) -> None:
    assert registry.names() == ["diff", "tiny"]

    outcome = terminal("models", "list", "diff")

    assert outcome.code == 0
    assert "diff/1" in outcome.output
    assert "tiny" not in outcome.output


def test_two_versions_are_compared(terminal: "Terminal", registry: Registry) -> None:
    assert registry

    outcome = terminal("models", "diff", "tiny/1", "tiny@latest")

    assert outcome.code == 0
    (row,) = [line.split() for line in outcome.output.splitlines() if "temperature" in line]
    assert row == ["temperature", "1.0", "3.0", "+2"]


def test_garbage_is_shown_and_then_removed(terminal: "Terminal", registry: Registry) -> None:
    shown = terminal("models", "gc", "tiny", "--keep", "1", "--dry-run")
    before = len(registry.versions("tiny"))
    removed = terminal("models", "gc", "--keep", "1")

    assert "tiny/1 would be removed" in shown.log
    assert before == 3
    assert removed.code == 0
    assert "tiny/2 removed" in removed.log
    assert "nothing of diff can go" in removed.log
    assert [version.number for version in registry.versions("tiny")] == [3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gc", "nobody"), "holds no model nobody: there is diff, tiny"),
        (("gc", "../outside"), "cannot be a model's name"),
        (("list", "../outside"), "cannot be a model's name"),
        (("diff", "tiny/1", "tiny/9"), "no version tiny/9"),
        (("diff", "tiny/1", "tiny@odd alias!"), "cannot be an alias"),
        (("diff", "tiny/1", "../../etc/1"), "leads to no version"),
        (("mirror",), "there is no key: set WANDB_API_KEY"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_cannot_work_is_one_line_with_code_2(
    terminal: "Terminal", registry: Registry, arguments: tuple[str, ...], message: str
) -> None:
    assert registry

    outcome = terminal("models", *arguments)

    assert outcome.code == 2
    assert message in outcome.log
    assert outcome.log.count("\n") == 1


def test_a_wrong_setting_is_found_before_anything_is_written(
    terminal: "Terminal", tmp_path: Path, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTOPS_MIRROR", "maybe")

    outcome = terminal("register", str(tiny_bundle))

    assert outcome.code == 2
    assert "TEXTOPS_MIRROR is not possible" in outcome.log
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("verb", ["list", "diff", "gc", "mirror"])
def test_the_help_of_each_verb_has_an_example(terminal: "Terminal", verb: str) -> None:
    outcome = terminal("models", verb, "--help")

    assert outcome.code == 0
    assert f"Example: textops models {verb}" in outcome.output
