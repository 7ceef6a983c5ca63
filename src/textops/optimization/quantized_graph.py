"""What a graph is really made of: the tools that quantize leave what they cannot change as it is, without a word."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError

from textops.errors import BundleError
from textops.optimization.variant import NotPossibleError

# What multiplies or looks up bytes; taken by itself, QuantizeLinear does neither.
_QUANTIZED_OPERATORS = frozenset(
    {
        "ConvInteger",
        "DequantizeLinear",
        "DynamicQuantizeLSTM",
        "DynamicQuantizeMatMul",
        "MatMulInteger",
        "MatMulIntegerToFloat",
        "QAttention",
        "QEmbedLayerNormalization",
        "QGemm",
        "QLinearConv",
        "QLinearMatMul",
    }
)
_LOOK_UP = "Gather"
_BYTES = (onnx.TensorProto.INT8, onnx.TensorProto.UINT8)
# Where an operator has its weights among its inputs; all others have them second.
_WEIGHTS = {_LOOK_UP: (0,), "LSTM": (1, 2), "GRU": (1, 2), "RNN": (1, 2)}


def operators(model: Path) -> Counter[str]:
    """Return how many operators of each type a graph holds, those of its parts included.

    Raises:
        BundleError: If the file cannot be read.
    """
    return Counter(node.op_type for node, _ in _nodes(_load(model).graph))


def check_quantized(model: Path, wanted: Sequence[str]) -> Counter[str]:
    """Check that a graph multiplies or looks up bytes, and return how many operators of each type do.

    Args:
        model: The file.
        wanted: Types of operators whose weights have to be bytes wherever they are in the graph.

    Raises:
        BundleError: If the file cannot be read.
        NotPossibleError: If none does, or one of the wanted types keeps weights in thirty-two bits.
    """
    found: Counter[str] = Counter()
    for node, constants in _nodes(_load(model).graph):
        kinds = {constants.get(node.input[place]) for place in _weight_places(node)}
        if node.op_type in _QUANTIZED_OPERATORS or (node.op_type == _LOOK_UP and kinds & set(_BYTES)):
            found[node.op_type] += 1
        elif node.op_type in wanted and onnx.TensorProto.FLOAT in kinds:
            raise NotPossibleError(f"{node.op_type} keeps weights in thirty-two bits: the tools left it as it is")
    if not found:
        raise NotPossibleError("none of its operators has a form in eight bits")
    return found


def _weight_places(node: onnx.NodeProto) -> list[int]:
    return [place for place in _WEIGHTS.get(node.op_type, (1,)) if place < len(node.input)]


def _nodes(graph: onnx.GraphProto) -> Iterator[tuple[onnx.NodeProto, dict[str, int]]]:
    """Give each operator of a graph and of its parts, with the types of the tables among the constants by name."""
    tables = {constant.name: constant.data_type for constant in graph.initializer if len(constant.dims) > 1}
    # A byte for each row is a table as well.
    tables |= {constant.name: constant.data_type for constant in graph.initializer if constant.data_type in _BYTES}
    for node in graph.node:
        yield node, tables
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from _nodes(attribute.g)


def _load(model: Path) -> onnx.ModelProto:
    try:
        return onnx.load(model)
    except (OSError, DecodeError) as error:
        raise BundleError(f"{model} cannot be read as a model: export it again") from error
