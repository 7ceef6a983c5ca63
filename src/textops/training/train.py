"""Train a model: the entry point of `textops train`."""

import sys
import time
from pathlib import Path

import hydra
import pytorch_lightning as pl
import torch
from loguru import logger
from omegaconf import DictConfig
from pytorch_lightning.callbacks import ModelCheckpoint

from textops.data.prepare import prepare
from textops.errors import TextopsError
from textops.files import shown
from textops.training.assembly import make_classifier, make_datamodule, make_encoder, make_trainer
from textops.training.commit import current_commit
from textops.training.configuration import CONFIGURATION_NAME, configuration_folder
from textops.training.run import Run, RunRecord, finish_run, point_latest
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
    source = source_of(configuration)
    folder = dataset_folder(configuration)
    dataset = prepare(source, folder)
    if configuration.threads is not None:
        torch.set_num_threads(configuration.threads)
    pl.seed_everything(configuration.seed, workers=True, verbose=False)
    datamodule = make_datamodule(configuration, folder)
    datamodule.setup()
    encoder = make_encoder(configuration, datamodule.tokenizer, len(dataset.classes))
    encoder.fit(datamodule.training_documents)
    datamodule.weigh(encoder.weigh)
    classifier = make_classifier(configuration, encoder)
    trainer = make_trainer(configuration)
    run = Path(configuration.paths.run)
    logger.info("Training {} on {} into {}", configuration.model.name, source.name, shown(run))
    started = time.perf_counter()
    trainer.fit(classifier, datamodule=datamodule)
    seconds = time.perf_counter() - started
    checkpoint = next(part for part in trainer.checkpoint_callbacks if isinstance(part, ModelCheckpoint))
    record = RunRecord(
        name=configuration.name or source.name,
        dataset=str(folder),
        fingerprint=dataset.fingerprint,
        classes=tuple(dataset.classes),
        checkpoint=str(Path(checkpoint.best_model_path).resolve().relative_to(run.resolve())),
        epochs=trainer.current_epoch,
        training_seconds=round(seconds, 3),
        validation_loss=float(checkpoint.best_model_score or "nan"),
        git_commit=current_commit(),
    )
    finished = finish_run(run, record, configuration, datamodule.tokenizer)
    point_latest(Path(configuration.paths.latest), run)
    logger.success("Trained in {:.1f} s, validation loss {:.4f}: {}", seconds, record.validation_loss, shown(run))
    return finished


@hydra.main(version_base="1.3", config_path=str(configuration_folder()), config_name=CONFIGURATION_NAME)
def main(configuration: DictConfig) -> float:
    """Train once with a configuration that Hydra composed from the command line.

    Returns:
        The validation loss, which a hyperparameter search minimises.
    """
    try:
        return train(configuration).record.validation_loss
    except TextopsError as error:
        # Hydra would turn the error into a traceback and exit code 1.
        logger.error("{}", error)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
