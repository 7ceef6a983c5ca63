"""What was measured of one form of a model: the row of `textops optimize`'s table."""

from pydantic import Field

from textops.bundle import Metric
from textops.frozen import Frozen


class VariantFigures(Frozen):
    """The figures of one variant; None is what was not measured.

    Attributes:
        name: `torch`, `onnx_fp32`, `onnx_int8` and so on.
        made: Whether the variant could be made at all.
        reason: Why it was not made, or a remark; may be empty.
        file_bytes: Size of all files the variant needs.
        resident_bytes: Memory of a fresh process that holds it.
        start_seconds: From nothing to the first answer, in a fresh process.
        latency_p50_ms: Median time for one text.
        latency_p95_ms: Time that 95 % of single texts stay within.
        documents_per_second: In batches of 64.
        accuracy: On the test set.
        macro_f1: On the test set.
        ece: Expected calibration error on the test set.
        agreement: Share of test texts that get the class the checkpoint gives them.
        max_difference: Largest absolute difference of two logits from the checkpoint.
        sparsity: Share of weights that are zero.
        accuracy_difference: Accuracy minus that of the checkpoint, with a paired bootstrap interval.
    """

    name: str
    made: bool
    reason: str = ""
    file_bytes: int | None = Field(default=None, ge=0)
    resident_bytes: Metric | None = None
    start_seconds: Metric | None = None
    latency_p50_ms: Metric | None = None
    latency_p95_ms: Metric | None = None
    documents_per_second: Metric | None = None
    accuracy: Metric | None = None
    macro_f1: Metric | None = None
    ece: Metric | None = None
    agreement: float | None = Field(default=None, ge=0, le=1)
    max_difference: float | None = Field(default=None, ge=0)
    sparsity: float | None = Field(default=None, ge=0, le=1)
    accuracy_difference: Metric | None = None
