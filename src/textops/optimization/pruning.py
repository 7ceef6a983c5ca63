"""Taking weights away in steps, with training in between: global magnitude pruning.

Han et al. 2015, Learning both Weights and Connections for Efficient Neural Networks; the steps grow smaller as in Zhu
and Gupta 2017, To Prune, or Not to Prune. Magnitudes of different matrices are made comparable as in Lee et al. 2021,
Layer-Adaptive Sparsity for the Magnitude-Based Pruning: the weights of a word vector are a hundred times those of a
filter, and by plain size every filter would go before the first word.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pytorch_lightning as pl
import torch
from loguru import logger
from numpy.typing import NDArray
from omegaconf import DictConfig
from pytorch_lightning import Callback, Trainer
from torch import Tensor, nn

from textops.models.encoder import Encoder
from textops.models.ngram import NgramEncoder
from textops.optimization.further_training import TrainingData, train_further
from textops.optimization.settings import PruningSettings
from textops.text.ngrams import NgramTokenizer
from textops.text.tokenizer import Tokenizer
from textops.training.settings import settings_of


@dataclass(frozen=True)
class Pruned:
    """An encoder with fewer weights.

    Attributes:
        encoder: The encoder.
        sparsity: Measured share of its weights that are zero.
    """

    encoder: Encoder
    sparsity: float


def prune(
    encoder: Encoder, tokenizer: Tokenizer, configuration: DictConfig, data: TrainingData, settings: PruningSettings
) -> Pruned:
    """Take away the weights that matter least, in steps, and train what is left after each of them.

    Args:
        encoder: A trained encoder; left as it is where it is an n-gram model, else changed.
        tokenizer: What it reads with.
        configuration: Of its run.
        data: What it was trained on.
        settings: How much and in how many steps.
    """
    configuration = configuration.copy()
    configuration.optimizer.lr = configuration.optimizer.lr * settings.learning_rate_factor
    if isinstance(encoder, NgramEncoder) and isinstance(tokenizer, NgramTokenizer):
        return _prune_buckets(encoder.of_chosen_head(tokenizer), configuration, data, settings)
    return _prune_weights(encoder, configuration, data, settings)


def shares(settings: PruningSettings) -> Iterator[float]:
    """Yield the share of weights that is gone after each step: s (1 - (1 - step / steps)^3)."""
    for step in range(1, settings.steps + 1):
        yield settings.sparsity * (1 - (1 - step / settings.steps) ** 3)


def _prune_buckets(
    encoder: NgramEncoder, configuration: DictConfig, data: TrainingData, settings: PruningSettings
) -> Pruned:
    filled = (encoder.idf > 0).numpy()
    for share in shares(settings):
        kept = _largest(importance_of_buckets(encoder, several=data.several), filled, 1 - share)
        encoder.forget_buckets(~kept)
        _train(encoder, configuration, data, settings)
        logger.info("Pruned {:.0%} of {:,} buckets", share, int(filled.sum()))
    weights = encoder.table.weight
    return Pruned(encoder, float((weights == 0).all(1).double().mean()))


def importance_of_buckets(encoder: NgramEncoder, *, several: bool = False) -> NDArray[np.float64]:
    """Return how far a bucket can push the classes apart, by id: largest centred weight, times its IDF.

    What a bucket adds to all classes alike changes no answer, unless a text has any number of labels.
    """
    weights = encoder.table.weight.detach().double()
    centre = 0 if several else weights.mean(1, keepdim=True)
    spread = (weights - centre).abs().amax(1)
    return (spread * encoder.idf.double()).numpy()


def _largest(importance: NDArray[np.float64], among: NDArray[np.bool_], share: float) -> NDArray[np.bool_]:
    """Return which have the largest importance; `share` of those in `among`."""
    candidates = np.flatnonzero(among)
    number = max(1, round(share * len(candidates)))
    # Stable, so that equal ones are always divided the same way.
    chosen = candidates[np.argsort(-importance[candidates], kind="stable")[:number]]
    kept = np.zeros(len(importance), np.bool_)
    kept[chosen] = True
    return kept


def _prune_weights(
    encoder: Encoder, configuration: DictConfig, data: TrainingData, settings: PruningSettings
) -> Pruned:
    matrices = prunable(encoder)
    for share in shares(settings):
        masks = magnitude_masks(matrices, share)
        keep = KeepZeros(encoder, masks)
        keep.apply()
        _train(encoder, configuration, data, settings, keep)
        logger.info("Pruned {:.0%} of {:,} weights", share, sum(map(torch.numel, matrices.values())))
    zeros = sum(int((matrix == 0).sum()) for matrix in matrices.values())
    return Pruned(encoder, zeros / sum(matrix.numel() for matrix in matrices.values()))


def prunable(encoder: nn.Module) -> dict[str, Tensor]:
    """Return the weights that can be taken away, by name: matrices, but no biases and no norms."""
    return {name: parameter for name, parameter in encoder.named_parameters() if parameter.dim() > 1}


def magnitude_masks(matrices: Mapping[str, Tensor], share: float) -> dict[str, Tensor]:
    """Return which weights stay, by name: all but the given share with the lowest scores, over all matrices.

    The score of a weight is its square, divided by the sum of the squares in its matrix that are no smaller. The
    largest weight of each matrix scores 1, so that none is emptied.
    """
    scores = {name: _scores(matrix.detach().flatten()) for name, matrix in matrices.items()}
    everything = torch.cat(list(scores.values()))
    gone = int(share * len(everything))
    threshold = everything.kthvalue(gone).values if gone else -1.0
    return {name: (scores[name] > threshold).view_as(matrix) for name, matrix in matrices.items()}


def _scores(weights: Tensor) -> Tensor:
    """Return the score of each weight, shape [weights]."""
    squares, order = (weights.double() ** 2).sort(stable=True)
    # Sums over all that come behind, the weight itself included.
    sums = squares.flip(0).cumsum(0).flip(0)
    scores = torch.empty_like(squares)
    scores[order] = squares / sums.clamp_min(torch.finfo(torch.float64).tiny)
    return scores


class KeepZeros(Callback):
    """Keeps weights at zero that were taken away."""

    def __init__(self, encoder: nn.Module, masks: Mapping[str, Tensor]) -> None:
        """Hold the weights and which of them stay."""
        parameters = dict(encoder.named_parameters())
        self._pairs = [(parameters[name], mask) for name, mask in masks.items()]

    def apply(self) -> None:
        """Set them to zero."""
        with torch.no_grad():
            for parameter, mask in self._pairs:
                parameter.mul_(mask)

    def on_train_batch_end(self, trainer: Trainer, pl_module: pl.LightningModule, *_: object) -> None:  # noqa: ARG002 (Lightning's signature)
        """Undo what the step did to them."""
        self.apply()


def _train(
    encoder: Encoder, configuration: DictConfig, data: TrainingData, settings: PruningSettings, *callbacks: Callback
) -> None:
    train_further(
        data.classifier(configuration, encoder),
        data,
        settings_of(configuration),
        epochs=settings.epochs,
        gradient_clip=configuration.trainer.get("gradient_clip_val"),
        callbacks=callbacks,
    )
