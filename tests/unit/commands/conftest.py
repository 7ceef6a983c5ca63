"""A workspace for commands that judge a registered model: data, a bundle that was measured with them, a registry."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.bundle import REFERENCE_FILE, DataReference, read_manifest, seal
from textops.data.configuration import read_configuration
from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.evaluation.behaviour_file import BEHAVIOUR_FILE
from textops.inference import Predictor
from textops.inference.answering import Answering
from textops.optimization.reference import Answered, write_reference
from textops.registry import Registry

if TYPE_CHECKING:
    from tests.conftest import Terminal

MakeBundle = Callable[..., Path]

ROWS = 240
SUITE = """
tests:
  - name: words of sport
    kind: minimum_function
    cases: {sport: [a goal, a match]}
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, make_bundle: MakeBundle) -> Path:
    """A prepared data set and a bundle that was measured with it, without any training."""
    folder = tmp_path_factory.mktemp("workspace")
    rows = [
        (f"{'goal match' if row % 2 else 'chip code'} number {row * 7919 % 1000} {row}", row) for row in range(ROWS)
    ]
    lines = [f"{text},{'sport' if row % 2 else 'tech'}" for text, row in rows]
    (folder / "tiny.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    source = {"name": "tiny", "paths": str(folder / "tiny.csv"), "text_columns": ["text"], "label_column": "label"}
    manifest = prepare(read_configuration(source), folder / "data/processed/tiny")
    bundle = make_bundle(folder / "bundle", points=6.0)
    test = Dataset.load(folder / "data/processed/tiny").examples("test")
    predictor = Predictor.load(bundle)
    write_reference(
        bundle / REFERENCE_FILE,
        Answered(test, predictor.probabilities(test.texts)),
        Answering(predictor.manifest.classes),
    )
    (bundle / BEHAVIOUR_FILE).write_text(SUITE)
    data = DataReference(name="tiny", fingerprint=manifest.fingerprint, train_examples=8, test_examples=len(test))
    seal(bundle, read_manifest(bundle).model_copy(update={"data": data}))
    return folder


@pytest.fixture
def promoting_terminal(
    terminal: "Terminal", workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> "Terminal":
    """Type commands in the workspace; the registry, which is the test's own, holds the bundle."""
    monkeypatch.chdir(workspace)
    monkeypatch.setenv("TEXTOPS_REGISTRY", str(tmp_path / "registry"))
    monkeypatch.setenv("TEXTOPS_LOG_FILE", "")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    Registry(tmp_path / "registry").register(workspace / "bundle")
    return terminal
