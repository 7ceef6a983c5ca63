"""The LightningModule."""

from functools import partial

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from torch.utils.data import DataLoader

from textops.data.batch import RaggedBatch
from textops.errors import ConfigurationError
from textops.models.classifier import TextClassifier
from textops.models.ngram import NgramEncoder
from textops.models.schedules import constant, linear_decay
from textops.text.ngrams import NgramTokenizer

TOKENIZER = NgramTokenizer(word_bits=8, character_bits=8)
TEXTS = ["a goal in the match", "new chip and code", "the team won", "software update"] * 4
LABELS = np.array([0, 1, 0, 1] * 4, np.int64)


def classifier(rate: float = 1.0, step_sizes: tuple[float, ...] = (0.001, 10.0)) -> TextClassifier:
    encoder = NgramEncoder(TOKENIZER, 2, step_sizes)
    encoder.fit(TOKENIZER.ragged(TEXTS))
    return TextClassifier(encoder, partial(torch.optim.SGD, lr=rate), linear_decay)


def fit(module: TextClassifier, epochs: int = 3) -> pl.Trainer:
    assert isinstance(module.encoder, NgramEncoder)
    batch = RaggedBatch.from_numpy(module.encoder.weigh(TOKENIZER.ragged(TEXTS)), LABELS)
    loader: DataLoader[RaggedBatch] = DataLoader([batch], batch_size=None)  # type: ignore[arg-type]
    trainer = pl.Trainer(
        max_epochs=epochs, accelerator="cpu", logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, num_sanity_val_steps=0,
    )  # fmt: skip
    trainer.fit(module, loader, loader)
    return trainer


def test_it_learns_and_keeps_the_head_that_validates_best() -> None:
    # given
    module = classifier()
    # when
    trainer = fit(module)
    # then
    assert float(trainer.callback_metrics["val/accuracy"]) == 1.0
    assert int(module.encoder.head) == 1  # type: ignore[arg-type]
    assert float(trainer.callback_metrics["val/head"]) == 1.0


def test_heads_do_not_disturb_each_other() -> None:
    # given
    alone, together = classifier(step_sizes=(10.0,)), classifier(step_sizes=(0.5, 10.0))
    # when
    fit(alone)
    fit(together)
    # then
    assert isinstance(alone.encoder, NgramEncoder)
    assert isinstance(together.encoder, NgramEncoder)
    torch.testing.assert_close(together.encoder.table[:, 2:], alone.encoder.table, atol=1e-5, rtol=1e-4)


def test_steps_that_are_too_large_end_with_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match=r"not finite.*lower optimizer\.lr"):
        fit(classifier(rate=1e38, step_sizes=(1e38,)))


def test_an_optimizer_that_refuses_its_settings_is_named() -> None:
    with pytest.raises(ConfigurationError, match="optimizer"):
        fit(classifier(rate=-1.0))


@pytest.mark.parametrize("label_smoothing", [-0.1, 1.0])
def test_impossible_label_smoothing_is_refused(label_smoothing: float) -> None:
    encoder = NgramEncoder(TOKENIZER, 2)
    with pytest.raises(ConfigurationError, match="label_smoothing"):
        TextClassifier(encoder, torch.optim.SGD, constant, label_smoothing=label_smoothing)
