"""Commands as they are typed, and small real trainings, for the rooms that need them."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from omegaconf import DictConfig

from textops import cli
from textops.training.configuration import compose_configuration

SMALL = (
    "data=synthetic",
    "data.synthetic.rows=300",
    "data.synthetic.words=20",
    "trainer.max_epochs=2",
)
SMALL_TABLES = ("model.tokenizer.word_bits=12", "model.tokenizer.character_bits=12")


@dataclass(frozen=True)
class Outcome:
    """How a call ended."""

    code: int
    output: str
    log: str

    @property
    def errors(self) -> list[str]:
        return [line for line in self.log.splitlines() if " ERROR " in line]


class Terminal:
    """Types commands."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Outcome:
        self._monkeypatch.setattr(sys, "argv", ["textops", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as ending:
            code = ending.code if isinstance(ending.code, int) else 0
        captured = self._capsys.readouterr()
        return Outcome(code, captured.out, captured.err)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Terminal:
    """Type commands into a folder that is the test's own, as somebody without an account or a setting."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NETRC", str(tmp_path / "none"))
    for variable in ("TEXTOPS_REGISTRY", "TEXTOPS_MODEL", "TEXTOPS_MIRROR", "WANDB_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("TEXTOPS_LOG_JSON", "false")
    return Terminal(monkeypatch, capsys)


@pytest.fixture
def compose_small(tmp_path: Path) -> Callable[..., DictConfig]:
    """Compose a configuration that trains within a second, all of it below tmp_path."""

    def compose(*overrides: str, run: str = "run") -> DictConfig:
        hashed = not any(override.startswith("model=") and override != "model=ngram" for override in overrides)
        tables = SMALL_TABLES if hashed else ()
        folders = [
            f"paths.processed={tmp_path}/processed",
            f"paths.tokens={tmp_path}/tokens",
            f"paths.latest={tmp_path}/latest",
        ]
        return compose_configuration([*SMALL, *tables, *overrides, *folders], tmp_path / run)

    return compose
