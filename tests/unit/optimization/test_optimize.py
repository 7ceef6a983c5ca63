"""The forms of a real, small model: made, measured, chosen, shipped."""

import importlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from textops.bundle import verify
from textops.cli import application
from textops.data.dataset import Dataset
from textops.errors import ConfigurationError, DataError
from textops.inference import Predictor
from textops.optimization.bundling import build_bundle
from textops.optimization.distillation import further_texts
from textops.optimization.optimize import Optimized, optimize
from textops.optimization.settings import settings_for
from textops.optimization.teacher import load_teacher
from textops.training.configuration import compose_configuration
from textops.training.run import Run
from textops.training.train import train
from textops.variant_figures import VariantFigures

pytestmark = pytest.mark.slow

TINY = ("data=synthetic", "data.synthetic.rows=300", "data.synthetic.words=20", "trainer.max_epochs=2")
TABLES = ("model.tokenizer.word_bits=15", "model.tokenizer.character_bits=15")
SMALL_CNN = ("model=cnn", "model.encoder.word_dimension=8", "model.encoder.filters=8", "threads=1")
# What ships must not hang on what else the machine does.
SMALLEST = (
    "optimization.policy.tie=1000",
    "optimization.policy.max_accuracy_loss=1",
    "optimization.policy.max_likely_loss=1",
)
QUICK = ("optimization.measurement.rounds=1", "optimization.measurement.texts=5", "optimization.pruning.steps=2")


def trained(folder: Path, name: str, *overrides: str) -> Run:
    paths = (f"paths.processed={folder}/processed", f"paths.latest={folder}/latest", f"paths.tokens={folder}/tokens")
    return train(compose_configuration([*TINY, *overrides, *paths], folder / name))


@pytest.fixture(scope="module")
def ngram(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return trained(tmp_path_factory.mktemp("ngram"), "run", *TABLES)


@pytest.fixture(scope="module")
def cnn(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return trained(tmp_path_factory.mktemp("cnn"), "run", *SMALL_CNN)


@pytest.fixture(scope="module")
def optimized(ngram: Run) -> Optimized:
    variants = "optimization.variants=[torch,onnx_int8,onnx_int8_static,pruned,pruned_int8,distilled]"
    return optimize(ngram, settings_for(ngram.configuration, [*QUICK, *SMALLEST, variants]))


def by_name(result: Optimized) -> dict[str, VariantFigures]:
    return {figures.name: figures for figures in result.report.variants}


def test_every_form_keeps_its_own_file_and_smaller_ones_are_smaller(optimized: Optimized) -> None:
    # given
    forms = by_name(optimized)
    # when
    files = {path.parent.name: path.stat().st_size for path in optimized.folder.glob("*/model.onnx")}
    # then
    assert set(files) == {"onnx_fp32", "onnx_int8", "pruned", "pruned_int8"}
    assert files["pruned_int8"] < files["onnx_int8"] < files["onnx_fp32"] / 4
    assert files["pruned"] < files["onnx_fp32"] / 2
    assert forms["pruned_int8"].sparsity == forms["pruned"].sparsity > 0.8  # type: ignore[operator]


def test_every_form_is_measured_and_what_cannot_be_made_says_why(optimized: Optimized) -> None:
    # given
    forms = by_name(optimized)
    # then
    for name in ("onnx_fp32", "torch", "onnx_int8", "pruned", "pruned_int8"):
        measured = forms[name].model_dump(exclude={"sparsity"})
        assert forms[name].made
        assert all(value is not None for value in measured.values()), name
    assert "no activations" in forms["onnx_int8_static"].reason
    assert "a student of the same family (ngram)" in forms["distilled"].reason
    assert forms["onnx_fp32"].agreement == 1
    assert forms["torch"].max_difference == pytest.approx(0, abs=1e-4)


def test_the_bundle_holds_the_form_that_was_chosen_and_says_why(ngram: Run, optimized: Optimized) -> None:
    # when
    manifest = verify(ngram.bundle)
    # then
    assert manifest.export is not None
    assert manifest.export.variant == optimized.report.shipped == "pruned_int8"
    assert manifest.export.reason == optimized.report.reason
    assert (ngram.bundle / "model.onnx").read_bytes() == (
        optimized.folder / manifest.export.variant / "model.onnx"
    ).read_bytes()
    texts = Dataset.load(Path(ngram.record.dataset)).examples("test").texts
    assert np.isfinite(Predictor.load(ngram.bundle).logits(texts)).all()
    card = (ngram.bundle / "model_card.md").read_text()
    assert "pruned_int8" in card
    assert "Memory, start and speed: not measured" not in card


def test_the_table_is_written_for_people_and_programs(ngram: Run, optimized: Optimized) -> None:
    # when
    document = json.loads((ngram.report / "variants.json").read_text())
    # then
    assert [row["name"] for row in document["variants"]] == [form.name for form in optimized.report.variants]
    markdown = (ngram.report / "variants.md").read_text()
    assert f"Ships: `{optimized.report.shipped}`" in markdown
    assert all(column in markdown for column in ("Macro-F1", "ECE", "Largest logit difference", "One text, 95 %"))
    assert "not measured" not in markdown
    assert (ngram.report / "variants.png").read_bytes().startswith(b"\x89PNG")


def test_a_network_teaches_a_student_and_is_pruned_and_quantized(cnn: Run) -> None:
    # given
    variants = "optimization.variants=[onnx_int8,onnx_int8_static,pruned,pruned_int8,distilled,distilled_int8]"
    student = (
        "optimization.distillation.student_overrides=[model.tokenizer.longest=1,model.tokenizer.word_bits=12]",
        "optimization.distillation.epochs=2",
    )
    settings = settings_for(cnn.configuration, [*QUICK, *student, variants, "optimization.pruning.sparsity=0.5"])
    # when
    result = optimize(cnn, settings)
    # then
    forms = by_name(result)
    assert all(form.made for form in forms.values())
    assert forms["pruned"].sparsity == pytest.approx(0.5, abs=0.01)
    assert forms["distilled"].reason == "ngram, taught by synthetic (cnn)"
    document = json.loads((result.folder / "distilled/tokenizer.json").read_text())
    assert document["type"] == "selected-ngrams"


def test_any_model_folder_can_teach(ngram: Run, cnn: Run) -> None:
    # given
    texts = Dataset.load(Path(ngram.record.dataset)).examples("test").texts
    bundle = build_bundle(cnn).bundle
    # when
    of_run, of_bundle = load_teacher(cnn.folder), load_teacher(bundle)
    # then
    said = of_run.logits(texts, cnn.record.classes)
    assert of_bundle.logits(texts, cnn.record.classes) == pytest.approx(said, abs=1e-4)
    turned = of_run.logits(texts, cnn.record.classes[::-1])
    assert np.array_equal(turned, said[:, ::-1])
    with pytest.raises(DataError, match=r"knows the classes .* has a, b: take a teacher of the same classes"):
        of_run.logits(texts, ["a", "b"])


def test_further_texts_are_read_in_any_format_but_none_that_the_data_set_holds(ngram: Run, tmp_path: Path) -> None:
    # given
    dataset = Dataset.load(Path(ngram.record.dataset))
    held_out = dataset.examples("test").texts[0]
    rows = [{"text": "a new text"}, {"text": held_out}, {"text": "a new text"}, {"text": " "}]
    (tmp_path / "more.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\nno json\n")
    (tmp_path / "note.txt").write_text("a text of its own\n")
    # when
    texts = further_texts([str(tmp_path / "more.jsonl"), str(tmp_path / "note.txt")], ["text"], dataset)
    # then
    assert texts == ["a new text", "a text of its own"]
    assert further_texts([], ["text"], dataset) == []


def test_further_texts_are_cleaned_as_those_of_the_data_set_so_that_held_out_ones_are_known(
    ngram: Run, tmp_path: Path
) -> None:
    # given a data set whose texts lost a dateline, and its held-out texts as they were
    dataset = Dataset.load(Path(ngram.record.dataset))
    source = dataset.manifest.source.model_copy(update={"remove_patterns": (r"^[A-Z]+ \(Agency\) - ",)})
    cleaned = replace(dataset, manifest=dataset.manifest.model_copy(update={"source": source}))
    held_out = [{"text": f"PARIS (Agency) - {text} \n"} for text in dataset.examples("test").texts]
    (tmp_path / "raw.jsonl").write_text("\n".join(map(json.dumps, [*held_out, {"text": "ROME (Agency) - new"}])))
    # when, then
    assert further_texts([str(tmp_path / "raw.jsonl")], ["text"], cleaned) == ["new"]


def test_what_a_student_cannot_learn_from_is_told_before_anything_is_made(
    ngram: Run, cnn: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    before = sorted(cnn.folder.rglob("*"))
    monkeypatch.setattr(importlib.import_module("textops.optimization.optimize"), "make_variants", pytest.fail)
    stranger = replace(load_teacher(ngram.folder), classes=("a", "b"))
    missing = settings_for(cnn.configuration, ["optimization.distillation.unlabelled=[nowhere.csv]"])
    other = settings_for(cnn.configuration, ["optimization.distillation.student=lstm"])
    # when, then
    with pytest.raises(DataError, match="take a teacher of the same classes"):
        optimize(cnn, settings_for(cnn.configuration), stranger)
    with pytest.raises(DataError, match=r"optimization\.distillation\.unlabelled: .*nowhere\.csv"):
        optimize(cnn, missing)
    with pytest.raises(ConfigurationError, match=r"student_overrides: there is no key model\.tokenizer\.longest"):
        optimize(cnn, other)
    assert sorted(cnn.folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("optimization.pruning.sparsitty=0.5", "did you mean"),
        ("optimization.pruning.sparsity=1.5", "optimization.pruning.sparsity: Input should be less than 1, not 1.5"),
        ("optimization.variants=[onnx_int4]", "optimization.variants.0"),
        ("trainer.max_epochs=3", "optimize cannot set trainer.max_epochs"),
    ],
)
def test_an_impossible_setting_is_refused_in_one_line(ngram: Run, override: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        settings_for(ngram.configuration, [override])


def test_a_run_of_old_has_todays_settings(ngram: Run) -> None:
    # given
    configuration = ngram.configuration.copy()
    del configuration["optimization"]
    # when, then
    assert settings_for(configuration) == settings_for(ngram.configuration)


def test_a_teacher_that_is_not_there_is_one_line_and_leaves_nothing(ngram: Run) -> None:
    # given
    arguments = ["optimize", "--run", str(ngram.folder), "optimization.distillation.teacher=nowhere"]
    # when
    result = CliRunner().invoke(application, arguments)
    # then
    assert isinstance(result.exception, ConfigurationError)
    assert "there is no folder nowhere" in str(result.exception)
