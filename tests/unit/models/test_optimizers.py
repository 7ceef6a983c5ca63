"""Which optimizer suits which model."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from loguru import logger
from torch import nn
from torch.utils.data import DataLoader

from textops.data.batch import RaggedBatch
from textops.errors import ConfigurationError
from textops.models.classifier import OptimizerFactory, TextClassifier
from textops.models.cnn import CnnEncoder
from textops.models.encoder import Encoder
from textops.models.lstm import LstmEncoder
from textops.models.ngram import NgramEncoder
from textops.models.optimizers import SparseAdam, check_optimizer
from textops.models.pretrained import PretrainedEncoder
from textops.models.pretrained_tokenizer import take_tokenizer
from textops.models.schedules import constant
from textops.models.transformer import TransformerEncoder
from textops.text.ngrams import NgramTokenizer
from textops.text.tokenizer import Tokenizer
from textops.text.vocabulary import learn_vocabulary

TEXTS = ["a goal in the match", "new chip and code", "the team won", "software update"] * 4
LABELS = np.array([0, 1, 0, 1] * 4, np.int64)
WORDS = learn_vocabulary(TEXTS, min_count=1, max_tokens=8)
NGRAMS = NgramTokenizer(word_bits=8, character_bits=8)
DENSE = ("lstm", "cnn", "transformer", "pretrained")
OPTIMIZERS: dict[str, OptimizerFactory] = {
    "adamw": partial(torch.optim.AdamW, lr=0.02),
    "sgd": partial(torch.optim.SGD, lr=0.5),
    "sparse_adam": partial(SparseAdam, lr=0.05),
    "lbfgs": partial(torch.optim.LBFGS, lr=1.0, line_search_fn="strong_wolfe"),
}
MakeEncoder = Callable[[str], tuple[Encoder, Tokenizer]]


@pytest.fixture
def make_encoder(sources: dict[str, Path], tmp_path: Path) -> MakeEncoder:
    """Make a tiny encoder by the name of its model, with its tokenizer."""

    def make(name: str) -> tuple[Encoder, Tokenizer]:
        torch.manual_seed(0)
        if name == "ngram":
            ngram = NgramEncoder(NGRAMS, 2, (1.0,))
            ngram.fit(NGRAMS.ragged(TEXTS))
            return ngram, NGRAMS
        if name == "pretrained":
            source = str(sources["bert"])
            tokenizer = take_tokenizer(source, tmp_path, 16).tokenizer
            return PretrainedEncoder(tokenizer, 2, source=source, cache=tmp_path, dropout=0.0), tokenizer
        made: dict[str, Callable[[], Encoder]] = {
            "lstm": lambda: LstmEncoder(WORDS, 2, word_dimension=8, state_dimension=5, dropout=0.0),
            "cnn": lambda: CnnEncoder(WORDS, 2, word_dimension=8, filters=5, dropout=0.0),
            "transformer": lambda: TransformerEncoder(WORDS, 2, dimension=8, heads=2, dropout=0.0),
        }
        return made[name](), WORDS

    return make


def fit(
    encoder: Encoder,
    tokenizer: Tokenizer,
    make_optimizer: OptimizerFactory,
    **settings: Any,  # noqa: ANN401 (whatever a trainer takes)
) -> list[float]:
    """Train on all texts at once and return the loss before and after."""
    # One step of LBFGS is up to twenty looks at the batch.
    epochs = 3 if make_optimizer is OPTIMIZERS["lbfgs"] else 15
    module = TextClassifier(encoder, make_optimizer, constant)
    batch = RaggedBatch.from_numpy(tokenizer.ragged(TEXTS), LABELS)
    loader: DataLoader[RaggedBatch] = DataLoader([batch], batch_size=None)  # type: ignore[arg-type]
    losses = [_loss(encoder, batch)]
    trainer = pl.Trainer(
        max_epochs=epochs, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, num_sanity_val_steps=0, **settings,
    )  # fmt: skip
    trainer.fit(module, loader, loader)
    return [*losses, _loss(encoder, batch)]


def _loss(encoder: Encoder, batch: RaggedBatch) -> float:
    with torch.no_grad():
        return float(nn.functional.cross_entropy(encoder.eval().scores(batch)[:, 0], batch.labels))


@pytest.mark.parametrize(
    ("model", "optimizer"),
    [
        *((model, optimizer) for model in DENSE for optimizer in ("adamw", "sgd", "lbfgs")),
        ("ngram", "sgd"),
        ("ngram", "sparse_adam"),
    ],
)
def test_what_suits_learns(make_encoder: MakeEncoder, model: str, optimizer: str) -> None:
    # when
    before, after = fit(*make_encoder(model), OPTIMIZERS[optimizer])
    # then
    assert after < 0.95 * before


@pytest.mark.parametrize(
    ("model", "optimizer", "message"),
    [
        ("ngram", "adamw", "AdamW cannot use the sparse gradients.*optimizer=sgd or optimizer=sparse_adam"),
        ("ngram", "lbfgs", "LBFGS cannot use the sparse gradients.*optimizer=sgd or optimizer=sparse_adam"),
        *((model, "sparse_adam", "SparseAdam needs sparse gradients.*take optimizer=adamw") for model in DENSE),
    ],
)
def test_what_does_not_suit_is_refused_and_names_what_does(
    make_encoder: MakeEncoder, model: str, optimizer: str, message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        fit(*make_encoder(model), OPTIMIZERS[optimizer])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"accumulate_grad_batches": 2}, r"set trainer\.accumulate_grad_batches=1"),
        ({"gradient_clip_val": 1.0}, r"set trainer\.gradient_clip_val=null"),
    ],
)
def test_lbfgs_is_refused_where_one_step_is_not_one_batch(
    make_encoder: MakeEncoder, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        fit(*make_encoder("cnn"), OPTIMIZERS["lbfgs"], **settings)


@pytest.mark.parametrize("optimizer", ["adamw", "lbfgs"])
def test_half_precision_learns_as_well(make_encoder: MakeEncoder, optimizer: str) -> None:
    # when
    before, after = fit(*make_encoder("cnn"), OPTIMIZERS[optimizer], precision="bf16-mixed")
    # then
    assert after < before


def test_sparse_gradients_are_not_clipped_with_sparse_adam_either(make_encoder: MakeEncoder) -> None:
    with pytest.raises(ConfigurationError, match=r"gradient_clip_val=null"):
        fit(*make_encoder("ngram"), OPTIMIZERS["sparse_adam"], gradient_clip_val=1.0)


def test_heads_that_would_learn_the_same_are_told() -> None:
    # given
    encoder = NgramEncoder(NGRAMS, 2, (1.0, 30.0))
    encoder.fit(NGRAMS.ragged(TEXTS))
    said: list[str] = []
    sink = logger.add(said.append, level="WARNING", format="{message}")
    # when
    fit(encoder, NGRAMS, OPTIMIZERS["sparse_adam"])
    logger.remove(sink)
    # then
    assert ["model.encoder.step_sizes=[1.0] trains one" in line for line in said] == [True]
    columns = encoder.table.weight.detach()
    torch.testing.assert_close(columns[:, :2], columns[:, 2:], atol=1e-3, rtol=0)


def _rows_of(table: nn.Embedding, bias: nn.Parameter, numbers: Iterable[int]) -> torch.Tensor:
    summed: torch.Tensor = table(torch.tensor(list(numbers))).sum(0) + bias
    return summed.square().sum()


def test_a_dense_parameter_moves_as_with_adam_and_rows_that_are_not_there_stay() -> None:
    # given
    torch.manual_seed(0)
    table, bias = nn.Embedding(5, 3, sparse=True), nn.Parameter(torch.randn(3))
    alone = nn.Parameter(bias.detach().clone())
    before = table.weight.detach().clone()
    optimizer, reference = SparseAdam([*table.parameters(), bias], lr=0.1), torch.optim.Adam([alone], lr=0.1)
    for _ in range(4):
        # when

        def closure() -> torch.Tensor:
            optimizer.zero_grad()
            loss = _rows_of(table, bias, [1, 3])
            loss.backward()  # type: ignore[no-untyped-call]
            alone.grad = bias.grad.clone() if bias.grad is not None else None
            return loss

        loss = optimizer.step(closure)
        reference.step()
        # then
        assert loss > 0
        torch.testing.assert_close(bias, alone)
    moved = (table.weight != before).any(1)
    assert moved.tolist() == [False, True, False, True, False]


def test_lbfgs_runs_in_one_process_only(make_encoder: MakeEncoder) -> None:
    # given
    encoder, _ = make_encoder("cnn")
    trainer = pl.Trainer(devices=2, accelerator="cpu", strategy="ddp", logger=False, enable_checkpointing=False)
    # when, then
    with pytest.raises(ConfigurationError, match="LBFGS runs in one process"):
        check_optimizer(torch.optim.LBFGS(encoder.parameters()), encoder, trainer)
