"""The LightningModule."""

from functools import partial

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader

from textops.data.batch import RaggedBatch
from textops.errors import ConfigurationError
from textops.evaluation.calibration import fit_temperature
from textops.models.classifier import OptimizerFactory, TextClassifier
from textops.models.cnn import CnnEncoder
from textops.models.ngram import NgramEncoder
from textops.models.schedules import constant, linear_decay
from textops.text.ngrams import NgramTokenizer
from textops.text.vocabulary import learn_vocabulary

TOKENIZER = NgramTokenizer(word_bits=8, character_bits=8)
TEXTS = ["a goal in the match", "new chip and code", "the team won", "software update"] * 4
LABELS = np.array([0, 1, 0, 1] * 4, np.int64)


def classifier(
    rate: float = 1.0,
    step_sizes: tuple[float, ...] = (0.001, 10.0),
    make_optimizer: OptimizerFactory | None = None,
    label_smoothing: float = 0.0,
    class_weights: tuple[float, ...] | None = None,
) -> TextClassifier:
    encoder = NgramEncoder(TOKENIZER, 2, step_sizes)
    encoder.fit(TOKENIZER.ragged(TEXTS))
    make = make_optimizer or partial(torch.optim.SGD, lr=rate)
    return TextClassifier(encoder, make, linear_decay, label_smoothing=label_smoothing, class_weights=class_weights)


def loader_of(*sizes: int, labels: NDArray[np.int64] = LABELS) -> DataLoader[RaggedBatch]:
    """Serve the texts in batches of these sizes, in their order."""
    documents = TOKENIZER.ragged(TEXTS)
    rows = np.split(np.arange(len(TEXTS)), np.cumsum(sizes)[:-1])
    batches = [RaggedBatch.from_numpy(documents.take(chosen), labels[chosen], chosen) for chosen in rows]
    return DataLoader(batches, batch_size=None)  # type: ignore[arg-type]


def trainer_of(epochs: int, clip: float | None = None) -> pl.Trainer:
    return pl.Trainer(
        max_epochs=epochs, accelerator="cpu", logger=False, enable_checkpointing=False, gradient_clip_val=clip,
        enable_progress_bar=False, enable_model_summary=False, num_sanity_val_steps=0,
    )  # fmt: skip


def fit(
    module: TextClassifier,
    epochs: int = 3,
    validation: tuple[int, ...] = (16,),
    clip: float | None = None,
    validation_labels: NDArray[np.int64] = LABELS,
) -> pl.Trainer:
    trainer = trainer_of(epochs, clip)
    trainer.fit(module, loader_of(len(TEXTS)), loader_of(*validation, labels=validation_labels))
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
    torch.testing.assert_close(together.encoder.table.weight[:, 2:], alone.encoder.table.weight, atol=1e-5, rtol=1e-4)


def test_validation_does_not_depend_on_how_the_documents_are_batched() -> None:
    # when
    whole = fit(classifier()).callback_metrics
    parts = fit(classifier(), validation=(1, 12, 3)).callback_metrics
    # then
    for name in ("val/loss", "val/accuracy", "val/head"):
        assert float(parts[name]) == pytest.approx(float(whole[name]), abs=1e-6)


def test_the_validation_loss_is_that_of_calibrated_answers() -> None:
    # given
    module = classifier(step_sizes=(0.5,))
    # when
    loss = float(fit(module, epochs=1).callback_metrics["val/loss"])
    # then
    (batch,) = loader_of(len(TEXTS))
    logits = module(batch)[:, 0].detach().double()
    temperature = fit_temperature(logits.numpy(), LABELS)
    assert loss == pytest.approx(float(cross_entropy(logits / temperature, batch.labels)), abs=1e-6)
    assert loss < float(cross_entropy(logits, batch.labels))


def test_a_smoothed_target_keeps_the_model_from_being_too_sure() -> None:
    # given
    sharp, smooth = classifier(step_sizes=(10.0,)), classifier(step_sizes=(10.0,), label_smoothing=0.3)
    # when
    for module in (sharp, smooth):
        fit(module)
    # then
    sizes = [float(module(next(iter(loader_of(16)))).detach().abs().max()) for module in (sharp, smooth)]
    assert sizes[1] < sizes[0]


@pytest.mark.parametrize(
    ("make_optimizer", "message"),
    [
        (torch.optim.AdamW, "AdamW cannot use the sparse gradients.*optimizer=sgd"),
        (torch.optim.SparseAdam, "SparseAdam cannot use"),
        (partial(torch.optim.SGD, lr=1.0, weight_decay=0.1), "weight_decay=0"),
        (partial(torch.optim.Adagrad, weight_decay=0.1), "weight_decay=0"),
    ],
)
def test_an_optimizer_that_cannot_use_sparse_gradients_is_refused(
    make_optimizer: OptimizerFactory, message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        fit(classifier(make_optimizer=make_optimizer))


@pytest.mark.parametrize("make_optimizer", [partial(torch.optim.SGD, lr=1.0, momentum=0.9), torch.optim.Adagrad])
def test_other_optimizers_that_can_use_them_are_welcome(make_optimizer: OptimizerFactory) -> None:
    assert fit(classifier(make_optimizer=make_optimizer)).current_epoch == 3


def test_sparse_gradients_are_not_clipped() -> None:
    with pytest.raises(ConfigurationError, match="gradient_clip_val=null"):
        fit(classifier(), clip=1.0)


def test_a_training_without_an_end_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"max_epochs=-1 .*an end"):
        fit(classifier(), epochs=-1)


def test_steps_that_are_too_large_end_with_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match=r"not finite.*lower optimizer\.lr"):
        fit(classifier(rate=1e38, step_sizes=(1e38,)))


def test_a_head_that_runs_away_does_not_stop_the_others() -> None:
    # when
    metrics = fit(classifier(rate=10.0, step_sizes=(1.0, 3e38))).callback_metrics
    # then
    assert float(metrics["val/head"]) == 0
    assert float(metrics["val/accuracy"]) == 1.0


def test_scores_that_run_away_without_an_overflow_are_told_as_well() -> None:
    with pytest.raises(ConfigurationError, match=r"far too large.*lower optimizer\.lr"):
        fit(classifier(rate=1e30, step_sizes=(1.0,)), validation_labels=1 - LABELS)


def test_an_optimizer_that_refuses_its_settings_is_named() -> None:
    with pytest.raises(ConfigurationError, match="optimizer"):
        fit(classifier(rate=-1.0))


@pytest.mark.parametrize("label_smoothing", [-0.1, 1.0])
def test_impossible_label_smoothing_is_refused(label_smoothing: float) -> None:
    encoder = NgramEncoder(TOKENIZER, 2)
    with pytest.raises(ConfigurationError, match="label_smoothing"):
        TextClassifier(encoder, torch.optim.SGD, constant, label_smoothing=label_smoothing)


def test_an_encoder_with_dense_gradients_takes_any_optimizer_and_clipping() -> None:
    # given
    tokenizer = learn_vocabulary(TEXTS, min_count=1, max_tokens=8)
    module = TextClassifier(CnnEncoder(tokenizer, 2, filters=4, word_dimension=4), torch.optim.AdamW, constant)
    batch = RaggedBatch.from_numpy(tokenizer.ragged(TEXTS), LABELS)
    loader: DataLoader[RaggedBatch] = DataLoader([batch], batch_size=None)  # type: ignore[arg-type]
    # when
    trainer = trainer_of(epochs=2, clip=1.0)
    trainer.fit(module, loader, loader)
    # then
    assert trainer.global_step == 2


def test_class_weights_leave_the_probabilities_those_of_this_world() -> None:
    # given one text that has the rare class in one of ten cases, which balanced weights would make as frequent
    model = classifier(class_weights=(5 / 9, 5.0))
    labels = torch.tensor([1] + [0] * 9)
    scores = torch.zeros(1, 1, 2, requires_grad=True)
    optimizer = torch.optim.LBFGS([scores], max_iter=100)

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        total = model.cross_entropies(scores.expand(10, 1, 2), labels).mean()
        total.backward()  # type: ignore[no-untyped-call] # torch has no types for it
        return total

    # when its scores are learned
    optimizer.step(loss)  # type: ignore[no-untyped-call] # torch has no types for it

    # then they say one of ten
    assert torch.softmax(scores[0, 0], 0)[1].item() == pytest.approx(0.1, abs=1e-3)


def test_steps_grow_with_very_many_classes() -> None:
    few, many = (NgramEncoder(TOKENIZER, classes, (1.0, 10.0)) for classes in (50, 500))

    assert few.step_sizes == (1.0, 10.0)
    assert many.step_sizes == (10.0, 100.0)
    assert many.of_chosen_head(TOKENIZER).step_sizes == (10.0,)
