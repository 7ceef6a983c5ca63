"""What is exported as ONNX, and scored by the kernel."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from loguru import logger
from torch import nn

from textops.inference import linear_scorer as module
from textops.inference.linear_scorer import LARGEST_DIFFERENCE, linear_scorer
from textops.inference.onnx_tables import read_tables
from textops.inference.scores import StageTimes, score_texts
from textops.inference.session import open_session
from textops.models.ngram import NgramEncoder
from textops.optimization.export import export_onnx
from textops.optimization.ngram_forms import compact, filled_buckets, quantized
from textops.text import compiled
from textops.text.ngrams import NgramTokenizer
from textops.text.tokenizer import Tokenizer, load_tokenizer
from textops.text.vocabulary import learn_vocabulary

pytestmark = pytest.mark.slow

TOKENIZER = NgramTokenizer(word_bits=10, character_bits=10)
TEXTS = [
    "a goal in the last minute",
    "the chip runs the code",
    "",
    "你好，世界",
    "goal " * 5000,
    "\ud800 é",
    "A" * 70_000,
]


def export(folder: Path, form: str) -> Path:
    """Write model.onnx and tokenizer.json of a small model in one of its forms."""
    torch.manual_seed(0)
    encoder = NgramEncoder(TOKENIZER, 4)
    encoder.fit(TOKENIZER.ragged(TEXTS))
    nn.init.normal_(encoder.table.weight, std=2.0)
    nn.init.normal_(encoder.bias)
    network = encoder.exportable()
    tokenizer: Tokenizer = TOKENIZER
    if form != "whole":
        compacted = compact(network, TOKENIZER, filled_buckets(network))
        chosen = quantized(compacted) if form == "bytes" else compacted
        export_onnx(chosen.network, chosen.tokenizer, folder / "model.onnx")
        tokenizer = chosen.tokenizer
    else:
        export_onnx(network, tokenizer, folder / "model.onnx")
    tokenizer.save(folder / "tokenizer.json")
    return folder


def scores_of(folder: Path, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """What the kernel and what ONNX Runtime make of texts."""
    tokenizer = load_tokenizer(folder / "tokenizer.json")
    session = open_session(folder / "model.onnx")
    scorer = linear_scorer(folder / "model.onnx", tokenizer, session)
    assert scorer is not None
    return scorer.scores(texts), score_texts(session, tokenizer, texts)


@pytest.mark.parametrize("form", ["whole", "compact", "bytes"])
def test_the_kernel_scores_an_export_as_onnx_runtime_does(form: str, tmp_path: Path) -> None:
    found, expected = scores_of(export(tmp_path, form), TEXTS)

    np.testing.assert_allclose(found, expected, atol=LARGEST_DIFFERENCE)
    assert np.ptp(expected) > 1


def test_the_time_of_the_stages_is_told(tmp_path: Path) -> None:
    # given
    folder = export(tmp_path, "whole")
    tokenizer = load_tokenizer(folder / "tokenizer.json")
    scorer = linear_scorer(folder / "model.onnx", tokenizer, open_session(folder / "model.onnx"))
    assert scorer is not None
    # when
    times = StageTimes()
    scorer.scores(TEXTS, times)
    # then
    assert times.features > 0
    assert times.inference > 0


def test_where_the_two_differ_onnx_runtime_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a graph that is not what its tables look like
    folder = export(tmp_path, "whole")
    tables = read_tables(folder / "model.onnx")
    monkeypatch.setattr(module, "read_tables", lambda _path: tables | {"bias": np.ones(4, np.float32)})
    warnings: list[str] = []
    sink = logger.add(lambda message: warnings.append(str(message)), level="WARNING", format="{message}")
    # when
    scorer = linear_scorer(folder / "model.onnx", TOKENIZER, open_session(folder / "model.onnx"))
    logger.remove(sink)
    # then
    assert scorer is None
    assert "ONNX Runtime answers" in warnings[0]


@pytest.mark.parametrize("lost", ["bias", "rows"])
def test_a_graph_without_our_tables_is_left_to_onnx_runtime(
    lost: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = export(tmp_path, "whole")
    tables = {name: table for name, table in read_tables(folder / "model.onnx").items() if name != lost}
    monkeypatch.setattr(module, "read_tables", lambda _path: tables)

    assert linear_scorer(folder / "model.onnx", TOKENIZER, open_session(folder / "model.onnx")) is None


def test_without_the_kernel_onnx_runtime_answers(tmp_path: Path) -> None:
    folder = export(tmp_path, "whole")

    with compiled.without_kernel():
        assert linear_scorer(folder / "model.onnx", TOKENIZER, open_session(folder / "model.onnx")) is None


def test_other_tokenizers_are_left_to_onnx_runtime(tmp_path: Path) -> None:
    folder = export(tmp_path, "whole")
    vocabulary = learn_vocabulary(TEXTS)

    assert linear_scorer(folder / "model.onnx", vocabulary, open_session(folder / "model.onnx")) is None
