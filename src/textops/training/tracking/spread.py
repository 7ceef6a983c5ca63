"""How weights, gradients and confidence are spread."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from textops.inference.probabilities import softmax
from textops.models.classifier import Validated
from textops.training.tracking.records import Histogram

# A table of embeddings has millions of weights; so many of them, evenly spaced, show the same picture.
_MOST_VALUES = 50_000


def weight_histograms(module: nn.Module) -> dict[str, Histogram]:
    """Return a histogram for each parameter by name."""
    return _present({f"weights/{name}": _sampled(value.detach()) for name, value in module.named_parameters()})


def gradient_histograms(module: nn.Module) -> dict[str, Histogram]:
    """Return a histogram for each parameter that has a gradient; of sparse ones, of the rows that were touched."""
    gradients = {
        f"gradients/{name}": _sampled(_dense(value.grad))
        for name, value in module.named_parameters()
        if value.grad is not None
    }
    return _present(gradients)


def confidence_histogram(validated: Validated) -> Histogram:
    """Return how the top probabilities are spread between 0 and 1."""
    histogram = Histogram.of(softmax(validated.scores).max(axis=1), (0.0, 1.0))
    if histogram is None:
        raise ValueError("no score is finite")
    return histogram


def _dense(gradient: Tensor) -> Tensor:
    # The same row may stand in it several times; summing them up would cost more than the picture is worth.
    return gradient._values() if gradient.is_sparse else gradient  # noqa: SLF001 (what torch has for uncoalesced ones)


def _sampled(tensor: Tensor) -> NDArray[np.float32]:
    flat = tensor.reshape(-1)
    step = max(1, -(-len(flat) // _MOST_VALUES))
    return flat[::step].to(torch.float32).cpu().numpy()


def _present(values: dict[str, NDArray[np.float32]]) -> dict[str, Histogram]:
    histograms = {name: Histogram.of(array) for name, array in values.items()}
    return {name: histogram for name, histogram in histograms.items() if histogram is not None}
