"""ONNX says what PyTorch says."""

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from torch import nn

from textops.bundle import PARITY_TOLERANCE
from textops.errors import BundleError
from textops.inference.scores import score_texts
from textops.inference.session import open_session
from textops.models.cnn import CnnEncoder
from textops.models.encoder import Encoder
from textops.models.lstm import LstmEncoder
from textops.models.ngram import NgramEncoder, NgramScorer
from textops.models.transformer import TransformerEncoder
from textops.optimization.export import check_parity, export_onnx
from textops.optimization.ngram_forms import compact
from textops.text.ngrams import NgramTokenizer
from textops.text.tokenizer import Tokenizer
from textops.text.vocabulary import learn_vocabulary

pytestmark = pytest.mark.slow

ARTICLE = "The government said on Tuesday that it would review the plan, which critics call too expensive. " * 20
TEXTS = [
    "", "a", " ", "!?", "\0", ARTICLE, "你好，世界", "नमस्ते दुनिया", "مرحبا", "\ud800", "é" * 64,
    "x" * 100_000, "word " * 20_000, "世" * 100_000,
]  # fmt: skip
Parts = tuple[Encoder, Tokenizer]


def ngram_parts() -> Parts:
    tokenizer = NgramTokenizer(word_bits=12, character_bits=12)
    encoder = NgramEncoder(tokenizer, 4)
    encoder.fit(tokenizer.ragged([ARTICLE, *TEXTS]))
    nn.init.normal_(encoder.table.weight, std=2.0)
    nn.init.normal_(encoder.bias)
    encoder.choose_head(2)
    return encoder, tokenizer


def lstm_parts() -> Parts:
    tokenizer = learn_vocabulary([ARTICLE], max_tokens=64)
    return LstmEncoder(tokenizer, 4, word_dimension=8, state_dimension=8), tokenizer


def cnn_parts() -> Parts:
    tokenizer = learn_vocabulary([ARTICLE], max_tokens=64)
    return CnnEncoder(tokenizer, 4, word_dimension=8, filters=8), tokenizer


def transformer_parts() -> Parts:
    tokenizer = learn_vocabulary([ARTICLE], max_tokens=64)
    return TransformerEncoder(tokenizer, 4, dimension=16, heads=2, layers=1), tokenizer


@dataclass(frozen=True)
class Exported:
    """A network, the file it was exported to, and what was printed meanwhile."""

    network: nn.Module
    tokenizer: Tokenizer
    path: Path
    printed: str


def export(parts: Parts, folder: Path) -> Exported:
    encoder, tokenizer = parts
    network = encoder.exportable()
    # A network that is left in training mode would export its dropout.
    network.train()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        export_onnx(network, tokenizer, folder / "model.onnx")
    return Exported(network, tokenizer, folder / "model.onnx", printed.getvalue())


@pytest.fixture(scope="module")
def linear(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    torch.manual_seed(0)
    return export(ngram_parts(), tmp_path_factory.mktemp("linear"))


@pytest.fixture(scope="module")
def lstm(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    torch.manual_seed(0)
    return export(lstm_parts(), tmp_path_factory.mktemp("lstm"))


@pytest.fixture(scope="module", params=["linear", "lstm", cnn_parts, transformer_parts])
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    if isinstance(request.param, str):
        known: Exported = request.getfixturevalue(request.param)
        return known
    torch.manual_seed(0)
    return export(request.param(), tmp_path_factory.mktemp("export"))


def test_the_export_equals_the_checkpoint_for_every_text(exported: Exported) -> None:
    # when
    parity = check_parity(exported.network, exported.tokenizer, exported.path, TEXTS)
    # then
    assert parity.texts == len(TEXTS)
    assert 0 <= parity.max_difference <= PARITY_TOLERANCE


def test_a_process_can_export_any_number_of_models(lstm: Exported, tmp_path: Path) -> None:
    # given: torch remembers the kernel of the first one
    assert lstm.path.exists()
    # when
    second = open_session(export(lstm_parts(), tmp_path).path)
    # then
    assert all(isinstance(size, str) for node in second.get_inputs() for size in node.shape)


@pytest.mark.parametrize("kept", [0, 1])
def test_a_tokenizer_that_knows_hardly_a_word_of_the_examples_is_no_obstacle(tmp_path: Path, kept: int) -> None:
    # given a model of which hardly a bucket is left
    tokenizer = NgramTokenizer(word_bits=8, character_bits=8, longest=1)
    chosen = np.zeros(tokenizer.vocabulary_size, bool)
    chosen[1 : 1 + kept] = True
    form = compact(NgramScorer(torch.rand(len(chosen), 3), torch.rand(2), 257), tokenizer, chosen)
    # when
    export_onnx(form.network, form.tokenizer, tmp_path / "model.onnx")
    # then
    texts = ["a text", "", "one two three " * 50]
    assert check_parity(form.network, form.tokenizer, tmp_path / "model.onnx", texts).agreement == 1


def test_a_network_whose_export_would_take_one_length_alone_is_refused(tmp_path: Path) -> None:
    # given
    class FixedLength(nn.Module):
        def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
            return torch.stack([input_ids[:, word] for word in range(input_ids.shape[1])]).sum(0)[:, None].float()

    tokenizer = learn_vocabulary([ARTICLE], max_tokens=64)
    # when, then
    with pytest.raises(BundleError, match="for a constant"):
        export_onnx(FixedLength(), tokenizer, tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()


@pytest.mark.parametrize("texts", [TEXTS[:11], TEXTS[:3], ["one text"], ["", ""]], ids=len)
def test_batches_of_any_size_go_through_the_same_session(exported: Exported, texts: list[str]) -> None:
    # given
    session = open_session(exported.path)
    feed = exported.tokenizer.encode(texts)
    # when
    (logits,) = session.run(["logits"], feed)
    # then
    with torch.inference_mode():
        expected = exported.network(*map(torch.from_numpy, feed.values())).numpy()
    assert logits.shape == (len(texts), 4)
    assert logits == pytest.approx(expected, abs=PARITY_TOLERANCE)
    alone = np.concatenate([score_texts(session, exported.tokenizer, [text]) for text in texts])
    assert logits == pytest.approx(alone, abs=PARITY_TOLERANCE)


def test_the_file_takes_what_the_tokenizer_gives_and_is_alone(exported: Exported) -> None:
    # when
    session = open_session(exported.path)
    # then
    assert [node.name for node in session.get_inputs()] == list(exported.tokenizer.encode(["a"]))
    assert all(isinstance(size, str) for node in session.get_inputs() for size in node.shape)
    assert [node.name for node in session.get_outputs()] == ["logits"]
    assert [file.name for file in exported.path.parent.iterdir()] == ["model.onnx"]
    assert not {"Dropout"} & {node.op_type for node in onnx.load(exported.path).graph.node}


def test_exporting_leaves_the_console_alone(exported: Exported) -> None:
    assert exported.printed == ""


def with_bias(value: float) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        bias = next(tensor for tensor in model.graph.initializer if list(tensor.dims) == [4])
        bias.CopyFrom(numpy_helper.from_array(np.full(4, value, np.float32), bias.name))

    return change


def with_another_input(model: onnx.ModelProto) -> None:
    for node in model.graph.node:
        node.input[:] = ["scales" if name == "weights" else name for name in node.input]
    model.graph.input[1].name = "scales"


def with_one_answer_for_all_classes(model: onnx.ModelProto) -> None:
    (output,) = model.graph.output
    last = next(node for node in model.graph.node if "logits" in node.output)
    last.output[:] = ["every"]
    model.graph.node.append(onnx.helper.make_node("ReduceMean", ["every"], ["logits"], keepdims=1))
    output.type.tensor_type.shape.dim[1].dim_value = 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (with_bias(0.0), "differs from the checkpoint by"),
        (with_bias(float("nan")), "differs from the checkpoint by nan"),
        (with_bias(float("inf")), "differs from the checkpoint by inf"),
        (with_another_input, "does not take what its tokenizer gives"),
        (with_one_answer_for_all_classes, "differs from the checkpoint by inf"),
    ],
    ids=["other weights", "not a number", "infinite", "other inputs", "another shape"],
)
def test_a_model_that_differs_is_refused(
    linear: Exported, tmp_path: Path, change: Callable[[onnx.ModelProto], None], message: str
) -> None:
    # given
    model = onnx.load(linear.path)
    change(model)
    onnx.save(model, tmp_path / "model.onnx")
    # when, then
    with pytest.raises(BundleError, match=message) as raised:
        check_parity(linear.network, linear.tokenizer, tmp_path / "model.onnx", ["a text"])
    assert "\n" not in str(raised.value)


def test_a_checkpoint_that_is_not_a_number_is_refused_even_if_the_export_is_not_either(
    linear: Exported, tmp_path: Path
) -> None:
    # given
    model = onnx.load(linear.path)
    with_bias(float("nan"))(model)
    onnx.save(model, tmp_path / "model.onnx")
    encoder, tokenizer = ngram_parts()
    assert isinstance(encoder, NgramEncoder)
    with torch.no_grad():
        encoder.bias.fill_(float("nan"))
    # when, then
    with pytest.raises(BundleError, match="do not ship it"):
        check_parity(encoder.exportable(), tokenizer, tmp_path / "model.onnx", ["a text"])


def test_without_texts_nothing_is_proven(linear: Exported) -> None:
    with pytest.raises(ValueError, match="at least one text"):
        check_parity(linear.network, linear.tokenizer, linear.path, [])
