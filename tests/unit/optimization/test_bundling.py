"""From a run to a bundle that proves what it says."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from omegaconf import DictConfig

from textops.bundle import verify
from textops.data.dataset import Dataset, Examples
from textops.data.prepare import prepare
from textops.errors import BundleError, ConfigurationError, DataError
from textops.evaluation.behaviour import BehaviourSettings, run_suite
from textops.evaluation.behaviour_file import read_suite
from textops.evaluation.calibration import fit_temperature
from textops.evaluation.card import render_card
from textops.evaluation.measurements import read_measurements
from textops.evaluation.robustness import sample_rows
from textops.inference import Predictor
from textops.optimization import export
from textops.optimization.bundling import EDGE_TEXTS, build_bundle
from textops.optimization.evaluation_settings import with_settings
from textops.optimization.judged_bundle import Judged
from textops.text.features import FEATURE_NAMES, features_of
from textops.training.configuration import compose_configuration
from textops.training.run import Placement, Run
from textops.training.source import dataset_folder, source_of
from textops.training.train import train

Composer = Callable[..., DictConfig]
pytestmark = pytest.mark.slow

TINY = ("data=synthetic", "data.synthetic.rows=300", "data.synthetic.words=20", "trainer.max_epochs=2")
TABLES = ("model.tokenizer.word_bits=12", "model.tokenizer.character_bits=12")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("bundling")
    paths = (f"paths.processed={folder}/processed", f"paths.latest={folder}/latest")
    return train(compose_configuration([*TINY, *TABLES, *paths], folder / "run"))


@pytest.fixture(scope="module")
def judged(run: Run) -> Judged:
    return build_bundle(run)


def held_out(run: Run) -> Examples:
    return Dataset.load(Path(run.record.dataset)).examples("test")


def test_bundle_and_report_go_where_they_are_wanted(run: Run, tmp_path: Path) -> None:
    # given: a copy, because the bundle of the run is the business of other tests
    folder = tmp_path / "run"
    shutil.copytree(run.folder, folder, ignore=shutil.ignore_patterns("bundle", "report"))
    placed = Placement(tmp_path / "shipped" / "bundle", tmp_path / "figures")
    # when
    judged = build_bundle(Run.load(folder, placed))
    # then
    assert judged.bundle == placed.bundle
    assert verify(tmp_path / "shipped" / "bundle").name == run.record.name
    assert {"metrics.json", "reliability.png"} <= {path.name for path in (tmp_path / "figures").iterdir()}
    assert not (folder / "bundle").exists()
    assert not (folder / "report").exists()
    # and once more, over what is there; the card says when it was made
    again = build_bundle(Run.load(folder, placed)).manifest.files
    assert {name: again[name] for name in again if name != "model_card.md"} == {
        name: digest for name, digest in judged.manifest.files.items() if name != "model_card.md"
    }


def test_the_bundle_is_whole_and_tells_where_it_comes_from(run: Run, judged: Judged) -> None:
    # when
    manifest = verify(run.bundle)
    # then
    assert manifest == judged.manifest
    assert judged.bundle == run.bundle
    assert (manifest.name, manifest.encoder, manifest.max_tokens) == ("synthetic", "ngram", None)
    assert manifest.classes == run.record.classes
    assert manifest.data.fingerprint == run.record.fingerprint
    assert manifest.git_commit == run.record.git_commit
    assert set(manifest.files) == {
        "model.onnx", "tokenizer.json", "reference.parquet", "words.bin",
        "config.yaml", "model_card.md", "report.json", "behaviour.yaml",
    }  # fmt: skip
    assert judged.parity.texts == len(EDGE_TEXTS) + len(held_out(run))


def test_its_answers_are_those_of_the_checkpoint(run: Run, judged: Judged) -> None:
    # given
    texts = [*held_out(run).texts, *EDGE_TEXTS]
    network, feed = run.encoder().exportable(), run.tokenizer().encode(texts)
    with torch.inference_mode():
        logits = network(*map(torch.from_numpy, feed.values()))
    # when
    predictor = Predictor.load(run.bundle)
    # then
    assert predictor.logits(texts) == pytest.approx(logits.numpy(), abs=1e-4)
    expected = torch.softmax(logits.double() / judged.manifest.temperature, dim=1).numpy()
    assert predictor.probabilities(texts) == pytest.approx(expected, abs=1e-4)


def test_its_figures_are_those_of_the_exported_model_on_the_test_set(run: Run, judged: Judged) -> None:
    # given
    test = held_out(run)
    # when
    right = Predictor.load(run.bundle).probabilities(test.texts).argmax(axis=1) == test.labels
    # then
    figure = judged.manifest.metrics["accuracy"]
    assert figure.value == judged.evaluation.accuracy.value == pytest.approx(right.mean())
    assert figure.low <= figure.value <= figure.high
    assert judged.manifest.data.test_examples == len(test)


def test_the_temperature_is_found_on_the_validation_set(run: Run, judged: Judged) -> None:
    # given
    val = Dataset.load(Path(run.record.dataset)).examples("val")
    # when
    temperature = fit_temperature(Predictor.load(run.bundle).logits(val.texts), val.labels)
    # then
    assert judged.manifest.temperature == pytest.approx(temperature, rel=1e-6)


def test_the_reference_has_features_of_held_out_examples_and_no_text(run: Run, judged: Judged) -> None:
    # given
    test = held_out(run)
    # when
    reference = pq.read_table(judged.bundle / "reference.parquet")
    # then
    about_the_answer = ["id", "label", "predicted", "confidence", "entropy", "probabilities"]
    assert set(reference.column_names) >= {*about_the_answer, *FEATURE_NAMES}
    assert reference.column("id").to_pylist() == test.ids
    texts = set(test.texts)
    assert not any(texts & set(map(str, column.to_pylist())) for column in reference.columns)
    probabilities = Predictor.load(run.bundle).probabilities(test.texts)
    assert np.array(reference.column("confidence")) == pytest.approx(probabilities.max(axis=1), abs=1e-5)
    entropy = -(probabilities * np.log(probabilities)).sum(axis=1)
    assert np.array(reference.column("entropy")) == pytest.approx(entropy, abs=1e-5)
    classes = judged.manifest.classes
    assert reference.column("label").to_pylist() == [classes[label] for label in test.labels]
    assert reference.column("predicted").to_pylist() == [classes[label] for label in probabilities.argmax(axis=1)]
    assert np.array(reference.column("probabilities").to_pylist()) == pytest.approx(probabilities, abs=1e-5)
    familiar = Predictor.load(run.bundle).familiar
    assert familiar is not None
    features = [features_of(text, familiar) for text in test.texts]
    for name in FEATURE_NAMES:
        assert reference.column(name).to_pylist() == [each[name] for each in features]


def test_the_bundle_knows_the_words_of_its_training_texts_and_only_those(run: Run, judged: Judged) -> None:
    # given
    familiar = Predictor.load(judged.bundle).familiar
    train = Dataset.load(Path(run.record.dataset)).examples("train")
    # then
    assert familiar is not None
    assert features_of(train.texts[0], familiar)["unseen_share"] == 0.0
    assert features_of("xylophonic quizzically jabberwocky", familiar)["unseen_share"] == 1.0


def test_figures_and_tables_lie_beside_the_bundle(run: Run, judged: Judged) -> None:
    # then
    assert {path.name for path in run.report.iterdir()} == {
        "metrics.json",
        "evaluation.md",
        "measurements.json",
        "confusion_matrix.png",
        "robustness.png",
        "reliability.png",
    }
    document = json.loads((run.report / "metrics.json").read_text())
    assert document["accuracy"]["value"] == judged.evaluation.accuracy.value
    assert document["calibration"]["temperature"] == judged.manifest.temperature
    for picture in run.report.glob("*.png"):
        assert picture.read_bytes().startswith(b"\x89PNG")
    card = (run.bundle / "model_card.md").read_text()
    for fact in (run.record.fingerprint, "not measured", "leakage audit", "| accuracy |", "temperature"):
        assert fact in card


def test_all_that_was_measured_is_kept_and_the_card_is_made_of_it(run: Run, judged: Judged) -> None:
    # when
    measurements = read_measurements(run.report)
    # then
    assert measurements == judged.measurements
    assert measurements.parity == judged.parity
    assert measurements.model_bytes == (run.bundle / "model.onnx").stat().st_size
    assert measurements.variants is None
    assert measurements.robustness is not None
    assert measurements.robustness.available == len(held_out(run))
    assert measurements.slices is not None
    assert {part.kind for part in measurements.slices.parts} >= {"length", "time"}
    assert measurements.training is not None
    assert measurements.training.settings["trainer.max_epochs"] == "2"
    assert measurements.training.settings["model.name"] == "ngram"
    # the folders of this machine stay here
    card = (run.bundle / "model_card.md").read_text()
    assert card == render_card(judged.manifest, Dataset.load(Path(run.record.dataset)).manifest, measurements)
    assert str(run.folder.parent) not in card


def test_the_suite_travels_with_the_model_and_gives_the_same_report(run: Run, judged: Judged) -> None:
    # given
    suite = read_suite(run.bundle / "behaviour.yaml")
    texts = held_out(run).texts
    settings = BehaviourSettings()
    rows = sample_rows(texts, settings.examples, settings.characters, settings.seed)
    # when
    predictor = Predictor.load(run.bundle)
    report = run_suite(suite, predictor.probabilities, predictor.manifest.classes, [texts[row] for row in rows])
    # then
    assert report == judged.measurements.behaviour
    assert sum(result.cases for result in report.results) > 100


def test_an_evaluation_takes_settings_of_its_own_and_other_sources(run: Run, judged: Judged, tmp_path: Path) -> None:
    # given
    shutil.copytree(run.folder, tmp_path / "run")
    settings = ["robustness.examples=20", "slices.parts=2", "behaviour.suite=none"]
    copied = with_settings(Run.load(tmp_path / "run"), settings, [Path(run.record.dataset)])
    # when
    measured = build_bundle(copied).measurements
    # then: its own test set was not trained on, so it can stand for another source
    assert measured.robustness is not None
    assert measured.robustness.examples == 20
    (other,) = measured.robustness.others
    assert (other.name, other.seen, other.examples) == ("synthetic", 0, 20)
    assert measured.slices is not None
    assert len([part for part in measured.slices.parts if part.kind == "length"]) == 2
    assert measured.behaviour is not None
    assert judged.measurements.behaviour is not None
    assert len(measured.behaviour.results) < len(judged.measurements.behaviour.results)


def test_without_robustness_no_figure_of_an_earlier_one_is_left(run: Run, judged: Judged, tmp_path: Path) -> None:
    # given
    shutil.copytree(run.folder, tmp_path / "run")
    # when
    again = build_bundle(with_settings(Run.load(tmp_path / "run"), ["robustness.examples=0"]))
    # then
    assert again.measurements.robustness is None
    assert not (tmp_path / "run" / "report" / "robustness.png").exists()
    assert "## Robustness\n\nNot measured." in (again.bundle / "model_card.md").read_text()
    assert again.manifest.metrics == judged.manifest.metrics


def test_a_suite_that_does_not_fit_is_refused_before_anything_is_made(run: Run, judged: Judged, tmp_path: Path) -> None:
    # given
    shutil.copytree(run.folder, tmp_path / "run")
    suite = tmp_path / "suite.yaml"
    suite.write_text("tests: [{name: n, kind: minimum_function, cases: {class_9: [x]}}]")
    before = {path.name: path.read_bytes() for path in judged.bundle.iterdir()}
    # when, then
    with pytest.raises(ConfigurationError, match="names the class 'class_9'"):
        build_bundle(with_settings(Run.load(tmp_path / "run"), [f"behaviour.suite={suite}"]))
    assert {path.name: path.read_bytes() for path in (tmp_path / "run" / "bundle").iterdir()} == before


def test_the_review_band_keeps_to_the_share_that_people_have_time_for(judged: Judged) -> None:
    assert 0 <= judged.manifest.review.share <= 0.2
    assert judged.calibration.temperature == judged.manifest.temperature > 0


def test_an_evaluation_that_fails_leaves_the_last_one_as_it_was(
    run: Run, judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    files = {path.name: path.read_bytes() for path in judged.bundle.iterdir()}
    # when: no export is as exact as this
    monkeypatch.setattr(export, "PARITY_TOLERANCE", -1.0)
    with pytest.raises(BundleError, match="differs from the checkpoint"):
        build_bundle(run)
    # then
    assert {path.name: path.read_bytes() for path in run.bundle.iterdir()} == files
    assert not [path for path in run.folder.iterdir() if path.name.startswith(".")]


def test_another_data_set_is_refused_and_nothing_is_left(compose_small: Composer, tmp_path: Path) -> None:
    # given
    run = train(compose_small())
    other = compose_small("data.synthetic.rows=350", run="other")
    prepare(source_of(other), dataset_folder(other), force=False)
    # when, then
    with pytest.raises(DataError, match="is not the data set"):
        build_bundle(Run.load(tmp_path / "run"))
    assert not run.bundle.exists()
    assert not run.report.exists()
    assert not [path for path in run.folder.iterdir() if path.name.startswith(".bundle")]


def test_classes_of_any_script_and_a_model_of_words_in_order_come_through(tmp_path: Path) -> None:
    # given
    words = {"体育|运动": "球队 比赛 进球 冠军", "क": "शेयर बाज़ार बैंक दर"}
    with (tmp_path / "news.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["标题", "标签"])
        for row in range(120):
            label = list(words)[row % 2]
            writer.writerow([f"{words[label]} {row} {row * 7919 % 1000}", label])
    source = ["data=csv", f"data.paths={tmp_path}/news.csv", "data.text_columns=[标题]", "data.label_column=标签"]
    small = ["model=cnn", "model.encoder.filters=4", "model.encoder.word_dimension=8", "trainer.max_epochs=3"]
    folders = [f"paths.processed={tmp_path}/processed", f"paths.latest={tmp_path}/latest"]
    # when
    judged = build_bundle(train(compose_configuration([*source, *small, *folders], tmp_path / "run")))
    # then
    assert set(judged.manifest.classes) == set(words)
    assert judged.manifest.max_tokens == 256
    (answer,) = Predictor.load(judged.bundle).predict(["比赛 进球"])
    assert set(answer.probabilities) == set(words)
