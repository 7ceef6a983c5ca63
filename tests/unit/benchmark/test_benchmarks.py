"""The measurements run, on small input, and leave what they promise."""

import json
from pathlib import Path
from typing import Any, cast

import pytest
import torch

from textops.benchmark import (
    baselines,
    bottlenecks,
    demo,
    features,
    imbalance,
    loader,
    needless_work,
    page,
    prepare,
    prepare_run,
    quality,
    score,
    score_run,
    shards,
    training,
)
from textops.benchmark.baselines import LOGISTIC, SUPPORT_VECTORS
from textops.benchmark.page_visit import chromium
from textops.benchmark.result import REPORTS
from textops.benchmark.serving.texts import AskedTexts
from textops.benchmark.shard_measurements import READING, SHARDING, STREAMING, ShardMeasurements
from textops.errors import ConfigurationError, ServiceError
from textops.registry import Registry

pytestmark = pytest.mark.slow

SMALLER = ("data.synthetic.rows=200", "model.tokenizer.word_bits=12", "model.tokenizer.character_bits=8")


def assert_kept(name: str) -> dict[str, object]:
    assert (REPORTS / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert "| --- |" in (REPORTS / f"{name}.md").read_text()
    document = json.loads((REPORTS / f"{name}.json").read_text())
    assert document["machine"]["processors"] >= 1
    return dict(document)


def test_features_are_measured_with_and_without_character_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(features, "DOCUMENTS", 8)
    # when
    markdown = features.benchmark(rounds=3)
    # then
    measured = assert_kept("features")["microseconds_per_document"]
    assert isinstance(measured, list)
    assert [(row["features"], row["by"]) for row in measured] == [
        (name, by)
        for name in features._VARIANTS  # noqa: SLF001
        for by in ("compiled", "numpy")
    ]
    assert all(row["fastest"] <= row["total"] <= row["slowest"] for row in measured)
    assert measured[0]["ngrams"] < measured[2]["ngrams"]
    assert "words, pairs and character runs" in markdown


def test_quality_is_compared_on_the_same_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(quality, "SETTINGS", (*SMALLER, "trainer.max_epochs=4"))
    monkeypatch.setattr(baselines, "STRENGTHS", {LOGISTIC: (1.0,), SUPPORT_VECTORS: (0.1,)})
    # when
    markdown = quality.benchmark(["synthetic"], splits=2)
    # then
    sources = assert_kept("quality")["sources"]
    assert isinstance(sources, list)
    result = sources[0]
    accuracy = result["accuracy"]
    ours, better = accuracy["textops"]["value"], accuracy[result["better"]]["value"]
    assert better == max(interval["value"] for name, interval in accuracy.items() if name != "textops")
    assert result["difference"]["value"] == pytest.approx(ours - better)
    assert result["test_examples"] > 30
    assert "synthetic" in markdown


@pytest.mark.usefixtures("without_coverage")
def test_the_demo_is_measured_as_a_newcomer_runs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    # when
    markdown = demo.benchmark(1, ["data=synthetic", *SMALLER, "data.synthetic.rows=300", "trainer.max_epochs=8"])
    # then
    (measured,) = cast("list[dict[str, float]]", assert_kept("demo")["seconds"])
    assert 0 < measured["training"] < measured["whole"]
    assert "the whole demo" in markdown


@pytest.mark.usefixtures("without_coverage")
def test_a_demo_that_fails_is_no_measurement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    # when, then
    with pytest.raises(ServiceError, match=r"code 2: .*nothing"):
        demo.benchmark(1, ["data=nothing"])
    assert not list(tmp_path.iterdir())


def test_every_way_to_serve_batches_is_measured_beside_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(loader, "ROWS", 150)
    monkeypatch.setattr(loader, "_WORKERS", (2,))
    monkeypatch.setattr(loader, "_PREFETCH", (8,))
    # when
    markdown = loader.benchmark(rounds=2)
    # then
    measured = cast("list[dict[str, Any]]", assert_kept("loader")["documents_per_second"])
    names = {row["name"] for row in measured}
    assert {row["tokens"] for row in measured} == {"n-grams", "words"}
    assert len(measured) == 2 * len(names)
    assert names == {
        "batches, in the same process",
        "batches, 2 processes started anew, 8 ahead",
        "batches, 2 processes kept, 8 ahead",
        "documents one by one",
        "tokenized in each epoch",
    }
    assert all(len(row["rates"]) == 2 and min(row["rates"]) > 0 for row in measured)
    assert "| n-grams | batches, in the same process |" in markdown


@pytest.mark.usefixtures("without_coverage")
def test_what_was_slow_is_measured_beside_what_took_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    threads = torch.get_num_threads()
    texts = [f"the word {number} and {number * 7}" for number in range(64)]
    monkeypatch.setattr(bottlenecks, "_texts", lambda: texts)
    monkeypatch.setattr(needless_work, "PREPARED", ("data=synthetic", "data.synthetic.rows=100"))
    # when
    markdown = bottlenecks.benchmark(rounds=1)
    # then
    compared = cast("list[dict[str, Any]]", assert_kept("bottlenecks")["microseconds_per_document"])
    model = ["tokens of a batch", "copying a batch", "gradient and step", "whole step"]
    assert [row["what"] for row in compared] == [*model, "textops prepare"]
    assert all(len(row["times"]) == 1 for row in compared)
    assert "each row once" in markdown
    assert torch.get_num_threads() == threads


@pytest.mark.usefixtures("without_coverage")
def test_trainings_are_measured_as_processes_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(training, "DATA", "synthetic")
    monkeypatch.setattr(training, "MODELS", ("lstm",))
    monkeypatch.setattr(training, "SHARED", ("ngram",))
    two = "two processes, one thread each"
    monkeypatch.setattr(training, "SETUPS", {two: training.SETUPS[two]})
    monkeypatch.setattr(training, "SMALLER", SMALLER[:1])
    # when
    markdown = training.benchmark(rounds=1)
    # then
    document = assert_kept("training")
    epochs = cast("list[dict[str, Any]]", document["epochs"])
    assert [(row["model"], row["setup"]) for row in epochs] == [
        ("lstm", "as configured"),
        ("ngram", two),
    ]
    for row in epochs:
        assert len(row["times"]) == 1
        assert all(0 < epoch["waiting"] < epoch["seconds"] for epoch in row["times"])
    assert len(cast("list[float]", document["seconds_to_help"])) == 1
    assert "times as fast as lstm" in markdown


def test_a_training_that_fails_is_no_measurement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(training, "DATA", "nothing")
    # when, then
    with pytest.raises(ConfigurationError, match=r"training of ngram failed: .*nothing"):
        training.benchmark(2)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("without_coverage")
def test_the_page_is_measured_in_a_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_bundle: Path) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(page, "CHARACTERS", (500,))
    monkeypatch.setattr(page, "WARM_UP", 0)
    texts = [f"{word} {number} of the evening " for number, word in enumerate(("goal", "chip", "nothing"))]
    monkeypatch.setattr(page, "asked_texts", lambda _manifest: AskedTexts(texts, "texts of the test"))
    registry = Registry(tmp_path / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    # when
    markdown = page.benchmark(str(registry.root), None, page.PagePlan(clicks=2, views=1, starts=1))
    # then
    measured = cast("dict[str, list[float]]", assert_kept("page")["milliseconds"])
    assert len(measured["first visitor after the start of the page"]) == 1
    assert len(measured["first page, until the form can be used"]) == 1
    answers = measured["click with 500 characters, until class and bars stand"]
    words = measured["click with 500 characters, until the words are marked"]
    assert all(0 < answer <= word for answer, word in zip(answers, words, strict=True))
    assert len(answers) == 2
    assert "tiny/1 on the API" in markdown


def test_without_a_browser_nothing_can_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigurationError, match="no browser is installed"), chromium():
        pass


def test_ways_with_a_rare_class_are_compared_on_the_same_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    few = ("data.synthetic.rows=600", "data.synthetic.imbalance=3", "trainer.max_epochs=4")
    monkeypatch.setattr(imbalance, "DATA", ("data=synthetic", *SMALLER, *few))
    ways = {way: how for way, how in imbalance.WAYS.items() if way != "balanced weights"}
    monkeypatch.setattr(imbalance, "WAYS", ways)
    # when
    markdown = imbalance.benchmark(splits=1)
    # then
    found = assert_kept("imbalance")["ways"]
    assert isinstance(found, list)
    assert [each["way"] for each in found] == list(ways)
    assert all(0 <= each["recall"] <= 1 and each["macro_f1"]["low"] <= each["macro_f1"]["high"] for each in found)
    # a rule of decision leaves the probabilities as they are
    plain, for_macro_f1, _, by_cost = found
    assert plain["log_loss"] == for_macro_f1["log_loss"] == by_cost["log_loss"]
    assert by_cost["recall"] >= plain["recall"]
    assert "decision for macro F1" in markdown


def test_scoring_is_measured_on_one_processor_and_on_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_bundle: Path
) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(score, "_LONG_TEXTS", 16_000)
    monkeypatch.setattr(score, "KEPT", {"the id": ("id",)})
    monkeypatch.setattr(score, "_articles", lambda: "a goal for the team and a chip with code " * 100)
    # when
    markdown = score.benchmark(rounds=1, documents=2_000, bundle=tiny_bundle)
    # then
    document = cast("dict[str, Any]", assert_kept("score"))
    assert [(row["kept"], row["processors"]) for row in document["speeds"]] == [("the id", 1), ("the id", 2)]
    assert all(row["model_share"] > 0 for row in document["speeds"])
    assert document["short_texts"]["rows"] == 2_000
    assert document["short_texts"]["peak_bytes"] > 10 << 20
    assert "features and model" in markdown


def test_a_run_that_fails_is_no_measurement(tmp_path: Path, tiny_bundle: Path) -> None:
    with pytest.raises(ServiceError, match="nowhere"):
        score_run.run(tmp_path / "nowhere.parquet", tmp_path / "out.parquet", tiny_bundle, {0})


def test_preparing_is_measured_from_few_documents_to_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    for name, value in (("IDENTICAL", 300), ("CROWD", 20), ("LINE_CHARACTERS", 100_000)):
        monkeypatch.setattr(prepare, name, value)
    # when
    markdown = prepare.benchmark([4_000, 1_000, 2_000], words=8)
    # then
    document = cast("dict[str, Any]", assert_kept("prepare"))
    assert [size["rows"] for size in document["sizes"]] == [1_000, 2_000, 4_000]
    assert all(size["peak_bytes"] > 50 << 20 and size["disk_bytes"] > 0 for size in document["sizes"])
    assert [took["kept"] for took in document["hostile"].values()] == [61, 80, 61]
    assert [took["groups"] for took in document["hostile"].values()] == [61, 80, 61]
    assert "One more document costs" in markdown


def test_a_preparation_that_fails_is_no_measurement(tmp_path: Path) -> None:
    source = {"paths": str(tmp_path / "nowhere.csv"), "text_columns": "text", "label_column": "label"}
    with pytest.raises(ServiceError, match="nowhere"):
        prepare_run.run(source, tmp_path / "out")


@pytest.mark.usefixtures("without_coverage")
def test_shards_are_measured_from_their_bytes_to_trainings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shards, "DATA", "synthetic")
    monkeypatch.setattr(shards, "SETTINGS", ("data.synthetic.rows=300",))
    setups = [setup for setup in shards.SETUPS if setup.model == "cnn" and setup.processes == 2]
    monkeypatch.setattr(shards, "SETUPS", setups)
    monkeypatch.setattr(shards, "MEMORY_ROWS", (300,))
    # when
    markdown = shards.benchmark(rounds=1)
    # then
    assert_kept("shards")
    measured = ShardMeasurements.model_validate_json((REPORTS / "shards.json").read_text())
    sizes = measured.sizes
    assert sizes.prepared < sizes.text < sizes.tokenized
    assert [each.name for each in measured.rates] == [SHARDING, READING, STREAMING]
    assert [(each.model, each.processes) for each in measured.trainings] == [("cnn", 2)]
    (memory,) = measured.memory
    assert 150 < memory.documents <= 300
    assert memory.peak_bytes > 50_000_000
    assert "| reading and tokenizing |" in markdown
