"""What is exported as ONNX, and explained by its tables."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient
from torch import nn

from textops.bundle import MODEL_FILE, TOKENIZER_FILE, Manifest, read_manifest, seal
from textops.inference import Predictor
from textops.inference.explanation import Explainer
from textops.inference.linear_scorer import linear_scorer
from textops.inference.session import open_session
from textops.models.ngram import NgramEncoder
from textops.optimization.export import export_onnx
from textops.optimization.ngram_forms import compact, filled_buckets, quantized
from textops.registry import Registry
from textops.serving.api import create_app
from textops.serving.explanation_schemas import ExplanationResponse
from textops.serving.settings import ServingSettings
from textops.text import compiled
from textops.text.ngrams import NgramTokenizer
from textops.text.tokenizer import Tokenizer, load_tokenizer

pytestmark = pytest.mark.slow

CLASSES = ("business", "sport", "tech")
TOKENIZER = NgramTokenizer(word_bits=10, character_bits=10)
TEXTS = [
    "A goal in the last minute, again: GOAL!",
    "",
    "你好，世界",
    "é É ﬁ ½ \ud800 가",
    "goal " * 500,
    "Привет ½ мир",
]


def export(folder: Path, form: str) -> None:
    """Write model.onnx and tokenizer.json of a small model in one of its forms."""
    torch.manual_seed(0)
    encoder = NgramEncoder(TOKENIZER, len(CLASSES))
    encoder.fit(TOKENIZER.ragged(TEXTS))
    nn.init.normal_(encoder.table.weight, std=2.0)
    nn.init.normal_(encoder.bias)
    network = encoder.exportable()
    tokenizer: Tokenizer = TOKENIZER
    if form == "bytes":
        chosen = quantized(compact(network, TOKENIZER, filled_buckets(network)))
        tokenizer = chosen.tokenizer
        export_onnx(chosen.network, tokenizer, folder / MODEL_FILE)
    else:
        export_onnx(network, tokenizer, folder / MODEL_FILE)
    tokenizer.save(folder / TOKENIZER_FILE)


def predictor_of(folder: Path) -> Predictor:
    tokenizer, session = load_tokenizer(folder / TOKENIZER_FILE), open_session(folder / MODEL_FILE)
    known: dict[str, Any] = {"name": "tiny", "classes": CLASSES, "temperature": 1.0}
    manifest = Manifest.model_construct(**known)
    return Predictor(manifest, tokenizer, session, linear_scorer(folder / MODEL_FILE, tokenizer, session))


@pytest.fixture(scope="module", params=["floats", "bytes"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    export(folder, request.param)
    return folder


def test_the_words_add_up_to_the_score_of_the_exported_model(folder: Path) -> None:
    predictor = predictor_of(folder)

    for text in TEXTS:
        explanation = Explainer(predictor, folder).explain(text, CLASSES)

        assert explanation.method == "exact"
        for label, logit in zip(CLASSES, predictor.logits([text])[0].tolist(), strict=True):
            parts = explanation.parts[label]
            assert parts.score == pytest.approx(logit)
            assert parts.bias + parts.rest + sum(explanation.contributions[label]) == pytest.approx(logit, abs=1e-3)


def test_without_the_kernel_the_words_add_the_same(folder: Path) -> None:
    with_kernel = Explainer(predictor_of(folder), folder).explain(TEXTS[0], ["sport"])

    with compiled.without_kernel():
        predictor = predictor_of(folder)
        without = Explainer(predictor, folder).explain(TEXTS[0], ["sport"])

    assert predictor.scorer is None
    assert without.method == "exact"
    np.testing.assert_allclose(without.contributions["sport"], with_kernel.contributions["sport"], atol=1e-6)


def test_a_model_whose_tables_are_not_its_sum_is_explained_from_outside(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with compiled.without_kernel():
        predictor = predictor_of(folder)
        explainer = Explainer(predictor, folder)
        real = predictor.logits
        monkeypatch.setattr(predictor, "logits", lambda texts: real(texts) + np.float32(1))

        assert explainer.exact(TEXTS[0], ["sport"]) is None


def test_the_api_tells_what_each_word_added(
    folder: Path, tmp_path: Path, make_bundle: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a served model of our own form
    monkeypatch.setenv("TEXTOPS_DATABASE_URL", "none")
    bundle = make_bundle(tmp_path / "bundle", keywords={}, classes=CLASSES)
    manifest = read_manifest(bundle)
    for name in (MODEL_FILE, TOKENIZER_FILE):
        shutil.copy(folder / name, bundle / name)
    seal(bundle, manifest)
    registry = Registry(tmp_path / "registry")
    registry.point(registry.register(bundle), "production", after=None)
    # when
    with TestClient(create_app(ServingSettings(registry=str(registry.root)))) as client:
        response = client.post("/explain", json={"title": "Goal", "text": "in the last minute", "label": "tech"})
    # then
    answer = ExplanationResponse.model_validate(response.json())
    assert (answer.method, len(answer.words)) == ("exact", 5)
    assert answer.scores is not None
    for label, added in (
        (answer.label, [word.contribution for word in answer.words]),
        ("tech", [word.other_contribution or 0.0 for word in answer.words]),
    ):
        parts = answer.scores[label]
        assert parts.bias + parts.rest + sum(added) == pytest.approx(parts.score, abs=1e-3)
