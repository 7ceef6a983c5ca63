"""Train a model: the entry point of `textops train`."""

import os
import sys
import time
from pathlib import Path
from typing import NoReturn

import hydra
import pytorch_lightning as pl
import torch
from loguru import logger
from omegaconf import DictConfig
from pytorch_lightning.callbacks import ModelCheckpoint

from textops.data.prepare import prepare
from textops.errors import ConfigurationError, TextopsError
from textops.files import shown
from textops.logs import set_up_logging
from textops.registry.names import check_name
from textops.training.arguments import checked_arguments
from textops.training.assembly import make_classifier, make_datamodule, make_encoder, make_trainer
from textops.training.commit import current_commit
from textops.training.configuration import CONFIGURATION_NAME, configuration_folder
from textops.training.run import Run, RunRecord, check_latest, finish_run, make_folders, point_latest
from textops.training.settings import settings_of
from textops.training.source import dataset_folder, source_of


def train(configuration: DictConfig) -> Run:
    """Prepare the data if they are not there, train, and keep the best checkpoint.

    Args:
        configuration: A complete configuration.

    Returns:
        The finished run; `paths.latest` points to it.

    Raises:
        TextopsError: If the configuration or the data cannot work.
    """
    settings = settings_of(configuration)
    source = source_of(configuration)
    name = check_name(settings.name or source.name)
    run, latest = Path(str(configuration.paths.run)), Path(str(configuration.paths.latest))
    check_latest(latest)
    folder = dataset_folder(configuration)
    dataset = prepare(source, folder)
    if settings.threads is not None:
        torch.set_num_threads(settings.threads)
    pl.seed_everything(settings.seed, workers=True, verbose=False)
    datamodule = make_datamodule(configuration, folder)
    datamodule.setup()
    encoder = make_encoder(configuration, datamodule.tokenizer, len(dataset.classes))
    encoder.fit(datamodule.training_documents)
    classifier = make_classifier(configuration, encoder)
    trainer = make_trainer(configuration)
    make_folders(run, latest.parent)
    logger.info("Training {} on {} into {}", configuration.model.name, source.name, shown(run))
    started = time.perf_counter()
    try:
        trainer.fit(classifier, datamodule=datamodule)
    except OSError as error:
        raise ConfigurationError(f"training cannot write its files: {error}; set paths.* or callbacks.*") from error
    seconds = time.perf_counter() - started
    checkpoint = next(part for part in trainer.checkpoint_callbacks if isinstance(part, ModelCheckpoint))
    if not checkpoint.best_model_path or checkpoint.best_model_score is None:
        raise ConfigurationError(
            "training ended before its first validation, so no checkpoint was kept: let trainer.* run a whole epoch"
        )
    record = RunRecord(
        name=name,
        dataset=str(folder),
        fingerprint=dataset.fingerprint,
        classes=tuple(dataset.classes),
        checkpoint=os.path.relpath(Path(checkpoint.best_model_path).resolve(), run.resolve()),
        epochs=trainer.current_epoch,
        training_seconds=round(seconds, 3),
        validation_loss=float(checkpoint.best_model_score),
        git_commit=current_commit(),
    )
    finished = finish_run(run, record, configuration, datamodule.tokenizer)
    point_latest(latest, run)
    logger.success("Trained in {:.1f} s, validation loss {:.4f}: {}", seconds, record.validation_loss, shown(run))
    return finished


@hydra.main(version_base="1.3", config_path=str(configuration_folder()), config_name=CONFIGURATION_NAME)
def train_with_hydra(configuration: DictConfig) -> float:
    """Train with a configuration that Hydra composed from the command line.

    Returns:
        The validation loss, which a hyperparameter search minimises.
    """
    try:
        return train(configuration).record.validation_loss
    except TextopsError as error:
        # Hydra would turn the error into a traceback and exit code 1.
        _end(error)


def main() -> None:
    """Train with the overrides of the command line, once or, with `--multirun`, with each of their values.

    What cannot work ends the process with one line and the exit code of the error.
    """
    try:
        sys.argv[1:] = checked_arguments(sys.argv[1:])
    except TextopsError as error:
        _end(error)
    train_with_hydra()


def _end(error: TextopsError) -> NoReturn:
    logger.error("{}", error)
    sys.exit(error.exit_code)


if __name__ == "__main__":
    set_up_logging()
    main()
