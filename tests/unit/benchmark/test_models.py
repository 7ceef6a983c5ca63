"""The measurement of all models runs, on small input, and leaves what it promises."""

import json
from pathlib import Path

import pytest

from textops.benchmark import models
from textops.benchmark.result import REPORTS

pytestmark = pytest.mark.slow


def test_models_are_compared_on_the_same_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        models, "SMALLER", ("data.synthetic.rows=200", "data.synthetic.words=12", "trainer.max_epochs=1")
    )
    choices = ["model=ngram optimizer=sparse_adam", "model=cnn"]
    # when
    markdown = models.benchmark("synthetic", choices)
    # then
    document = json.loads((REPORTS / "models.json").read_text())
    assert [result["choice"] for result in document["models"]] == choices
    for result in document["models"]:
        assert result["epochs"] == 1
        assert 0 <= result["accuracy"]["low"] <= result["accuracy"]["value"] <= result["accuracy"]["high"] <= 1
        assert result["processor_seconds"] > 0
        assert result["megabytes"] > 0
    assert (REPORTS / "models.md").read_text() == markdown
    assert "`model=ngram optimizer=sparse_adam model.encoder.step_sizes=[1.0]`" in markdown
    assert (REPORTS / "models.png").read_bytes().startswith(b"\x89PNG")
