"""Train a model: the entry point of `textops train`."""

import os
import sys
from pathlib import Path
from typing import NoReturn

import hydra
from loguru import logger
from omegaconf import DictConfig

from textops.errors import TextopsError
from textops.files import shown
from textops.installation import configuration_folder
from textops.logs import set_up_logging
from textops.registry.names import check_name
from textops.training.arguments import checked_arguments
from textops.training.commit import current_commit
from textops.training.configuration import CONFIGURATION_NAME
from textops.training.fitting import fit
from textops.training.processes import is_first_process
from textops.training.repetition import repeated
from textops.training.run import SCHEMA_VERSION, Run, RunRecord, check_latest, finish_run, point_latest
from textops.training.run_log import run_log
from textops.training.settings import settings_of
from textops.training.source import source_of


def train(configuration: DictConfig, *, resume: bool = False) -> Run:
    """Prepare the data if they are not there, train, and keep the best checkpoint.

    Args:
        configuration: A complete configuration.
        resume: Go on with a training that was broken off in the folder of this run.

    Returns:
        The finished run; `paths.latest` points to it.

    Raises:
        TextopsError: If the configuration or the data cannot work, or the training was asked to stop.
    """
    settings, source = settings_of(configuration), source_of(configuration)
    name = check_name(settings.name or source.name)
    run, latest = Path(str(configuration.paths.run)), Path(str(configuration.paths.latest))
    check_latest(latest)
    with run_log(run) as log:
        fitted = fit(configuration, resume=resume, log=log)
        record = RunRecord(
            schema_version=SCHEMA_VERSION,
            name=name,
            dataset=str(fitted.folder),
            fingerprint=fitted.dataset.fingerprint,
            classes=tuple(fitted.dataset.classes),
            checkpoint=os.path.relpath(fitted.checkpoint.resolve(), run.resolve()),
            epochs=fitted.epochs,
            training_seconds=round(fitted.seconds, 3),
            validation_loss=fitted.validation_loss,
            git_commit=current_commit(),
            architecture=fitted.architecture,
        )
        finished = finish_run(run, record, fitted.tokenizer)
        point_latest(latest, run)
        if fitted.resume_point is not None:
            fitted.resume_point.unlink(missing_ok=True)
        logger.success(
            "Trained in {:.1f} s, validation loss {:.4f}: {}", fitted.seconds, fitted.validation_loss, shown(run)
        )
        return finished


def train_in_place(configuration: DictConfig, *, resume: bool = False) -> float:
    """Train as the process that this one is: of several machines, one writes.

    Args:
        configuration: A complete configuration.
        resume: As in `train`.

    Returns:
        The validation loss.

    Raises:
        TextopsError: As `train`.
    """
    if is_first_process():
        return train(configuration, resume=resume).record.validation_loss
    return fit(configuration, resume=resume).validation_loss


@hydra.main(version_base="1.3", config_path=str(configuration_folder()), config_name=CONFIGURATION_NAME)
def train_with_hydra(configuration: DictConfig) -> float:
    """Train with a configuration that Hydra composed from the command line.

    Returns:
        The validation loss, which a hyperparameter search minimises.
    """
    try:
        return train_in_place(repeated(configuration))
    except TextopsError as error:
        if "search" in configuration:
            # The end of a trial is not the end of its search.
            raise
        # Hydra would turn the error into a traceback and exit code 1.
        _end(error)


def main() -> None:
    """Train with the overrides of the command line, once or, with `--multirun`, with each of their values.

    What cannot work ends the process with one line and the exit code of the error.
    """
    # Otherwise Hydra answers an error that ends a search with a traceback of its own.
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")
    try:
        sys.argv[1:] = checked_arguments(sys.argv[1:])
        train_with_hydra()
    except TextopsError as error:
        _end(error)


def _end(error: TextopsError) -> NoReturn:
    logger.error("{}", error)
    sys.exit(error.exit_code)


if __name__ == "__main__":
    try:
        set_up_logging()
    except TextopsError as error:
        _end(error)
    main()
