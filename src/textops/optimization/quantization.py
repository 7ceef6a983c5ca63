"""Eight bits instead of thirty-two for the networks of sequence models, by ONNX Runtime's own tools.

Not every operator has a form in eight bits, and what the tools cannot change they leave as it is without a word. So
the graph they wrote is looked at, and a form without a quantized operator, or with a layer that kept its weights as
they were, is none.
"""

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import onnx

from textops.inference.session import RUNTIME_ERRORS, first_line
from textops.optimization.quantized_graph import check_quantized, operators
from textops.optimization.variant import NotPossibleError
from textops.text.tokenizer import Feed

# Without Conv: where the ranges are found anew for each text, convolutions in eight bits take longer than those in
# thirty-two; where they are known beforehand, less.
_DYNAMIC = ("Attention", "Gather", "Gemm", "LSTM", "MatMul")
_STATIC = ("Conv", "Gather", "Gemm", "MatMul")
# What the layers of a network are made of and has no static form: the heart of it would stay as it is.
_WITHOUT_STATIC_FORM = ("LSTM", "GRU", "RNN")
# The type of what the tools cannot tell the type of.
_OPTIONS = {"DefaultTensorType": onnx.TensorProto.FLOAT}


def quantize_dynamically(model: Path, target: Path) -> None:
    """Write a model with weights in eight bits, which finds the ranges of its activations anew for each text.

    Raises:
        NotPossibleError: If nothing in it, or not all of its layers, can be quantized.
    """
    from onnxruntime.quantization import quantize_dynamic

    with _prepared(model) as prepared:
        quantize_dynamic(
            prepared, target, op_types_to_quantize=list(_DYNAMIC), extra_options={**_OPTIONS, "MatMulConstBOnly": True}
        )
    check_quantized(target, _DYNAMIC)


def quantize_statically(model: Path, target: Path, calibration: Sequence[Feed]) -> None:
    """Write a model with weights and activations in eight bits, their ranges taken from examples.

    Args:
        model: The model.
        target: Where the file goes.
        calibration: Examples, each as the tokenizer gives it.

    Raises:
        NotPossibleError: If there is no example, or nothing in it, or not its heart, can be quantized.
    """
    from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static

    if not calibration:
        raise NotPossibleError("there is no calibration data: the validation set is empty")
    fixed = sorted(set(operators(model)) & set(_WITHOUT_STATIC_FORM))
    if fixed:
        raise NotPossibleError(f"{fixed[0]} has no static form in eight bits")

    class Reader(CalibrationDataReader):  # type: ignore[misc] # the package has no types
        def __init__(self) -> None:
            self._feeds = iter(calibration)

        def get_next(self) -> Feed | None:
            return next(self._feeds, None)

    with _prepared(model) as prepared:
        quantize_static(
            prepared,
            target,
            Reader(),
            op_types_to_quantize=list(_STATIC),
            # Unsigned activations and signed weights are what processors multiply fastest.
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            extra_options=dict(_OPTIONS),
        )
    check_quantized(target, _STATIC)


@contextmanager
def _prepared(model: Path) -> Iterator[Path]:
    """Give a copy whose constants are folded, without which an LSTM stays as it is; explain what goes wrong.

    Raises:
        NotPossibleError: If the tools cannot work with the graph.
    """
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory() as folder, _quiet():
        prepared = Path(folder) / "prepared.onnx"
        try:
            quant_pre_process(model, prepared, skip_symbolic_shape=True)
            yield prepared
        except (*RUNTIME_ERRORS, AssertionError, AttributeError, KeyError, TypeError) as error:
            raise NotPossibleError(f"the tools cannot work with its graph: {_said(error)}") from error


def _said(error: BaseException) -> str:
    return first_line(error) if isinstance(error, Exception) else type(error).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep notes about how the graph could have been prepared from the user: it was."""
    root: Any = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(level)
