"""The ONNX graphs of the n-gram model, written down: an exporter that traces networks takes seconds for the same.

They compute what `NgramScorer` and `QuantizedNgramScorer` compute, operator by operator; that they do is proven for
each file like for any other export.
"""

from collections.abc import Mapping

import onnx
import torch
from onnx import numpy_helper, parser
from torch import Tensor, nn

from textops.models.ngram import SMALLEST_SQUARE, NgramScorer
from textops.optimization.ngram_forms import QuantizedNgramScorer

_HEAD = """
<ir_version: 10, opset_import: ["": {opset}], producer_name: "textops">
ngram (int64[batch, tokens] input_ids, float[batch, tokens] weights) => (float[batch, {classes}] logits)
{{
    one = Constant <value = float {{1.0}}> ()
    smallest = Constant <value = float {{{smallest}}}> ()
    tokens_axis = Constant <value = int64[1] {{1}}> ()
    first_run = Constant <value = int64 {{{first_run}}}> ()
"""
_SCALE_OF_PART = """
    squares_of_PART = Mul(squares, PART)
    square_of_PART = ReduceSum <keepdims = 1> (squares_of_PART, tokens_axis)
    bounded_of_PART = Clip(square_of_PART, smallest)
    length_of_PART = Sqrt(bounded_of_PART)
    inverse_of_PART = Reciprocal(length_of_PART)
    scale_of_PART = Mul(PART, inverse_of_PART)
"""
_LENGTHS = (
    """
    is_word = Less(input_ids, first_run)
    words = Cast <to = 1> (is_word)
    runs = Sub(one, words)
    squares = Mul(weighted, weighted)
"""
    + _SCALE_OF_PART.replace("PART", "words")
    + _SCALE_OF_PART.replace("PART", "runs")
)
_WHOLE = (
    _HEAD
    + """
    first = Constant <value = int64[1] {{0}}> ()
    last = Constant <value = int64[1] {{-1}}> ()
    last_column = Constant <value = int64 {{-1}}> ()
    columns_axis = Constant <value = int64[1] {{2}}> ()
    found = Gather <axis = 0> (rows, input_ids)
    idf = Gather <axis = 2> (found, last_column)
    weighted = Mul(weights, idf)
"""
    + _LENGTHS
    + """
    scale = Add(scale_of_words, scale_of_runs)
    scaled = Mul(weighted, scale)
    scaled_rows = Unsqueeze(scaled, tokens_axis)
    of_classes = Slice(found, first, last, columns_axis)
    products = MatMul(scaled_rows, of_classes)
    sums = Squeeze(products, tokens_axis)
    logits = Add(sums, bias)
}}
"""
)
_OF_BYTES = (
    _HEAD
    + """
    idf_bytes = Gather <axis = 0> (idf, input_ids)
    idf_numbers = Cast <to = 1> (idf_bytes)
    weighted = Mul(weights, idf_numbers)
"""
    + _LENGTHS
    + """
    of_words = Mul(weighted, scale_of_words)
    of_runs = Mul(weighted, scale_of_runs)
    rows_of_words = Unsqueeze(of_words, tokens_axis)
    rows_of_runs = Unsqueeze(of_runs, tokens_axis)
    both = Concat <axis = 1> (rows_of_words, rows_of_runs)
    found = Gather <axis = 0> (table, input_ids)
    numbers = Cast <to = 1> (found)
    products = MatMul(both, numbers)
    measured = Mul(products, scales)
    sums = ReduceSum <keepdims = 0> (measured, tokens_axis)
    logits = Add(sums, bias)
}}
"""
)


def ngram_graph(network: nn.Module, opset: int) -> onnx.ModelProto | None:
    """Return the graph of an n-gram network, None of any other; batch and tokens are dynamic.

    Args:
        network: Whatever is to be exported.
        opset: Version of the operators.
    """
    if type(network) is NgramScorer:
        return _filled(_WHOLE, opset, network, {"rows": network.rows, "bias": network.bias})
    if type(network) is QuantizedNgramScorer:
        tables = {"table": network.weights, "idf": network.idf, "scales": network.scales, "bias": network.bias}
        return _filled(_OF_BYTES, opset, network, tables)
    return None


def _filled(
    text: str, opset: int, network: NgramScorer | QuantizedNgramScorer, tables: Mapping[str, Tensor]
) -> onnx.ModelProto:
    graph = text.format(
        opset=opset, classes=len(network.bias), smallest=SMALLEST_SQUARE, first_run=network.first_character_id
    )
    model = parser.parse_model(graph)
    with torch.no_grad():
        constants = [numpy_helper.from_array(table.contiguous().numpy(), name) for name, table in tables.items()]
    model.graph.initializer.extend(constants)
    return model
