"""Eight bits, really in the graph."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime.quantization
import pytest
import torch
from onnx import TensorProto, helper

from textops.errors import BundleError
from textops.inference.scores import score_texts
from textops.inference.session import open_session
from textops.models.cnn import CnnEncoder
from textops.models.encoder import Encoder
from textops.models.lstm import LstmEncoder
from textops.models.ngram import NgramScorer
from textops.models.transformer import TransformerEncoder
from textops.optimization.export import export_onnx
from textops.optimization.ngram_forms import compact, quantized
from textops.optimization.quantization import quantize_dynamically, quantize_statically
from textops.optimization.quantized_graph import check_quantized, operators
from textops.optimization.variant import NotPossibleError
from textops.text.ngrams import NgramTokenizer
from textops.text.tokenizer import Feed, Tokenizer
from textops.text.vocabulary import learn_vocabulary

pytestmark = pytest.mark.slow

TEXTS = ["The government said on Tuesday that it would review the plan.", "a goal in the last minute", "", "the plan"]
ENCODERS: dict[str, Callable[[Tokenizer], Encoder]] = {
    "lstm": lambda tokenizer: LstmEncoder(tokenizer, 3, word_dimension=16, state_dimension=16),
    "cnn": lambda tokenizer: CnnEncoder(tokenizer, 3, word_dimension=16, filters=16),
    "transformer": lambda tokenizer: TransformerEncoder(tokenizer, 3, dimension=16, heads=2, layers=1),
}


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return learn_vocabulary(TEXTS * 3, max_tokens=32)


@pytest.fixture(scope="module")
def models(tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The export of each encoder, by its name."""
    folder = tmp_path_factory.mktemp("models")
    torch.manual_seed(0)
    for name, make in ENCODERS.items():
        export_onnx(make(tokenizer).exportable(), tokenizer, folder / f"{name}.onnx")
    return {name: folder / f"{name}.onnx" for name in ENCODERS}


def assert_close(first: Path, second: Path, tokenizer: Tokenizer) -> None:
    exact, rounded = (score_texts(open_session(path), tokenizer, TEXTS) for path in (first, second))
    # Processors without instructions for eight bits (VNNI) saturate when they add products up, which costs precision.
    assert np.abs(exact - rounded).max() < 0.25 * max(1.0, float(np.abs(exact).max()))


@pytest.mark.parametrize(
    ("name", "operator"), [("lstm", "DynamicQuantizeLSTM"), ("cnn", "MatMulInteger"), ("transformer", "MatMulInteger")]
)
def test_a_dynamic_form_has_quantized_operators_and_says_nearly_the_same(
    models: dict[str, Path], tokenizer: Tokenizer, tmp_path: Path, name: str, operator: str
) -> None:
    # when
    quantize_dynamically(models[name], tmp_path / "model.onnx")
    # then
    assert check_quantized(tmp_path / "model.onnx", [])[operator] > 0
    assert_close(models[name], tmp_path / "model.onnx", tokenizer)


@pytest.mark.parametrize("name", ["cnn", "transformer"])
def test_a_static_form_has_quantized_operators_and_says_nearly_the_same(
    models: dict[str, Path], tokenizer: Tokenizer, tmp_path: Path, name: str
) -> None:
    # given
    calibration = [tokenizer.encode([text]) for text in TEXTS]
    # when
    quantize_statically(models[name], tmp_path / "model.onnx", calibration)
    # then
    assert check_quantized(tmp_path / "model.onnx", [])["DequantizeLinear"] > 0
    assert_close(models[name], tmp_path / "model.onnx", tokenizer)


def test_convolutions_stay_as_they_are_in_a_dynamic_form_where_they_would_be_slower(
    models: dict[str, Path], tmp_path: Path
) -> None:
    # when
    quantize_dynamically(models["cnn"], tmp_path / "model.onnx")
    # then
    assert operators(tmp_path / "model.onnx")["Conv"] == operators(models["cnn"])["Conv"] > 0


@pytest.mark.parametrize(
    ("name", "calibration", "said"),
    [("lstm", [{}], "LSTM has no static form in eight bits"), ("cnn", [], "there is no calibration data")],
)
def test_a_static_form_that_cannot_be_says_why(
    models: dict[str, Path], tmp_path: Path, name: str, calibration: list[Feed], said: str
) -> None:
    with pytest.raises(NotPossibleError, match=said):
        quantize_statically(models[name], tmp_path / "model.onnx", calibration)
    assert not (tmp_path / "model.onnx").exists()


def test_a_graph_without_anything_to_quantize_is_no_form_in_eight_bits(tmp_path: Path) -> None:
    # given
    graph = helper.make_graph(
        [helper.make_node("Neg", ["x"], ["y"])],
        "negative",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.save(model, tmp_path / "negative.onnx")
    # when, then
    with pytest.raises(NotPossibleError, match="none of its operators has a form in eight bits"):
        quantize_dynamically(tmp_path / "negative.onnx", tmp_path / "model.onnx")


def test_a_layer_that_the_tools_leave_as_it_is_without_a_word_is_told(
    models: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given tools that change the embedding and the head, but not the recurrent layer between them
    real = onnxruntime.quantization.quantize_dynamic

    def without_recurrent(model: Path, target: Path, op_types_to_quantize: list[str], **options: object) -> None:
        others = [name for name in op_types_to_quantize if name != "LSTM"]
        real(model, target, op_types_to_quantize=others, **options)

    monkeypatch.setattr(onnxruntime.quantization, "quantize_dynamic", without_recurrent)
    # when, then
    with pytest.raises(NotPossibleError, match="LSTM keeps weights in thirty-two bits"):
        quantize_dynamically(models["lstm"], tmp_path / "model.onnx")


def test_tables_of_bytes_count_as_quantized_and_those_of_numbers_do_not(tmp_path: Path) -> None:
    # given
    tokenizer = NgramTokenizer(word_bits=8, character_bits=8)
    rows = torch.rand(tokenizer.vocabulary_size, 3)
    form = compact(NgramScorer(rows, torch.zeros(2), tokenizer.first_character_id), tokenizer, np.ones(len(rows), bool))
    export_onnx(form.network, form.tokenizer, tmp_path / "numbers.onnx")
    export_onnx(quantized(form).network, form.tokenizer, tmp_path / "bytes.onnx")
    # when, then
    assert check_quantized(tmp_path / "bytes.onnx", ["Gather"]) == {"Gather": 2}
    with pytest.raises(NotPossibleError, match="Gather keeps weights in thirty-two bits"):
        check_quantized(tmp_path / "numbers.onnx", ["Gather"])


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    # given
    (tmp_path / "model.onnx").write_bytes(b"no model")
    # when, then
    with pytest.raises(BundleError, match="cannot be read as a model"):
        operators(tmp_path / "model.onnx")
