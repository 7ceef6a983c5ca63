"""How the step size changes over training, by the number of steps there will be."""

import math

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from textops.errors import ConfigurationError


def linear_decay(optimizer: Optimizer, total_steps: int, warmup: float = 0.0) -> LambdaLR:
    """Rise linearly over the share `warmup` of the steps, then fall linearly to zero.

    Raises:
        ConfigurationError: If `warmup` is no share.
    """
    _check_share(warmup)
    return LambdaLR(optimizer, lambda step: _rise(step, total_steps, warmup) * (1 - min(1, step / total_steps)))


def cosine_decay(optimizer: Optimizer, total_steps: int, warmup: float = 0.0) -> LambdaLR:
    """Rise linearly over the share `warmup` of the steps, then fall along a half cosine to zero.

    Raises:
        ConfigurationError: If `warmup` is no share.
    """
    _check_share(warmup)
    return LambdaLR(
        optimizer,
        lambda step: _rise(step, total_steps, warmup) * 0.5 * (1 + math.cos(math.pi * min(1, step / total_steps))),
    )


def constant(optimizer: Optimizer, total_steps: int) -> LambdaLR:  # noqa: ARG001 (all schedules are called alike)
    """Keep the step size."""
    return LambdaLR(optimizer, lambda _: 1.0)


def _check_share(warmup: float) -> None:
    if not 0 <= warmup <= 1:
        raise ConfigurationError(f"scheduler.warmup={warmup} is not possible: give a share from 0 to 1")


def _rise(step: int, total_steps: int, warmup: float) -> float:
    steps = warmup * total_steps
    return min(1.0, (step + 1) / steps) if steps >= 1 else 1.0
