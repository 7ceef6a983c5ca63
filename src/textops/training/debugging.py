"""Short trainings that show whether anything is wrong: `textops train debug=limited`, `debug=overfit`."""

import math

import pytorch_lightning as pl
from loguru import logger
from pytorch_lightning.callbacks import Callback

from textops.errors import ConfigurationError

# Of torch, which has no class of its own for it.
_ANOMALY = "returned nan values in its"


class LimitedBatches(Callback):
    """Takes a share of the batches of each epoch, rounded up: Lightning rounds down, for small data to none."""

    def __init__(self, share: float) -> None:
        """Say how many.

        Args:
            share: Of the batches for training and of those for validation, above 0 and up to 1.

        Raises:
            ConfigurationError: If that is not possible.
        """
        if not 0 < share <= 1:
            raise ConfigurationError(f"share={share} of the batches is not possible: give more than 0 and at most 1")
        self._share = share

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:  # noqa: ARG002
        """Set the limits once the data are there and before Lightning counts them."""
        # Lightning's attribute is typed for a module that may be absent.
        datamodule = trainer.datamodule  # type: ignore[attr-defined]
        trainer.limit_train_batches = self._limited(len(datamodule.train_dataloader()))
        trainer.limit_val_batches = self._limited(len(datamodule.val_dataloader()))

    def _limited(self, batches: int) -> int:
        return math.ceil(batches * self._share)


class OverfitReport(Callback):
    """Stops once the training loss is next to nothing, and says whether it came to that.

    A model that cannot learn a few documents by heart will not learn from many: labels, loss or step size are wrong.
    """

    def __init__(self, loss: float) -> None:
        """Say what is next to nothing.

        Args:
            loss: The training loss at which the documents count as learned.
        """
        self._wanted = loss

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Stop where nothing is left to learn; only here, because a run needs a checkpoint of a validation."""
        if _training_loss(trainer) <= self._wanted:
            trainer.should_stop = True

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Say what came of it."""
        loss, epochs = _training_loss(trainer), trainer.current_epoch
        if loss <= self._wanted:
            logger.success("Learned by heart: training loss {:.5f} after {} epochs", loss, epochs)
        else:
            logger.warning(
                "Not learned by heart: training loss {:.5f} after {} epochs. Give more epochs or another optimizer.lr; "
                "if that does not help, look at labels and model",
                loss,
                epochs,
            )


def not_finite_gradient(error: RuntimeError) -> ConfigurationError | None:
    """Return what `debug=anomaly` found, None where the error is another one."""
    message = str(error).strip()
    if _ANOMALY not in message:
        return None
    return ConfigurationError(
        f"a gradient is no finite number: {message.splitlines()[0].rstrip('.')}; mend that operation"
    )


def _training_loss(trainer: pl.Trainer) -> float:
    loss = trainer.callback_metrics.get("train/loss")
    return math.inf if loss is None else float(loss)
