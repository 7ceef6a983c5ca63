"""From a run to a bundle that proves what it says."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from omegaconf import DictConfig

from textops.bundle import verify
from textops.data.dataset import Dataset
from textops.errors import DataError
from textops.inference import Predictor
from textops.optimization.bundling import build_bundle
from textops.training.run import Run
from textops.training.train import train

Composer = Callable[..., DictConfig]
pytestmark = pytest.mark.slow


def test_the_bundle_says_what_the_checkpoint_says_and_holds_its_measurements(compose_small: Composer) -> None:
    # given
    run = train(compose_small())
    # when
    judged = build_bundle(run)
    # then
    manifest = verify(run.bundle)
    assert manifest.name == "synthetic"
    assert set(manifest.files) == {"model.onnx", "tokenizer.json", "reference.parquet", "model_card.md"}
    test = Dataset.load(Path(run.record.dataset)).examples("test")
    predictor = Predictor.load(run.bundle)
    network, feed = run.encoder().exportable(), run.tokenizer().encode(test.texts)
    expected = network(*map(torch.from_numpy, feed.values())).detach().numpy()
    assert predictor.logits(test.texts) == pytest.approx(expected, abs=1e-4)
    accuracy = (predictor.probabilities(test.texts).argmax(axis=1) == test.labels).mean()
    assert manifest.metrics["accuracy"].value == judged.evaluation.accuracy.value == pytest.approx(accuracy)
    assert manifest.data.test_examples == len(test)


def test_the_reference_has_features_of_held_out_examples_and_no_text(compose_small: Composer) -> None:
    # given
    run = train(compose_small())
    build_bundle(run)
    test = Dataset.load(Path(run.record.dataset)).examples("test")
    # when
    reference = pq.read_table(run.bundle / "reference.parquet")
    # then
    assert reference.column("id").to_pylist() == test.ids
    assert {"label", "predicted", "confidence", "entropy", "characters", "words"} < set(reference.column_names)
    texts = set(test.texts)
    assert not any(texts & set(map(str, column.to_pylist())) for column in reference.columns)
    confidence = Predictor.load(run.bundle).probabilities(test.texts).max(axis=1)
    assert np.array(reference.column("confidence")) == pytest.approx(confidence, abs=1e-5)


def test_figures_and_tables_lie_beside_the_bundle(compose_small: Composer) -> None:
    # given
    run = train(compose_small())
    # when
    build_bundle(run)
    # then
    assert {path.name for path in run.report.iterdir()} == {
        "metrics.json",
        "evaluation.md",
        "confusion_matrix.png",
        "reliability.png",
    }
    assert json.loads((run.report / "metrics.json").read_text())
    for picture in run.report.glob("*.png"):
        assert picture.read_bytes().startswith(b"\x89PNG")
    card = (run.bundle / "model_card.md").read_text()
    for fact in (run.record.fingerprint, "not measured", "leakage audit", "| accuracy |", "temperature"):
        assert fact in card


def test_another_data_set_is_refused_and_nothing_is_left(compose_small: Composer, tmp_path: Path) -> None:
    # given
    run = train(compose_small())
    train(compose_small("data.synthetic.rows=350", run="other"))
    # when, then
    with pytest.raises(DataError, match="is not the data set"):
        build_bundle(Run.load(tmp_path / "run"))
    assert not run.bundle.exists()
    assert not [path for path in run.folder.iterdir() if path.name.startswith(".bundle")]
