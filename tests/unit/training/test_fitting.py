"""Trainings that cannot come to their end."""

import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig
from torch import Tensor

from textops.data.batch import RaggedBatch
from textops.data.dataset import Dataset
from textops.errors import ConfigurationError
from textops.models.classifier import TextClassifier
from textops.training.fitting import fit

Composer = Callable[..., DictConfig]
pytestmark = pytest.mark.slow
BREAKING_STEP = 3


@pytest.fixture
def _break_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the scores of one step be no numbers."""
    score = TextClassifier.forward

    def broken(self: TextClassifier, batch: RaggedBatch) -> Tensor:
        scores = score(self, batch)
        return scores * float("nan") if self.training and self.global_step == BREAKING_STEP else scores

    monkeypatch.setattr(TextClassifier, "forward", broken)


@pytest.mark.usefixtures("_break_a_step")
def test_a_loss_that_is_no_number_leaves_its_batch_for_inspection(compose_small: Composer) -> None:
    # given
    configuration = compose_small("batch_size=16")
    run = Path(configuration.paths.run)
    # when
    with pytest.raises(ConfigurationError, match=r"no finite number in epoch 1, step 3: .*optimizer\.lr.*not-finite"):
        fit(configuration)
    # then
    saved = torch.load(run / "not-finite-batch.pt", weights_only=True)
    dataset = Dataset.load(Path(configuration.paths.processed) / "synthetic")
    labels = dataset.examples("train").labels
    assert len(saved["rows"]) == 16
    assert labels[saved["rows"].numpy()].tolist() == saved["labels"].tolist()
    assert len(saved["ids"]) == len(saved["weights"]) == saved["offsets"][-1]
    assert "table.weight" in saved["model"]
    assert not (run / "run.json").exists()


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let writing more than `size` bytes into one file fail, as it does where the disk is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("every_seconds", [0.0, 60.0])
def test_a_full_disk_ends_the_training_with_one_line_and_nothing_half_written(
    compose_small: Composer, every_seconds: float
) -> None:
    # given: there is room for the data, and for all of the run but checkpoints
    fit(compose_small(run="before"))
    configuration = compose_small(f"callbacks.resume_point.every_seconds={every_seconds}")
    # when
    with largest_file(100_000), pytest.raises(ConfigurationError, match="cannot write its files") as raised:
        fit(configuration)
    # then
    assert len(str(raised.value).splitlines()) == 1
    assert not list(Path(configuration.paths.run).rglob("*.ckpt"))
    assert not (Path(configuration.paths.run) / "run.json").exists()
