from collections.abc import Callable

import pytest
import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from textops.errors import ConfigurationError
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


@pytest.mark.parametrize("make", [linear_decay, cosine_decay])
@pytest.mark.parametrize("warmup", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("steps", [1, 2, 7])
def test_a_training_of_any_length_ends_without_a_step_and_never_takes_one_that_is_too_large(
    make: Callable[..., LambdaLR], warmup: float, steps: int
) -> None:
    # when
    seen = rates(lambda optimizer, total: make(optimizer, total, warmup=warmup), steps)
    # then
    assert all(0 <= rate <= 2.0 for rate in seen)
    assert seen[0] > 0
    assert seen[-1] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("make", [linear_decay, cosine_decay])
def test_beyond_the_end_nothing_moves_any_more(make: Callable[..., LambdaLR]) -> None:
    # given
    schedule = make(torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=2.0), 4)
    # then
    assert schedule.lr_lambdas[0](9) == pytest.approx(0)


@pytest.mark.parametrize("make", [linear_decay, cosine_decay])
@pytest.mark.parametrize("warmup", [-0.1, 1.1, float("nan")])
def test_a_warm_up_that_is_no_share_is_refused(make: Callable[..., LambdaLR], warmup: float) -> None:
    with pytest.raises(ConfigurationError, match=r"scheduler\.warmup"):
        rates(lambda optimizer, steps: make(optimizer, steps, warmup=warmup), 4)
