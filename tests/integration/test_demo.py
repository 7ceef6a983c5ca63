"""`textops demo`: the whole life of a model, as a newcomer sees it."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from textops.bundle import verify
from textops.registry.store import Registry
from textops.serving.process import started_server

if TYPE_CHECKING:
    from tests.conftest import Terminal

SMALL = (
    "model.tokenizer.word_bits=14",
    "model.tokenizer.character_bits=14",
    "trainer.max_epochs=2",
    "robustness.examples=0",
)


@pytest.mark.slow
def test_the_demo_leaves_a_real_model_in_production_that_serve_finds(terminal: "Terminal", tmp_path: Path) -> None:
    # given an empty folder
    assert not list(tmp_path.iterdir())
    # when
    outcome = terminal("demo")
    # then
    assert outcome.code == 0, outcome.log
    registry = Registry(tmp_path / "models/registry")
    production = registry.find("bbc_news@production")
    assert verify(production.path).metrics["accuracy"].low > 0.9
    for part in ("accuracy", "baseline", "over HTTP", "registry", "figures", "What to type next"):
        assert part in outcome.output
    figures = re.search(r"(outputs/\S+/report)", outcome.output)
    assert figures is not None
    assert {path.name for path in (tmp_path / figures[1]).iterdir()} == {
        "confusion_matrix.png",
        "evaluation.md",
        "measurements.json",
        "metrics.json",
        "reliability.png",
        "robustness.png",
    }
    with started_server({"TEXTOPS_REGISTRY": str(registry.root)}) as address:
        answer = httpx.post(f"{address}/predict", json={"text": "The striker scored twice in the second half"})
    assert answer.json()["label"] == "sports"


@pytest.mark.slow
def test_a_second_demo_that_is_worse_is_refused_by_the_gate_and_changes_nothing(
    terminal: "Terminal", tmp_path: Path
) -> None:
    # given
    source = ("data=synthetic", "data.synthetic.rows=1500")
    assert terminal("demo", *source, *SMALL).code == 0
    # when: a model that sees too little of the text
    worse = terminal("demo", *source, *SMALL, "model.tokenizer.max_characters=60")
    # then
    registry = Registry(tmp_path / "models/registry")
    assert worse.code == 3, worse.log
    assert "Traceback" not in worse.log
    assert "accuracy" in worse.log.splitlines()[-1]
    assert registry.find("synthetic@production").number == 1
    assert [version.number for version in registry.versions("synthetic")] == [1, 2]
