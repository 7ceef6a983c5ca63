"""The callback that reports each epoch of a trial, and ends a trial that is not worth going on."""

import pytorch_lightning as pl
from loguru import logger
from optuna import Trial, load_study
from optuna.exceptions import StorageInternalError, TrialPruned, UpdateFinishedTrialError
from optuna.pruners import BasePruner
from optuna.trial import TrialState
from pytorch_lightning.callbacks import Callback
from sqlalchemy.exc import SQLAlchemyError

from textops.search.storage import open_storage, storage_address, storage_errors
from textops.search.trials import METRICS

_JUDGED = "val/loss"
_KEPT = ("val/loss", "val/accuracy")


class TrialPruning(Callback):
    """Reports `monitor` of each epoch to the trial, found in the storage by its number.

    Outside a search, and where the trial has ended (`textops train --from-run`), it does nothing.
    """

    def __init__(self, study: str, storage: str | None, trial: int | None, monitor: str, pruner: BasePruner) -> None:
        """Name the trial.

        Args:
            study: Its study.
            storage: Where that is; None for the environment's, or the default.
            trial: Its number; None for no trial.
            monitor: Metric that is judged.
            pruner: Tells which trials are not worth going on.
        """
        self.monitor = monitor
        self._study = study
        self._storage = storage
        self._number = trial
        self._pruner = pruner
        self._trial: Trial | None = None
        self._best = float("inf")
        self._epoch = -1

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Find the trial; one process of several does."""
        if self._number is None or not trainer.is_global_zero:
            return
        address = storage_address(self._storage)
        with storage_errors(address):
            study = load_study(study_name=self._study, storage=open_storage(address), pruner=self._pruner)
            frozen = study.get_trials(deepcopy=False)[self._number]
            if frozen.state is TrialState.RUNNING:
                self._trial = Trial(study, frozen._trial_id)  # noqa: SLF001 (Optuna offers no way by number)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Report the epoch.

        Raises:
            TrialPruned: If it is not worth going on.
        """
        epoch = trainer.current_epoch + 1
        if trainer.sanity_checking or self._number is None or epoch == self._epoch:
            return
        self._epoch = epoch
        pruned = trainer.strategy.broadcast(self._report(trainer, epoch))
        if pruned and trainer.is_global_zero:
            raise TrialPruned(f"{self.monitor} after epoch {epoch} is worse than that of other trials")
        if pruned:
            # The first process tells; a companion just ends.
            raise SystemExit(0)

    def _report(self, trainer: pl.Trainer, epoch: int) -> bool:
        """Report the figures of an epoch, and tell whether that was enough of it."""
        if self._trial is None:
            return False
        figures = {name: float(trainer.callback_metrics[name]) for name in _KEPT if name in trainer.callback_metrics}
        try:
            self._trial.report(figures[self.monitor], epoch)
            if figures[_JUDGED] < self._best:
                self._best = figures[_JUDGED]
                self._trial.set_user_attr(METRICS, {**figures, "epoch": epoch})
            return self._trial.should_prune()
        except UpdateFinishedTrialError:
            logger.warning("the search has given this trial up: it was silent for too long")
            self._trial = None
            return False
        except (SQLAlchemyError, StorageInternalError) as error:
            # The training is worth more than its report.
            logger.warning("epoch {} was not reported to the search: {}", epoch, str(error).partition("\n")[0])
            return False
