"""From the configuration to the encoder, without Lightning: a trained one answers in processes that train nothing."""

from typing import Any

from omegaconf import DictConfig

from textops.errors import ConfigurationError
from textops.models.encoder import Encoder
from textops.text.tokenizer import Tokenizer
from textops.training.instantiation import impossible, instantiated


def make_encoder(
    configuration: DictConfig, tokenizer: Tokenizer, classes: int, architecture: dict[str, Any] | None = None
) -> Encoder:
    """Make the untrained encoder for a tokenizer and a number of classes.

    Args:
        configuration: Says which.
        tokenizer: What it will read with.
        classes: Number of classes.
        architecture: What the encoder of a run said of itself, where its settings do not tell all.
    """
    make = instantiated(configuration.model.encoder, "model.encoder")
    try:
        encoder = make(tokenizer, classes, **({} if architecture is None else {"architecture": architecture}))
    except (RuntimeError, TypeError, ValueError) as error:
        raise impossible("model.encoder", error) from error
    if not isinstance(encoder, Encoder):
        raise ConfigurationError(f"model.encoder makes a {type(encoder).__name__}, which is no textops Encoder")
    return encoder
