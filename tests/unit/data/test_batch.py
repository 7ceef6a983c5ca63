"""A batch of documents as tensors."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from textops.data.batch import RaggedBatch
from textops.text.ragged import Ragged


def documents(rows: list[list[int]]) -> Ragged:
    return Ragged.from_rows([(np.array(row, np.int32), np.array(row, np.float32) * np.float32(0.5)) for row in rows])


def batch_of(rows: list[list[int]]) -> RaggedBatch:
    return RaggedBatch.from_numpy(documents(rows), np.arange(len(rows)))


def test_tensors_have_the_types_a_network_takes() -> None:
    # when
    batch = batch_of([[1, 2], [], [3]])
    # then
    assert len(batch) == 3
    assert (batch.ids.dtype, batch.weights.dtype) == (torch.int32, torch.float32)
    assert (batch.offsets.dtype, batch.labels.dtype) == (torch.int64, torch.int64)
    assert batch.ids.tolist() == [1, 2, 3]
    assert batch.weights.tolist() == [0.5, 1.0, 1.5]
    assert batch.offsets.tolist() == [0, 2, 2, 3]
    assert batch.labels.tolist() == [0, 1, 2]


@given(st.lists(st.lists(st.integers(1, 9), max_size=5), min_size=1, max_size=6))
def test_it_is_padded_as_the_tokenizer_pads_when_serving(rows: list[list[int]]) -> None:
    # when
    ids, weights = batch_of(rows).padded()
    # then
    expected_ids, expected_weights = documents(rows).padded()
    np.testing.assert_array_equal(ids.numpy(), expected_ids)
    np.testing.assert_array_equal(weights.numpy(), expected_weights)


def test_documents_without_tokens_still_have_a_column() -> None:
    ids, weights = batch_of([[], []]).padded()
    assert ids.tolist() == weights.tolist() == [[0], [0]]


@pytest.mark.parametrize("non_blocking", [False, True])
def test_all_of_it_moves_to_a_device(non_blocking: bool) -> None:  # noqa: FBT001
    # given
    batch = batch_of([[1, 2], [3]])
    # when: the one device besides the processor that is everywhere
    moved = batch.to(torch.device("meta"), non_blocking=non_blocking)
    # then
    assert {tensor.device.type for tensor in vars(moved).values() if isinstance(tensor, torch.Tensor)} == {"meta"}
    assert {tensor.device.type for tensor in vars(batch).values() if isinstance(tensor, torch.Tensor)} == {"cpu"}
    assert len(moved) == 2
