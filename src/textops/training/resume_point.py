"""The point from which a training that was broken off goes on, as if nothing had happened."""

import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from types import FrameType
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Checkpoint
from torch import Tensor

from textops.errors import ConfigurationError, TextopsError
from textops.files import shown

_GO_ON, _SAVE, _STOP = range(3)
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# What a shell adds to the number of a signal.
_ENDED_BY_SIGNAL = 128


class TrainingStoppedError(TextopsError):
    """A training that was asked to stop, and did so where it can go on."""

    def __init__(self, run: Path, number: int) -> None:
        super().__init__(
            f"stopped by {signal.Signals(number).name}: go on with textops train --resume {shown(run)}",
        )
        self.exit_code = _ENDED_BY_SIGNAL + number


class ResumePoint(Checkpoint):
    """Saves everything that training depends on, between two steps: after a while, and when asked to stop.

    A `Checkpoint`, because Lightning calls those last: what others keep of an epoch is part of what is saved. In the
    configuration it stands behind the one that keeps the best model.

    The first SIGINT (Ctrl-C) or SIGTERM stops the training at the next step; a second one ends it at once.

    Attributes:
        path: The file.
    """

    def __init__(self, path: str, every_seconds: float = 60.0) -> None:
        """Say where and how often.

        Args:
            path: The file; below the run's folder.
            every_seconds: Least time between two savings, so that they cost next to nothing.
        """
        if every_seconds < 0:
            raise ConfigurationError(f"every_seconds={every_seconds} is not possible: give a number of seconds")
        self.path = Path(path)
        self._every_seconds = every_seconds
        self._saved = 0.0
        self._signal = 0
        self._handlers: dict[signal.Signals, Any] = {}
        self._random_states: list[dict[str, Tensor]] = []
        self._restored: dict[str, Tensor] | None = None

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Start the clock and listen to signals; here, because Lightning sets handlers of its own just before."""
        self._saved = time.monotonic()
        # Only the main thread can; anywhere else nobody would send one.
        if threading.current_thread() is threading.main_thread():
            # The first process stops all of them at the same step.
            handler = self._on_signal if trainer.is_global_zero else signal.SIG_IGN
            self._handlers = {number: signal.signal(number, handler) for number in _SIGNALS}

    def on_train_batch_start(
        self,
        trainer: pl.Trainer,  # noqa: ARG002
        pl_module: pl.LightningModule,  # noqa: ARG002
        batch: object,  # noqa: ARG002
        batch_idx: int,  # noqa: ARG002
    ) -> None:
        """Draw on where the saved training would have drawn."""
        if self._restored is not None:
            _set_random_state(self._restored)
            self._restored = None

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,  # noqa: ARG002
        outputs: object,  # noqa: ARG002
        batch: object,  # noqa: ARG002
        batch_idx: int,  # noqa: ARG002
    ) -> None:
        """Save or stop, where it is time; not behind the last step of an epoch, which belongs to its validation."""
        if not trainer.fit_loop.epoch_loop.batch_progress.is_last_batch:
            self._save_or_stop(trainer)

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Save or stop, where it is time, unless this was the last epoch."""
        if not trainer.fit_loop.done:
            self._save_or_stop(trainer)

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Leave signals to whom they belonged."""
        self._give_signals_back()

    def on_exception(
        self,
        trainer: pl.Trainer,  # noqa: ARG002
        pl_module: pl.LightningModule,  # noqa: ARG002
        exception: BaseException,  # noqa: ARG002
    ) -> None:
        """Leave signals to whom they belonged."""
        self._give_signals_back()

    def state_dict(self) -> dict[str, Any]:
        """Return the states of the random numbers, of each process."""
        return {"random_states": self._random_states}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Keep the state for the first step: until then Lightning may draw as well."""
        states = state_dict["random_states"]
        rank = torch.distributed.get_rank() if torch.distributed.is_initialized() else 0
        if rank < len(states):
            self._restored = states[rank]

    def _give_signals_back(self) -> None:
        while self._handlers:
            signal.signal(*self._handlers.popitem())

    def _on_signal(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        # No record is written here: the one that is being written at this moment may hold the lock.
        self._signal = number
        for each in _SIGNALS:
            signal.signal(each, signal.default_int_handler if each is signal.SIGINT else signal.SIG_DFL)

    def _save_or_stop(self, trainer: pl.Trainer) -> None:
        decision = self._decide(trainer)
        if decision == _GO_ON:
            return
        self._save(trainer)
        if decision == _STOP:
            raise TrainingStoppedError(self.path.parents[1], self._signal or signal.SIGTERM)

    def _decide(self, trainer: pl.Trainer) -> int:
        """Decide for all processes what the first one sees."""
        due = time.monotonic() - self._saved >= self._every_seconds
        decision = _STOP if self._signal else _SAVE if due else _GO_ON
        if trainer.world_size == 1:
            return decision
        decided = torch.tensor(decision, device=trainer.strategy.root_device)
        torch.distributed.broadcast(decided, src=0)
        return int(decided)

    def _save(self, trainer: pl.Trainer) -> None:
        self._random_states = [_random_state()]
        if trainer.world_size > 1:
            states: list[Any] = [None] * trainer.world_size
            torch.distributed.all_gather_object(states, self._random_states[0])
            self._random_states = states
        # Beside and renamed: a kill leaves the last point whole.
        beside = self.path.with_name(f".{self.path.name}.new")
        trainer.save_checkpoint(beside)
        if trainer.is_global_zero:
            beside.replace(self.path)
        self._saved = time.monotonic()


def check_resume_point(path: Path, parameters: Mapping[str, Tensor]) -> None:
    """Check that a file is a resume point of this model.

    Args:
        path: The file.
        parameters: The state of the model as it would be trained.

    Raises:
        ConfigurationError: If the file is damaged, or of another model.
    """
    try:
        saved = torch.load(path, map_location="cpu", weights_only=True, mmap=True)["state_dict"]
        shapes = {name: value.shape for name, value in saved.items()}
    except (AttributeError, EOFError, KeyError, OSError, RuntimeError, TypeError, UnpicklingError) as error:
        raise ConfigurationError(f"{path} is damaged or cannot be read: train anew, or remove it") from error
    if shapes != {name: value.shape for name, value in parameters.items()}:
        raise ConfigurationError(
            f"{path} is of another model than {path.parents[1] / 'config.yaml'} describes: train anew"
        )


def _random_state() -> dict[str, Tensor]:
    state = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def _set_random_state(state: dict[str, Tensor]) -> None:
    torch.set_rng_state(state["cpu"].cpu())
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"].cpu())
