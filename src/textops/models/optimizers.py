"""Which optimizer suits which encoder, and one that torch does not have."""

from collections.abc import Callable
from typing import Any

import pytorch_lightning as pl
import torch
from loguru import logger
from torch.optim import LBFGS, SGD, Adagrad, Optimizer

from textops.errors import ConfigurationError
from textops.models.encoder import Encoder


class SparseAdam(torch.optim.SparseAdam):
    """Adam that moves only the rows of a table that a batch holds, and the few dense parameters beside it.

    Kingma and Ba 2014, in the lazy form of torch, which refuses dense gradients. To it, a gradient that has every
    entry is as good as a dense one: the step is then that of Adam.
    """

    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # noqa: ANN401 (torch's signature)
        """Take one step.

        Args:
            closure: Computes the loss and its gradients.

        Returns:
            What the closure returned.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for parameter in self._parameters():
            if parameter.grad is not None and not parameter.grad.is_sparse:
                parameter.grad = _with_every_entry(parameter.grad)
        super().step()  # type: ignore[no-untyped-call]
        return loss

    def _parameters(self) -> list[torch.nn.Parameter]:
        return [parameter for group in self.param_groups for parameter in group["params"]]


def _with_every_entry(gradient: torch.Tensor) -> torch.Tensor:
    """Return a sparse tensor that names every row, also one that is zero: its averages decay as well."""
    rows = torch.arange(len(gradient), device=gradient.device)[None, :]
    return torch.sparse_coo_tensor(rows, gradient, gradient.shape, check_invariants=False, is_coalesced=True)


def check_optimizer(optimizer: Optimizer, encoder: Encoder, trainer: pl.Trainer) -> None:
    """Check that an optimizer can train an encoder the way the trainer is set.

    Raises:
        ConfigurationError: If it cannot, naming what to take instead.
    """
    if encoder.sparse_gradients:
        _check_sparse(optimizer, trainer)
        _tell_of_equal_heads(optimizer, encoder)
    elif isinstance(optimizer, torch.optim.SparseAdam):
        raise ConfigurationError("SparseAdam needs sparse gradients, which this model has not: take optimizer=adamw")
    elif isinstance(optimizer, LBFGS):
        _check_whole_steps(trainer)


def _check_sparse(optimizer: Optimizer, trainer: pl.Trainer) -> None:
    if not isinstance(optimizer, SGD | Adagrad | SparseAdam):
        raise ConfigurationError(
            f"{type(optimizer).__name__} cannot use the sparse gradients of this model: "
            "take optimizer=sgd or optimizer=sparse_adam"
        )
    if any(group.get("weight_decay") for group in optimizer.param_groups):
        raise ConfigurationError("sparse gradients allow no weight decay: set optimizer.weight_decay=0")
    if trainer.gradient_clip_val:
        raise ConfigurationError("sparse gradients cannot be clipped: set trainer.gradient_clip_val=null")


def _tell_of_equal_heads(optimizer: Optimizer, encoder: Encoder) -> None:
    if not isinstance(optimizer, SGD) and len(encoder.step_sizes) > 1:
        logger.warning(
            "The steps of {} do not depend on the size of the loss, so all {} heads learn the same: "
            "model.encoder.step_sizes=[1.0] trains one, in less time",
            type(optimizer).__name__,
            len(encoder.step_sizes),
        )


def _check_whole_steps(trainer: pl.Trainer) -> None:
    """LBFGS asks for the loss of the same batch several times in one step."""
    if trainer.accumulate_grad_batches != 1:
        raise ConfigurationError("LBFGS cannot gather gradients over batches: set trainer.accumulate_grad_batches=1")
    if trainer.gradient_clip_val:
        raise ConfigurationError(
            "LBFGS learns the curvature from gradients as they are: set trainer.gradient_clip_val=null"
        )
    if trainer.precision == "16-mixed":
        raise ConfigurationError("LBFGS needs every loss as it is: set trainer.precision=32-true")
    if trainer.world_size != 1:
        raise ConfigurationError("LBFGS runs in one process: take another optimizer, or trainer.devices=1")
