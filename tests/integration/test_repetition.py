"""`textops train --from-run`, as it is typed."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch

from textops.errors import ConfigurationError
from textops.optimization.bundling import build_bundle
from textops.registry.store import Registry
from textops.training.configuration import compose_configuration
from textops.training.run import Run
from textops.training.train import train

if TYPE_CHECKING:
    from tests.conftest import Terminal

pytestmark = pytest.mark.slow
SMALL = (
    "data=synthetic",
    "data.synthetic.rows=200",
    "data.synthetic.words=10",
    "model.tokenizer.word_bits=10",
    "model.tokenizer.character_bits=10",
    "trainer.max_epochs=1",
    "threads=1",
)


def weights(run: Run) -> dict[str, torch.Tensor]:
    return run.encoder().state_dict()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        train(compose_configuration([*SMALL, "seed=0", "optimizer.lr=0.5"]))
    return Run.load(folder / "models/latest")


@pytest.mark.usefixtures("without_coverage")
def test_each_value_of_a_multirun_repeats_the_run_and_the_same_seed_gives_the_same_weights(first: Run) -> None:
    # given
    folder = first.folder.parents[2]
    command = [sys.executable, "-m", "textops.cli", "train", "--from-run", "models/latest", "-m", "seed=0,1"]
    # when: in a process of its own
    outcome = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=180)
    # then
    assert outcome.returncode == 0, outcome.stderr
    same, other = (Run.load(path.parent) for path in sorted(folder.glob("multirun/*/*/*/run.json")))
    assert (same.configuration.optimizer.lr, other.configuration.seed) == (0.5, 1)
    expected = weights(first)
    assert all(torch.equal(value, expected[name]) for name, value in weights(same).items())
    assert not all(torch.equal(value, expected[name]) for name, value in weights(other).items())
    assert not list(folder.glob("multirun/*/*/*/.hydra"))


def test_a_model_of_the_registry_is_trained_again_in_another_folder(
    first: Run, tmp_path: Path, terminal: "Terminal"
) -> None:
    # given
    folder = first.folder.parents[2]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Registry(tmp_path / "models/registry").register(build_bundle(first).bundle)
    # when
    outcome = terminal("train", "--from-run", "synthetic@latest")
    # then
    assert outcome.code == 0, outcome.log
    again = Run.load(tmp_path / "models/latest")
    assert again.folder.is_relative_to(tmp_path.resolve() / "outputs")
    expected = weights(first)
    assert all(torch.equal(value, expected[name]) for name, value in weights(again).items())
    assert "fingerprint" not in outcome.log


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from-run", "nowhere"), "there is no folder nowhere, and no such model either"),
        (("--from-run", "."), "neither a run nor a bundle"),
        (("--from-run", "models/latest", "sead=1"), "there is no key sead; did you mean 'seed'?"),
        (("--from-run", "models/latest", "--resume", "models/latest"), "--from-run"),
    ],
    ids=str,
)
def test_what_cannot_be_repeated_ends_with_one_line_and_code_2(
    first: Run, terminal: "Terminal", monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    # given
    monkeypatch.chdir(first.folder.parents[2])
    # when
    outcome = terminal("train", *arguments)
    # then
    (line,) = outcome.log.splitlines()
    assert outcome.code == ConfigurationError.exit_code
    assert message in line
