"""`textops models` as people type it."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from textops import cli
from textops.registry import Registry

MakeBundle = Callable[..., Path]
Type = Callable[..., tuple[int, str, str]]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Type:
    """Type a command; returns exit code, output and log."""
    monkeypatch.chdir(tmp_path)
    for variable in ("TEXTOPS_REGISTRY", "WANDB_API_KEY", "TEXTOPS_MIRROR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "none"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TEXTOPS_LOG_JSON", "false")

    def typed(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["textops", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as ending:
            code = ending.code if isinstance(ending.code, int) else 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return typed


@pytest.fixture
def registry(tmp_path: Path, make_bundle: MakeBundle) -> Registry:
    """Three versions of `tiny`, and one of a model that is called like a verb."""
    registry = Registry(tmp_path / "models/registry")
    for number in (1, 2, 3):
        registry.register(make_bundle(tmp_path / f"bundle{number}", temperature=float(number)))
    registry.register(tmp_path / "bundle1", "diff")
    return registry


@pytest.mark.parametrize("arguments", [(), ("tiny",), ("list",), ("list", "tiny")], ids=" ".join)
def test_models_lists_with_and_without_the_verb(terminal: Type, registry: Registry, arguments: tuple[str, ...]) -> None:
    code, output, _ = terminal("models", *arguments)

    assert code == 0
    assert all(str(version) in output for version in registry.versions("tiny"))
    assert ("diff/1" in output) == ("tiny" not in arguments)


def test_a_model_that_is_called_like_a_verb_is_listed_by_the_verb(terminal: Type, registry: Registry) -> None:
    assert registry.names() == ["diff", "tiny"]

    code, output, _ = terminal("models", "list", "diff")

    assert code == 0
    assert "diff/1" in output
    assert "tiny" not in output


def test_two_versions_are_compared(terminal: Type, registry: Registry) -> None:
    assert registry

    code, output, _ = terminal("models", "diff", "tiny/1", "tiny@latest")

    assert code == 0
    (row,) = [line.split() for line in output.splitlines() if "temperature" in line]
    assert row == ["temperature", "1.0", "3.0", "+2"]


def test_garbage_is_shown_and_then_removed(terminal: Type, registry: Registry) -> None:
    _, _, shown = terminal("models", "gc", "tiny", "--keep", "1", "--dry-run")
    before = len(registry.versions("tiny"))
    code, _, removed = terminal("models", "gc", "--keep", "1")

    assert "tiny/1 would be removed" in shown
    assert before == 3
    assert code == 0
    assert "tiny/2 removed" in removed
    assert "nothing of diff can go" in removed
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
    terminal: Type, registry: Registry, arguments: tuple[str, ...], message: str
) -> None:
    assert registry

    code, _, log = terminal("models", *arguments)

    assert code == 2
    assert message in log
    assert log.count("\n") == 1


def test_a_wrong_setting_is_found_before_anything_is_written(
    terminal: Type, tmp_path: Path, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTOPS_MIRROR", "maybe")

    code, _, log = terminal("register", str(tiny_bundle))

    assert code == 2
    assert "TEXTOPS_MIRROR is not possible" in log
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("verb", ["list", "diff", "gc", "mirror"])
def test_the_help_of_each_verb_has_an_example(terminal: Type, verb: str) -> None:
    code, output, _ = terminal("models", verb, "--help")

    assert code == 0
    assert f"Example: textops models {verb}" in output
