"""Weighted sums of table rows, with a gradient that is cheap to make and cheap to apply."""

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import FunctionCtx
from torch.nn import functional


class _RowSums(Function):
    """`embedding_bag` whose sparse gradient holds each row once.

    PyTorch's own names a row as often as a batch does, with a copy of the gradient for each time, and the step then
    sorts and adds them up: half a million rows of a batch for ninety thousand that differ. Here the ids are sorted
    once, and each row gets its sum over the documents that hold it, which is again an `embedding_bag`, over the small
    table of the documents' gradients.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, table: Tensor, ids: Tensor, weights: Tensor, offsets: Tensor) -> Tensor:
        """Return the sums, shape [documents, columns]."""
        ctx.save_for_backward(ids, weights, offsets)
        ctx.table_shape = table.shape  # type: ignore[attr-defined]
        return functional.embedding_bag(
            ids, table, offsets, mode="sum", per_sample_weights=weights, include_last_offset=True
        )

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        """Return the gradient of the table, a sparse tensor with ascending rows."""
        ids, weights, offsets = ctx.saved_tensors  # type: ignore[attr-defined]
        documents = torch.arange(len(offsets) - 1, dtype=ids.dtype, device=ids.device)
        document_of = documents.repeat_interleave(offsets.diff(), output_size=len(ids))
        # Stable, so that sums are added up in the same order each time.
        ordered, order = torch.sort(ids, stable=True)
        rows, counts = torch.unique_consecutive(ordered, return_counts=True)
        ends = functional.pad(counts.cumsum(0), (1, 0)).to(ids.dtype)
        sums = functional.embedding_bag(
            document_of.index_select(0, order),
            gradients[0].contiguous(),
            ends,
            mode="sum",
            per_sample_weights=weights.index_select(0, order),
            include_last_offset=True,
        )
        shape: torch.Size = ctx.table_shape  # type: ignore[attr-defined]
        gradient = torch.sparse_coo_tensor(rows.long()[None], sums, shape, is_coalesced=True, check_invariants=False)
        return gradient, None, None, None


def row_sums(table: Tensor, ids: Tensor, weights: Tensor, offsets: Tensor) -> Tensor:
    """Return for each document the weighted sum of the rows of its ids, shape [documents, columns].

    Args:
        table: Shape [rows, columns]; gets a sparse gradient.
        ids: int32 or int64, shape [tokens].
        weights: Shape [tokens]; gets no gradient.
        offsets: Document i holds `ids[offsets[i]:offsets[i + 1]]`; of the type of the ids, shape [documents + 1].
    """
    sums: Tensor = _RowSums.apply(table, ids, weights, offsets)  # type: ignore[no-untyped-call]
    return sums
