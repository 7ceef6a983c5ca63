"""ONNX says what PyTorch says."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from textops.errors import BundleError
from textops.inference.scores import score_texts
from textops.inference.session import open_session
from textops.models.cnn import CnnEncoder
from textops.models.encoder import Encoder
from textops.models.lstm import LstmEncoder
from textops.models.ngram import NgramEncoder
from textops.models.transformer import TransformerEncoder
from textops.optimization.export import PARITY_TOLERANCE, check_parity, export_onnx
from textops.text.ngrams import NgramTokenizer
from textops.text.tokenizer import Tokenizer
from textops.text.vocabulary import learn_vocabulary

pytestmark = pytest.mark.slow

ARTICLE = "The government said on Tuesday that it would review the plan, which critics call too expensive. " * 20
TEXTS = ["", "a", " ", "!?", ARTICLE, "你好，世界", "नमस्ते दुनिया", "مرحبا", "\ud800", "x" * 100_000, "word " * 20_000]


def ngram_parts() -> tuple[Encoder, Tokenizer]:
    tokenizer = NgramTokenizer(word_bits=12, character_bits=12)
    encoder = NgramEncoder(tokenizer, 4)
    encoder.fit(tokenizer.ragged([ARTICLE, *TEXTS]))
    torch.nn.init.normal_(encoder.table, std=2.0)
    encoder.choose_head(2)
    return encoder, tokenizer


def lstm_parts() -> tuple[Encoder, Tokenizer]:
    tokenizer = learn_vocabulary([ARTICLE], max_tokens=64)
    return LstmEncoder(tokenizer, 4, word_dimension=8, state_dimension=8), tokenizer


def cnn_parts() -> tuple[Encoder, Tokenizer]:
    tokenizer = learn_vocabulary([ARTICLE], max_tokens=64)
    return CnnEncoder(tokenizer, 4, word_dimension=8, filters=8), tokenizer


def transformer_parts() -> tuple[Encoder, Tokenizer]:
    tokenizer = learn_vocabulary([ARTICLE], max_tokens=64)
    return TransformerEncoder(tokenizer, 4, dimension=16, heads=2), tokenizer


@pytest.mark.parametrize("parts", [ngram_parts, lstm_parts, cnn_parts, transformer_parts])
def test_the_export_equals_the_checkpoint_for_every_text_alone_and_in_batches(parts: object, tmp_path: Path) -> None:
    # given
    torch.manual_seed(0)
    assert callable(parts)
    encoder, tokenizer = parts()
    network = encoder.exportable()
    path = tmp_path / "model.onnx"
    # when
    export_onnx(network, tokenizer, path)
    parity = check_parity(network, tokenizer, path, TEXTS)
    # then
    assert parity.texts == len(TEXTS)
    assert parity.max_difference <= PARITY_TOLERANCE
    session = open_session(path)
    alone = np.concatenate([score_texts(session, tokenizer, [text]) for text in TEXTS])
    assert score_texts(session, tokenizer, TEXTS) == pytest.approx(alone, abs=PARITY_TOLERANCE)
    assert [node.name for node in session.get_inputs()] == list(tokenizer.encode(["a"]))
    assert all(isinstance(size, str) for node in session.get_inputs() for size in node.shape)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["model.onnx"]


@pytest.mark.parametrize("value", [1.0, float("nan")])
def test_a_model_that_differs_is_refused(tmp_path: Path, value: float) -> None:
    # given: an export with one weight changed
    torch.manual_seed(0)
    encoder, tokenizer = ngram_parts()
    network = encoder.exportable()
    path = tmp_path / "model.onnx"
    export_onnx(network, tokenizer, path)
    model = onnx.load(path)
    bias = next(tensor for tensor in model.graph.initializer if list(tensor.dims) == [4])
    bias.CopyFrom(numpy_helper.from_array(np.full(4, value, np.float32), bias.name))
    onnx.save(model, path)
    # when, then
    with pytest.raises(BundleError, match="differs from the checkpoint"):
        check_parity(network, tokenizer, path, ["a text"])
