"""From the configuration to the objects it names."""

from pathlib import Path
from typing import Any

from hydra.errors import InstantiationException
from hydra.utils import instantiate
from omegaconf import DictConfig
from pytorch_lightning import Callback, Trainer
from pytorch_lightning.callbacks import ModelCheckpoint

from textops.data.datamodule import TextDataModule
from textops.errors import ConfigurationError, TextopsError
from textops.models.classifier import TextClassifier
from textops.models.encoder import Encoder
from textops.text.tokenizer import Tokenizer


def make_datamodule(configuration: DictConfig, dataset: Path) -> TextDataModule:
    """Make the data module of a prepared data set."""
    return TextDataModule(
        dataset,
        _instantiate(configuration.model.tokenizer, "model.tokenizer"),
        batch_size=configuration.batch_size,
        seed=configuration.seed,
    )


def make_encoder(configuration: DictConfig, tokenizer: Tokenizer, classes: int) -> Encoder:
    """Make the untrained encoder for a tokenizer and a number of classes."""
    make = _instantiate(configuration.model.encoder, "model.encoder")
    try:
        encoder = make(tokenizer, classes)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"model.encoder cannot be made: {error}") from error
    if not isinstance(encoder, Encoder):
        raise ConfigurationError(f"model.encoder makes a {type(encoder).__name__}, which is no textops Encoder")
    return encoder


def make_classifier(configuration: DictConfig, encoder: Encoder) -> TextClassifier:
    """Make the LightningModule around an encoder."""
    return TextClassifier(
        encoder,
        _instantiate(configuration.optimizer, "optimizer"),
        _instantiate(configuration.scheduler, "scheduler"),
        label_smoothing=configuration.model.label_smoothing,
    )


def make_trainer(configuration: DictConfig) -> Trainer:
    """Make the trainer with its loggers and callbacks.

    Raises:
        ConfigurationError: If a part cannot be made, or no callback keeps a checkpoint.
    """
    callbacks: list[Callback] = [
        _instantiate(part, f"callbacks.{name}") for name, part in configuration.get("callbacks", {}).items()
    ]
    if not any(isinstance(callback, ModelCheckpoint) for callback in callbacks):
        raise ConfigurationError("no callback keeps a checkpoint: take callbacks=default")
    loggers = [_instantiate(part, f"logger.{name}") for name, part in configuration.get("logger", {}).items()]
    trainer = _instantiate(configuration.trainer, "trainer", callbacks=callbacks, logger=loggers)
    if not isinstance(trainer, Trainer):
        raise ConfigurationError(f"trainer makes a {type(trainer).__name__}, which is no Lightning Trainer")
    return trainer


def _instantiate(part: DictConfig, key: str, **arguments: object) -> Any:  # noqa: ANN401 (whatever the configuration names)
    try:
        return instantiate(part, **arguments)
    except InstantiationException as error:
        cause = error.__cause__
        if isinstance(cause, TextopsError):
            raise cause from error
        raise ConfigurationError(f"{key} cannot be made: {cause or error}".splitlines()[0]) from error
