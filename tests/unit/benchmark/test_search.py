"""Measuring searches, with small ones."""

import json
from pathlib import Path

import pytest

from textops.benchmark.search import benchmark
from textops.errors import ServiceError

SMALL = (
    "data=synthetic",
    "data.synthetic.rows=200",
    "data.synthetic.words=10",
    "model.tokenizer.word_bits=10",
    "model.tokenizer.character_bits=10",
    "trainer.max_epochs=2",
)


@pytest.mark.usefixtures("without_coverage")
@pytest.mark.slow
def test_one_process_and_two_search_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    # when
    markdown = benchmark(2, SMALL)
    # then
    document = json.loads((tmp_path / "reports/benchmarks/search.json").read_text())
    searches = document["searches"]
    assert [search["processes"] for search in searches] == [1, 2]
    assert all(search["trials"] == 2 and search["best"] <= search["defaults"] for search in searches)
    assert searches[0]["defaults"] == searches[1]["defaults"]
    assert all(search["epochs"] <= search["epochs_without_stopping"] == 4 for search in searches)
    assert "validation loss on synthetic" in markdown
    assert (tmp_path / "reports/benchmarks/search.md").read_text() == markdown
    assert (tmp_path / "reports/benchmarks/search.png").stat().st_size > 1000


@pytest.mark.usefixtures("without_coverage")
@pytest.mark.slow
def test_a_search_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ServiceError, match="did you mean"):
        benchmark(4, (*SMALL, "model.learning_rat=1"))
