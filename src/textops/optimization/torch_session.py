"""A network in PyTorch that answers like a session of ONNX Runtime."""

from collections.abc import Sequence
from typing import Any

import torch
from numpy.typing import NDArray
from torch import nn

from textops.text.tokenizer import Feed


class TorchSession:
    """Answers with the logits of a network."""

    def __init__(self, network: nn.Module) -> None:
        """Hold a network that is ready to predict; it takes the arrays of the feed in their order."""
        self._network = network

    def run(self, names: Sequence[str], feed: Feed) -> list[NDArray[Any]]:  # noqa: ARG002 (the signature of ONNX Runtime)
        """Return the logits, shape [documents, classes], as the only output."""
        with torch.inference_mode():
            return [self._network(*(torch.from_numpy(array) for array in feed.values())).numpy()]


def compiled(network: nn.Module) -> nn.Module:
    """Return a network that compiles itself with its first answer, once for documents of any number and length."""
    return torch.compile(network, dynamic=True)  # type: ignore[return-value] # a module gives a module
