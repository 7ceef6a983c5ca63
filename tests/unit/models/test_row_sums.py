"""Sums of table rows against PyTorch's own."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from textops.models.row_sums import row_sums

ROWS, COLUMNS = 30, 4


@pytest.mark.parametrize("kind", [torch.int32, torch.int64])
@pytest.mark.parametrize("lengths", [(5, 0, 9, 1), (0,), (0, 0), (1,), (200, 3)])
def test_sums_and_gradients_are_those_of_embedding_bag(lengths: tuple[int, ...], kind: torch.dtype) -> None:
    # given
    generator = torch.Generator().manual_seed(0)
    offsets = torch.tensor(np.cumsum([0, *lengths]), dtype=kind)
    ids = torch.randint(ROWS, (sum(lengths),), generator=generator, dtype=kind)
    weights = torch.rand(sum(lengths), generator=generator)
    upstream = torch.rand(len(lengths), COLUMNS, generator=generator)
    ours, theirs = (torch.rand(ROWS, COLUMNS, generator=generator.manual_seed(1)).requires_grad_() for _ in range(2))
    # when
    sums = row_sums(ours, ids, weights, offsets)
    expected = functional.embedding_bag(
        ids, theirs, offsets, mode="sum", per_sample_weights=weights, include_last_offset=True, sparse=True
    )
    torch.autograd.backward(sums, upstream)
    torch.autograd.backward(expected, upstream)
    # then
    assert ours.grad is not None
    assert theirs.grad is not None
    torch.testing.assert_close(sums, expected)
    torch.testing.assert_close(ours.grad.to_dense(), theirs.grad.to_dense())


def test_the_gradient_names_each_row_once() -> None:
    # given
    table = torch.zeros(ROWS, COLUMNS, requires_grad=True)
    # when
    sums = row_sums(table, torch.tensor([7, 3, 7, 7]), torch.ones(4), torch.tensor([0, 2, 4]))
    torch.autograd.backward(sums.sum())
    # then
    assert table.grad is not None
    gradient = table.grad.coalesce()
    assert len(table.grad._indices()[0]) == 2  # noqa: SLF001 (before anything is added up)
    assert gradient.indices().tolist() == [[3, 7]]
    assert gradient.values()[:, 0].tolist() == [1, 3]


def test_a_step_moves_the_rows_of_the_batch_alone() -> None:
    # given
    table = torch.nn.Parameter(torch.zeros(ROWS, COLUMNS))
    optimizer = torch.optim.SGD([table], lr=0.5)
    # when
    sums = row_sums(table, torch.tensor([1, 2, 2]), torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0, 3]))
    torch.autograd.backward(sums.sum())
    optimizer.step()
    # then
    assert table[1].tolist() == [-0.5] * COLUMNS
    assert table[2].tolist() == [-2.5] * COLUMNS
    assert table.abs().sum() == 3 * COLUMNS
