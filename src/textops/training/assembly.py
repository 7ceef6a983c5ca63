"""From the configuration to the objects it names."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from pytorch_lightning import Callback, Trainer
from pytorch_lightning.callbacks import ModelCheckpoint

from textops.data.datamodule import TextDataModule
from textops.data.dataset import Dataset
from textops.data.manifest import read_manifest
from textops.data.stream_datamodule import StreamDataModule
from textops.errors import ConfigurationError
from textops.models.class_weights import class_weights, positive_weights
from textops.models.classifier import OptimizerFactory, ScheduleFactory, TextClassifier
from textops.models.distillation import DistilledClassifier, Lesson
from textops.models.encoder import Encoder
from textops.models.multilabel import MultilabelClassifier
from textops.training.bucket_bits import with_bucket_bits
from textops.training.instantiation import instantiated
from textops.training.profiling.profiler import NullProfiler, TrainingProfiler
from textops.training.settings import settings_of

# What `TextClassifier` logs: a callback that waits for anything else would wait for ever.
_LOGGED = ("train/loss", "val/loss", "val/accuracy", "val/head")


def make_datamodule(configuration: DictConfig, dataset: Path) -> TextDataModule:
    """Make the data module of a prepared data set."""
    settings = settings_of(configuration)
    settings_of_tokenizer = with_bucket_bits(configuration.model.tokenizer, len(read_manifest(dataset).classes))
    make_tokenizer = instantiated(settings_of_tokenizer, "model.tokenizer")
    recipe = OmegaConf.to_yaml(settings_of_tokenizer, resolve=True, sort_keys=True)
    streamed = settings.streaming.shards is not None
    make = functools.partial(StreamDataModule, streaming=settings.streaming) if streamed else TextDataModule
    return make(
        dataset,
        make_tokenizer,
        cache=Path(str(configuration.paths.tokens)),
        # A tokenizer that is taken from elsewhere may be another one tomorrow, with the same settings.
        recipe=recipe + getattr(make_tokenizer, "fingerprint", ""),
        batch_size=settings.batch_size,
        seed=settings.seed,
        loader=settings.loader,
    )


def classifier_of(configuration: DictConfig, encoder: Encoder, dataset: Dataset) -> TextClassifier:
    """Make the LightningModule around an encoder that learns from a data set.

    Args:
        configuration: Says how it learns.
        encoder: What learns.
        dataset: What it learns from.
    """
    manifest = dataset.manifest
    examples = [manifest.counts["train"][name] for name in manifest.classes]
    if manifest.source.separator is None:
        return make_classifier(configuration, encoder, examples)
    settings = settings_of(configuration)
    return MultilabelClassifier(
        encoder,
        *_optimization(configuration),
        answers=dataset.answers,
        label_smoothing=configuration.model.label_smoothing or 0.0,
        positive_weights=positive_weights(examples, manifest.examples("train"), settings.class_weights),
    )


def make_classifier(configuration: DictConfig, encoder: Encoder, examples: Sequence[int]) -> TextClassifier:
    """Make the LightningModule around an encoder that gives one class.

    Args:
        configuration: Says how it learns.
        encoder: What learns.
        examples: Training examples of each class.
    """
    return TextClassifier(
        encoder,
        *_optimization(configuration),
        label_smoothing=configuration.model.label_smoothing or 0.0,
        class_weights=class_weights(examples, settings_of(configuration).class_weights),
    )


def make_student(
    configuration: DictConfig, encoder: Encoder, lesson: Lesson, examples: Sequence[int]
) -> DistilledClassifier:
    """Make the LightningModule around an encoder that learns from a teacher; see `make_classifier`."""
    weights = class_weights(examples, settings_of(configuration).class_weights)
    return DistilledClassifier(encoder, *_optimization(configuration), lesson=lesson, class_weights=weights)


def _optimization(configuration: DictConfig) -> tuple[OptimizerFactory, ScheduleFactory]:
    return instantiated(configuration.optimizer, "optimizer"), instantiated(configuration.scheduler, "scheduler")


def make_profiler(configuration: DictConfig) -> TrainingProfiler:
    """Make what watches where the time of a training goes."""
    part = configuration.get("profiler")
    profiler = NullProfiler() if part is None else instantiated(part, "profiler")
    if not isinstance(profiler, TrainingProfiler):
        raise ConfigurationError(f"profiler makes a {type(profiler).__name__}, which is no textops TrainingProfiler")
    return profiler


def make_trainer(configuration: DictConfig, profiler: TrainingProfiler | None = None) -> Trainer:
    """Make the trainer with its loggers and callbacks; `callbacks.NAME=null` leaves one out.

    Raises:
        ConfigurationError: If a part cannot be made, no callback keeps a checkpoint, or one waits for a figure that
            nobody logs.
    """
    callbacks: list[Callback] = _instantiate_all(configuration, "callbacks")
    if not any(isinstance(callback, ModelCheckpoint) for callback in callbacks):
        raise ConfigurationError("no callback keeps a checkpoint: take callbacks=default")
    for callback in callbacks:
        monitor = getattr(callback, "monitor", None)
        if monitor is not None and monitor not in _LOGGED:
            raise ConfigurationError(f"a callback monitors {monitor!r}, which is not logged: take {', '.join(_LOGGED)}")
    loggers = make_loggers(configuration)
    watched: dict[str, object] = {}
    if profiler is not None and profiler.actions is not None:
        watched["profiler"] = profiler.actions
    callbacks += [] if profiler is None else profiler.callbacks
    trainer = instantiated(configuration.trainer, "trainer", callbacks=callbacks, logger=loggers, **watched)
    if not isinstance(trainer, Trainer):
        raise ConfigurationError(f"trainer makes a {type(trainer).__name__}, which is no Lightning Trainer")
    return trainer


def make_loggers(configuration: DictConfig) -> list[Any]:
    """Make the loggers; `logger.NAME=null` leaves one out.

    Raises:
        ConfigurationError: If one cannot be made, or needs a package that is not installed.
    """
    return _instantiate_all(configuration, "logger")


def _instantiate_all(configuration: DictConfig, group: str) -> list[Any]:
    parts = configuration.get(group, {}).items()
    return [instantiated(part, f"{group}.{name}") for name, part in parts if part is not None]
