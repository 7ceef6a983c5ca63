"""What a person sees while a model trains."""

import sys
import time

import pytorch_lightning as pl
from loguru import logger
from pytorch_lightning.callbacks import Callback, TQDMProgressBar


class TerminalProgressBar(TQDMProgressBar):
    """A progress bar for a terminal; silent where the output goes into a file."""

    def __init__(self) -> None:
        super().__init__(refresh_rate=10, leave=False)
        if not sys.stderr.isatty():
            self.disable()


class EpochReport(Callback):
    """One line for each epoch."""

    def __init__(self) -> None:
        self._started = 0.0

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Start the clock also for an epoch that goes on."""
        self._started = time.perf_counter()

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Start the clock."""
        self._started = time.perf_counter()

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Say how well the epoch went."""
        if trainer.sanity_checking:
            return
        metrics = trainer.callback_metrics
        logger.info(
            "epoch {}/{}: validation loss {:.4f}, accuracy {:.4f}, {:.1f} s",
            trainer.current_epoch + 1,
            trainer.max_epochs,
            float(metrics["val/loss"]),
            float(metrics["val/accuracy"]),
            time.perf_counter() - self._started,
        )
