"""One trial of a search at Vertex AI.

    python -m textops.training.vertex_trial data=csv --model.learning_rate=0.3

Vertex AI gives the values of a trial as options, and reads from a file how good they were. Elsewhere
`textops train -m search=ngram` searches.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from loguru import logger

from textops.errors import ConfigurationError
from textops.files import write_text
from textops.lean_loading import keep_loading_lean

METRIC = "validation_loss"
FILE_VARIABLE, TRIAL_VARIABLE = "CLOUD_ML_HP_METRIC_FILE", "CLOUD_ML_TRIAL_ID"
LATEST = Path("models/latest")
DEFAULT_FILE = Path("/var/hypertune/output.metrics")


def overrides(arguments: Sequence[str]) -> list[str]:
    """Return overrides of Hydra: `--batch_size=64` becomes `batch_size=64`, and 64.0 is 64.

    Raises:
        ConfigurationError: If an argument gives no value.
    """
    for argument in arguments:
        if "=" not in argument:
            raise ConfigurationError(f"{argument} gives no value: write --key=value")
    return [_override(argument) if argument.startswith("--") else argument for argument in arguments]


def report(loss: float, environment: Mapping[str, str]) -> Path:
    """Write how good the trial was where Vertex AI looks for it, and return the file."""
    path = Path(environment.get(FILE_VARIABLE) or DEFAULT_FILE)
    line = {
        "timestamp": time.time(),
        "trial": environment.get(TRIAL_VARIABLE, "0"),
        METRIC: str(loss),
        "global_step": "1",
        "checkpoint_path": "",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(line) + "\n")
    return path


def main(arguments: Sequence[str]) -> int:
    """Train with the values of the trial, and tell how good it was; ends as the training does."""
    try:
        chosen = overrides(arguments)
    except ConfigurationError as error:
        logger.error("{}", error)
        return error.exit_code
    trained = subprocess.run([sys.executable, "-m", "textops", "train", *chosen], check=False)  # noqa: S603 (our own)
    if trained.returncode:
        return trained.returncode
    # Heavy, and of no use where the training fails.
    keep_loading_lean()
    from textops.training.run import Run

    loss = Run.load(LATEST).record.validation_loss
    logger.info("validation loss {:.4f}, told in {}", loss, report(loss, os.environ))
    return 0


def _override(option: str) -> str:
    key, value = option.removeprefix("--").split("=", 1)
    # Values that Vertex AI chose from a list of whole numbers come as 64.0.
    return f"{key}={value.removesuffix('.0')}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
