"""How long the epochs of a training take, and how much of that is waiting for data."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback
from pytorch_lightning.utilities import rank_zero_only

from textops.files import write_text


@dataclass(frozen=True)
class EpochTime:
    """The time of one epoch without its validation.

    Attributes:
        seconds: From the first batch asked for to the end of the last step.
        waiting: Of it, between the end of a step and the beginning of the next; all that prepares a batch is in it.
    """

    seconds: float
    waiting: float


class EpochTimes(Callback):
    """Writes the times of all epochs when the training ends."""

    def __init__(self, path: str) -> None:
        """Say where to.

        Args:
            path: A JSON file.
        """
        self._path = Path(path)
        self._times: list[EpochTime] = []
        self._begun = self._free = self._waiting = 0.0

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Start the clock."""
        self._begun = self._free = time.perf_counter()
        self._waiting = 0.0

    def on_train_batch_start(self, *_: Any) -> None:  # noqa: ANN401 (nothing of it is used)
        """Count what has passed since the last step as waiting."""
        self._waiting += time.perf_counter() - self._free

    def on_train_batch_end(self, *_: Any) -> None:  # noqa: ANN401
        """Wait from now on."""
        self._free = time.perf_counter()

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Keep the time of the epoch."""
        self._times.append(EpochTime(self._free - self._begun, self._waiting))

    @rank_zero_only
    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Write the times."""
        write_text(self._path, json.dumps([asdict(each) for each in self._times]) + "\n")


def read_epoch_times(path: Path) -> list[EpochTime]:
    """Read what `EpochTimes` wrote."""
    return [EpochTime(**each) for each in json.loads(path.read_bytes())]
