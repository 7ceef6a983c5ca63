"""The forms of several models are compared, on small input, and what is promised is left."""

import json
from pathlib import Path

import pytest

from textops.benchmark import variants
from textops.benchmark.result import REPORTS

pytestmark = pytest.mark.slow


def test_the_forms_of_a_model_are_compared_with_its_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    smaller = ("data.synthetic.rows=200", "trainer.max_epochs=1", "optimization.variants=[torch,onnx_int8,distilled]")
    monkeypatch.setattr(variants, "SMALLER", smaller)
    # when
    markdown = variants.benchmark(1, ["synthetic ngram"])
    # then
    document = json.loads((REPORTS / "variants.json").read_text())
    report = document["models"]["synthetic ngram"]
    assert [row["name"] for row in report["variants"]] == ["onnx_fp32", "torch", "onnx_int8", "distilled"]
    assert (REPORTS / "variants.md").read_text() == markdown
    assert f"| synthetic ngram | **{report['shipped']}** |" in markdown
    assert "- synthetic ngram, distilled: a student of the same family" in markdown
    assert (REPORTS / "variants.png").read_bytes().startswith(b"\x89PNG")
