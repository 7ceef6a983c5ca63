"""The training itself, as every process of it runs it."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from loguru import logger
from omegaconf import DictConfig
from pytorch_lightning.callbacks import ModelCheckpoint

from textops.data.datamodule import TextDataModule
from textops.data.dataset import file_of
from textops.data.manifest import DatasetManifest
from textops.errors import ConfigurationError
from textops.evaluation.decision_rule import check_decision
from textops.files import shown
from textops.models.classifier import NotFiniteError, TextClassifier
from textops.text.tokenizer import Tokenizer
from textops.training.assembly import classifier_of, make_datamodule, make_profiler, make_trainer
from textops.training.debugging import not_finite_gradient
from textops.training.encoder import make_encoder
from textops.training.prepared_data import prepared_data
from textops.training.processes import Companions, companions, is_first_process
from textops.training.profiling.profiler import NullProfiler, TrainingProfiler
from textops.training.repetition import warn_of_other_data
from textops.training.resume_point import ResumePoint, check_resume_point
from textops.training.run import begin_run, make_folders
from textops.training.run_log import RunLog
from textops.training.settings import RunSettings, settings_of
from textops.training.tracking.tracking import tracked
from textops.training.training_check import check_training

NOT_FINITE_FILE = "not-finite-batch.pt"


@dataclass(frozen=True)
class Fitted:
    """What a training came to.

    Attributes:
        folder: Where the data set lies.
        dataset: What it was trained on.
        tokenizer: What made its tokens.
        architecture: What the encoder is, where its settings do not tell all.
        checkpoint: The best checkpoint.
        resume_point: Where a training that is broken off goes on; of no more use.
        validation_loss: Calibrated loss of that checkpoint.
        epochs: Epochs that were trained.
        seconds: Time of the training loop, validation included.
    """

    folder: Path
    dataset: DatasetManifest
    tokenizer: Tokenizer
    architecture: dict[str, Any] | None
    checkpoint: Path
    resume_point: Path | None
    validation_loss: float
    epochs: int
    seconds: float


def fit(configuration: DictConfig, *, resume: bool = False, log: RunLog | None = None) -> Fitted:
    """Train, together with the companions that the trainer's devices ask for.

    Args:
        configuration: A complete configuration.
        resume: Go on from the resume point of the run, if there is one.
        log: Opened once the run has a folder.

    Raises:
        TextopsError: If the configuration or the data cannot work, or the training was asked to stop.
    """
    check_training(configuration)
    with companions(configuration) as group:
        return _fit(configuration, group, log, resume=resume)


@dataclass(frozen=True)
class _Training:
    """The parts of a training, ready to begin."""

    run: Path
    dataset: DatasetManifest
    datamodule: TextDataModule
    classifier: TextClassifier
    trainer: pl.Trainer
    profiler: TrainingProfiler

    @property
    def resume_point(self) -> Path | None:
        """Where the training saves what it needs to go on; None where it does not."""
        points = [part for part in self.trainer.callbacks if isinstance(part, ResumePoint)]  # type: ignore[attr-defined]
        return points[0].path if points else None


def _fit(configuration: DictConfig, group: Companions, log: RunLog | None, *, resume: bool) -> Fitted:
    training = _assemble(configuration, group)
    checkpoint = training.resume_point
    if not resume or checkpoint is None or not checkpoint.exists():
        checkpoint = None
    else:
        check_resume_point(checkpoint, training.classifier.state_dict())
    if is_first_process() or group.count > 1:
        begin_run(training.run, configuration)
        if log is not None:
            log.open()
        make_folders(Path(str(configuration.paths.latest)).parent)
        logger.info("Training {} on {} into {}", configuration.model.name, training.dataset.name, shown(training.run))
        group.start(training.run, resume=resume)
    with tracked(training.trainer, configuration, training.datamodule.dataset):
        started = time.perf_counter()
        _run(training, checkpoint)
        seconds = time.perf_counter() - started
    return _fitted(training, seconds)


def _assemble(configuration: DictConfig, group: Companions) -> _Training:
    settings = settings_of(configuration)
    profiler = make_profiler(configuration) if is_first_process() else NullProfiler()
    with profiler.phase("data"):
        data = prepared_data(configuration)
        dataset = data.manifest
        check_decision(settings.decision, dataset.classes, several=dataset.source.separator is not None)
        if is_first_process():
            warn_of_other_data(configuration, dataset)
        _use_threads(settings, group.count)
        pl.seed_everything(settings.seed, workers=True, verbose=False)
        # Deterministic training would fill all memory before anything is written there: some per cent of a step.
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
        datamodule = make_datamodule(configuration, data.folder)
        datamodule.setup()
        profiler.read(datamodule.train_dataloader())
    encoder = make_encoder(configuration, datamodule.tokenizer, len(dataset.classes))
    encoder.fit(datamodule.training_documents)
    return _Training(
        Path(str(configuration.paths.run)),
        dataset,
        datamodule,
        classifier_of(configuration, encoder, datamodule.dataset),
        make_trainer(configuration, profiler),
        profiler,
    )


def _run(training: _Training, checkpoint: Path | None) -> None:
    try:
        with training.profiler.phase("training"):
            training.trainer.fit(
                training.classifier, datamodule=training.datamodule, ckpt_path=checkpoint, weights_only=True
            )
    except OSError as error:
        raise ConfigurationError(f"training cannot write its files: {error}; set paths.* or callbacks.*") from error
    except NotFiniteError as error:
        raise _with_batch_saved(error, training) from error
    except RuntimeError as error:
        found = not_finite_gradient(error)
        if found is None:
            raise
        raise found from error


def _fitted(training: _Training, seconds: float) -> Fitted:
    best = next(part for part in training.trainer.checkpoint_callbacks if isinstance(part, ModelCheckpoint))
    if not best.best_model_path or best.best_model_score is None:
        raise ConfigurationError(
            "training ended before its first validation, so no checkpoint was kept: let trainer.* run a whole epoch"
        )
    return Fitted(
        training.datamodule.dataset.folder,
        training.dataset,
        training.datamodule.tokenizer,
        training.classifier.encoder.architecture,
        Path(best.best_model_path),
        training.resume_point,
        float(best.best_model_score),
        training.trainer.current_epoch,
        seconds,
    )


def _use_threads(settings: RunSettings, processes: int) -> None:
    if settings.threads is not None:
        torch.set_num_threads(settings.threads)
    elif processes > 1:
        torch.set_num_threads(max(1, torch.get_num_threads() // processes))


def _with_batch_saved(error: NotFiniteError, training: _Training) -> ConfigurationError:
    """Save the batch for inspection: a few documents may be all that is wrong."""
    batch, path = error.batch, training.run / NOT_FINITE_FILE
    torch.save(
        {
            "ids": batch.ids,
            "weights": batch.weights,
            "offsets": batch.offsets,
            "labels": batch.labels,
            "rows": batch.rows,
            "model": training.classifier.encoder.state_dict(),
        },
        path,
    )
    dataset = training.datamodule.dataset
    texts = dataset.folder / (file_of("train") if dataset.index is None else "train")
    return ConfigurationError(f"{error}; the batch (rows of {texts}) is in {shown(path)}")
