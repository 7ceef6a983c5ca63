"""A process that helps another one to train: `python -m textops.training.companion RUN`."""

import argparse
import sys
from pathlib import Path

from loguru import logger
from omegaconf import DictConfig, OmegaConf

from textops.errors import ConfigurationError, TextopsError
from textops.lean_loading import keep_loading_lean
from textops.logs import set_up_logging


def main() -> None:
    """Train with the configuration of a run that another process has begun, and write nothing."""
    # Lightning asks when it is imported whether somebody else takes care of its records.
    set_up_logging()
    keep_loading_lean()
    from textops.training.fitting import fit
    from textops.training.resume_point import TrainingStoppedError
    from textops.training.run import CONFIGURATION_FILE

    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--resume", action="store_true")
    arguments = parser.parse_args()
    configuration = OmegaConf.load(arguments.run / CONFIGURATION_FILE)
    if not isinstance(configuration, DictConfig):
        raise ConfigurationError(f"{arguments.run} holds no configuration")
    try:
        fit(configuration, resume=arguments.resume)
    except TrainingStoppedError as error:
        sys.exit(error.exit_code)
    except TextopsError as error:
        logger.error("{}", error)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
