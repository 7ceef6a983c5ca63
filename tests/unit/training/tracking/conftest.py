"""A training that every tracker has seen."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import wandb

from textops.optimization.bundling import build_bundle
from textops.optimization.judged_bundle import Judged
from textops.training.configuration import compose_configuration
from textops.training.run import Run
from textops.training.train import train

SMALL = (
    "data=synthetic",
    "data.synthetic.rows=300",
    "data.synthetic.words=5",
    "trainer.max_epochs=3",
    "model.tokenizer.word_bits=12",
    "model.tokenizer.character_bits=12",
)


@pytest.fixture(autouse=True)
def without_accounts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nobody's key, server or home; settings that W&B keeps for the process are forgotten before and after."""
    _without_accounts(monkeypatch, tmp_path)
    wandb.teardown()
    yield
    # Its service may have ended before: some answers of a server are too much for it.
    with suppress(ConnectionError):
        wandb.teardown()


def _without_accounts(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("WANDB_", "MLFLOW_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NETRC", str(folder / "no-netrc"))
    monkeypatch.setenv("WANDB_CONFIG_DIR", str(folder / "no-settings"))
    # What our code sets for the process would otherwise outlive the test.
    monkeypatch.setenv("WANDB_ERROR_REPORTING", "false")
    monkeypatch.setenv("WANDB_SILENT", "true")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("MLFLOW_LOGGING_LEVEL", "WARNING")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "2")


@pytest.fixture(scope="session")
def judged_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Judged]:
    """A small training with every logger, and its bundle; nobody may change it."""
    folder = tmp_path_factory.mktemp("tracked")
    places = [f"paths.{name}={folder}/{name}" for name in ("processed", "tokens", "latest", "outputs")]
    with pytest.MonkeyPatch.context() as monkeypatch:
        _without_accounts(monkeypatch, folder)
        monkeypatch.chdir(folder)
        run = train(compose_configuration([*SMALL, "logger=all", *places], folder / "run"))
        judged = build_bundle(run)
        # The end of a run does not wait until its file is written.
        wandb.teardown()
    assert not (folder / "wandb").exists()
    assert not (folder / "mlruns").exists()
    return run, judged


@pytest.fixture(scope="session")
def tracked_run(judged_run: tuple[Run, Judged]) -> Run:
    """The run of that training."""
    return judged_run[0]
