from collections.abc import Callable

import pytest
import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from textops.models.schedules import constant, cosine_decay, linear_decay


def rates(make: Callable[[Optimizer, int], LambdaLR], steps: int) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=2.0)
    schedule = make(optimizer, steps)
    seen = []
    for _ in range(steps + 1):
        seen.append(float(schedule.get_last_lr()[0]))
        optimizer.step()
        schedule.step()
    return seen


def test_linear_decay_falls_evenly_to_zero() -> None:
    assert rates(linear_decay, 4) == pytest.approx([2.0, 1.5, 1.0, 0.5, 0.0])


def test_cosine_decay_falls_slowly_at_both_ends() -> None:
    assert rates(cosine_decay, 4) == pytest.approx([2.0, 1.707107, 1.0, 0.292893, 0.0], abs=1e-6)


def test_a_warm_up_rises_first() -> None:
    seen = rates(lambda optimizer, steps: linear_decay(optimizer, steps, warmup=0.5), 10)
    assert seen[0] < seen[1] < seen[3]
    assert seen[-1] == 0.0


def test_constant_stays() -> None:
    assert set(rates(constant, 3)) == {2.0}
