"""Texts with any number of labels, from a file to a service, its feedback and a better model, as people type it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest
from pyarrow import csv, parquet

from textops.bundle import CARD_FILE, read_manifest
from textops.data.dataset import Dataset
from textops.evaluation.evidence import gather_evidence, held_out_of
from textops.inference import Predictor
from textops.monitoring.check import check
from textops.monitoring.separators import Separators
from textops.monitoring.thresholds import Thresholds
from textops.monitoring.traffic import span_until_now, traffic
from textops.optimization.bundling import build_bundle
from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.prediction_log.reading import Period
from textops.registry import PRODUCTION, Registry
from textops.registry.bounds import GateBounds
from textops.registry.judgement import judge
from textops.serving.schemas import PredictionResponse, Problem
from textops.training.configuration import compose_configuration
from textops.training.train import train

if TYPE_CHECKING:
    from tests.conftest import Terminal
    from tests.integration.conftest import StartApi

pytestmark = pytest.mark.slow

WORDS = {
    "sport": ["match", "goal", "league", "player", "coach", "stadium", "referee", "score"],
    "tech": ["phone", "software", "chip", "browser", "cloud", "code", "laptop", "network"],
    "politics": ["minister", "vote", "parliament", "election", "law", "senate", "treaty", "cabinet"],
    "money": ["bank", "market", "shares", "profit", "loan", "budget", "interest", "currency"],
}
EVERYDAY = ["the", "of", "and", "to", "with", "from", "year", "people", "time", "first", "last", "new", "said", "was"]
SMALL = (
    "data=csv",
    "data.paths=topics.jsonl",
    "data.text_columns=[text]",
    "data.label_column=labels",
    "data.task=multilabel",
    "model.tokenizer.word_bits=14",
    "model.tokenizer.character_bits=12",
    "trainer.max_epochs=4",
    "threads=1",
)
LOG = "data/prediction_log.sqlite"


def topics(count: int, seed: int) -> list[tuple[str, list[str]]]:
    """Return texts with none to three labels, now and then with a word of another one."""
    generator = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        size = generator.choice([0, 1, 2, 3], p=[0.1, 0.5, 0.3, 0.1])
        labels = sorted(generator.choice(list(WORDS), size, replace=False))
        words = [*generator.choice(EVERYDAY, 12), f"row{seed}x{number}"]
        for label in labels:
            words += list(generator.choice(WORDS[label], 3))
        if generator.random() < 0.3:
            words.append(str(generator.choice(WORDS[str(generator.choice(list(WORDS)))])))
        generator.shuffle(words)
        rows.append((" ".join(words), [str(label) for label in labels]))
    return rows


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a data set, and a model of it in production."""
    folder = tmp_path_factory.mktemp("life")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        lines = [json.dumps({"text": text, "labels": labels}) for text, labels in topics(1000, seed=1)]
        Path("topics.jsonl").write_text("\n".join(lines) + "\n")
        judged = build_bundle(train(compose_configuration(SMALL)))
        registry = Registry("models/registry")
        registry.point(registry.register(judged.bundle), PRODUCTION, after=None)
        yield folder


@pytest.fixture
def registry(life: Path) -> Registry:
    return Registry(life / "models/registry")


def test_the_model_gives_each_text_its_labels_and_is_as_sure_as_it_says(life: Path, registry: Registry) -> None:
    # given
    dataset = Dataset.load(life / "data/processed/topics")
    version = registry.find("topics@production")
    predictor, test = Predictor.load(version.path), dataset.examples("test")
    # when
    answers = predictor.predict(test.texts)
    # then what each text gets is what the whole test set gets at once
    names = predictor.answers(predictor.probabilities(test.texts))
    assert [answer.label for answer in answers] == names.tolist()
    right = [answer.label == dataset.answers.names[label] for answer, label in zip(answers, test.labels, strict=True)]
    assert np.mean(right) == pytest.approx(version.manifest.metrics["accuracy"].value)
    assert np.mean(right) > 0.7
    assert np.mean([answer.probability for answer in answers]) == pytest.approx(np.mean(right), abs=0.12)
    assert version.manifest.metrics["micro_f1"].value > 0.85
    assert {len(answer.labels or ()) for answer in answers} >= {0, 1, 2}
    # and the gate, which does not know how many labels a text has, lets it pass
    held_out = held_out_of(dataset)
    report = judge(
        version, None, held_out, GateBounds(calibration_error=0.15), gather_evidence(version, held_out, life)
    )
    assert report.passed, report.refusals
    assert {check.name for check in report.checks} >= {"answers", "baseline", "calibration"}
    # and the card tells thresholds and figures of each label
    card = (Path(version.path) / CARD_FILE).read_text()
    assert "any number of 4 labels" in card
    assert card.count("| `sport` |") == 1


def test_a_service_answers_with_lists_takes_them_as_feedback_and_is_watched_label_by_label(
    registry: Registry, start_api: "StartApi", tmp_path: Path
) -> None:
    # given
    log = f"sqlite:///{tmp_path / 'log.sqlite'}"
    api = start_api(registry.root, database_url=log, log_text="full")
    rows = topics(240, seed=7)
    # when
    lines = "".join(json.dumps({"text": text}) + "\n" for text, _ in rows)
    streamed = httpx.post(
        f"{api.url}/predict/batch", content=lines, headers={"content-type": "application/x-ndjson"}, timeout=60
    )
    answers = [
        PredictionResponse.model_validate({key: value for key, value in json.loads(line).items() if key != "line"})
        for line in streamed.text.splitlines()
    ]
    # then
    assert len(answers) == len(rows)
    for answer in answers:
        assert answer.labels is not None
        assert answer.label == "|".join(sorted(answer.labels))
    right = [sorted(answer.labels or ()) == labels for answer, (_, labels) in zip(answers, rows, strict=True)]
    assert np.mean(right) > 0.7
    # when people say what is right
    for answer, (_, labels) in zip(answers, rows, strict=True):
        said = httpx.post(f"{api.url}/feedback", json={"prediction_id": answer.prediction_id, "labels": labels})
        assert said.status_code == 202
    refused = httpx.post(
        f"{api.url}/feedback", json={"prediction_id": answers[0].prediction_id, "labels": ["sport", "golf"]}
    )
    api.wait_for(lambda: api.figure("textops_prediction_log_written_total") >= 2 * len(rows))
    # then
    problem = Problem.model_validate_json(refused.content)
    assert (problem.status, problem.error) == (422, "unknown_label")
    assert problem.detail.startswith("/labels/1: ")
    given = sum(max(1, len(answer.labels or ())) for answer in answers)
    assert api.figure("textops_predictions_total") == given
    database = Database(parse_address(log))
    seen = traffic(database, span_until_now("1h", 4), Separators(registry))
    assert seen.classes == ["(no label)", *sorted(WORDS)]
    assert sum(seen.total.labels.values()) == given
    assert seen.total.confirmed == sum(right)
    found = check(database, registry.find("topics@production"), Period(last=1000), Thresholds()).found
    assert {each.name: each.verdict for each in found.features if each.name in {"label", "entropy"}} == {
        "label": "ok",
        "entropy": "ok",
    }
    assert found.quality is not None
    assert found.quality.accuracy is not None
    assert found.quality.accuracy.value == pytest.approx(np.mean(right))
    assert found.quality.strangers == {}


def test_feedback_that_does_not_say_which_labels_is_refused(
    registry: Registry, start_api: "StartApi", tmp_path: Path
) -> None:
    # given
    api = start_api(registry.root, database_url=f"sqlite:///{tmp_path / 'log.sqlite'}")
    answer = httpx.post(f"{api.url}/predict", json={"text": "a goal in the league"}).json()
    wrong: dict[str, dict[str, Any]] = {
        "both": {"label": "sport", "labels": ["sport"]},
        "neither": {},
        "unknown": {"label": "sport|golf"},
    }
    # when
    refused = {
        name: httpx.post(f"{api.url}/feedback", json={"prediction_id": answer["prediction_id"], **body})
        for name, body in wrong.items()
    }
    # then
    assert {name: response.status_code for name, response in refused.items()} == dict.fromkeys(wrong, 422)
    assert {name: response.json()["errors"][0]["pointer"] for name, response in refused.items()} == {
        "both": "/labels",
        "neither": "/labels",
        "unknown": "/label",
    }


def test_score_writes_lists_and_a_file_that_prepare_reads_again(
    life: Path, terminal: "Terminal", monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.chdir(life)
    # when
    outcomes = [
        terminal("score", "topics.jsonl", out, "--text-columns", "text") for out in ("scored.parquet", "scored.csv")
    ]
    # then
    assert [outcome.code for outcome in outcomes] == [0, 0], outcomes
    lists = parquet.read_table("scored.parquet")["predicted_labels"].to_pylist()
    lines = csv.read_csv("scored.csv")["predicted_labels"].to_pylist()
    assert ["|".join(labels or ()) or "[]" for labels in lists] == lines
    assert {len(labels or ()) for labels in lists} >= {0, 1, 2}
    # and when
    prepared = terminal(
        "prepare",
        *("data=csv", "data.paths=scored.csv", "data.text_columns=[text]", "data.label_column=predicted_labels"),
        "data.task=multilabel",
    )
    # then
    assert prepared.code == 0, prepared.log
    assert Dataset.load(life / "data/processed/scored").manifest.classes == tuple(sorted(WORDS))


def test_forms_of_the_model_are_compared_by_all_of_its_labels(
    life: Path, terminal: "Terminal", monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.chdir(life)
    # when
    outcome = terminal(
        "optimize",
        "optimization.variants=[onnx_int8,pruned,distilled]",
        "optimization.measurement.rounds=1",
        "optimization.pruning.steps=1",
        *("--bundle", "optimized", "--report", "optimized-report"),
    )
    # then
    assert outcome.code == 0, outcome.log
    variants = {
        each["name"]: each for each in json.loads(Path("optimized-report/variants.json").read_text())["variants"]
    }
    assert all(variants[name]["agreement"] > 0.8 for name in ("onnx_fp32", "onnx_int8"))
    assert variants["pruned"]["accuracy"]["value"] > 0.6
    assert "several labels" in variants["distilled"]["reason"]
    assert read_manifest(Path("optimized")).several is not None


def test_feedback_becomes_a_new_version(
    life: Path, terminal: "Terminal", registry: Registry, start_api: "StartApi", monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.chdir(life)
    log = f"sqlite:///{life / LOG}"
    monkeypatch.setenv("TEXTOPS_DATABASE_URL", log)
    monkeypatch.setenv("TEXTOPS_GATE_CALIBRATION_ERROR", "0.5")
    monkeypatch.setenv("TEXTOPS_GATE_TOLERANCE", "0.2")
    api = start_api(registry.root, database_url=log, log_text="full")
    rows = topics(100, seed=9)
    for text, labels in rows:
        answer = httpx.post(f"{api.url}/predict", json={"text": text}).json()
        httpx.post(f"{api.url}/feedback", json={"prediction_id": answer["prediction_id"], "labels": labels})
    api.wait_for(lambda: api.figure("textops_prediction_log_written_total") >= 2 * len(rows))
    # when
    outcome = terminal("retrain", "topics", "--since", "7d", "--to", "staging")
    # then
    assert outcome.code == 0, outcome.log
    candidate = registry.find("topics@staging")
    assert candidate.number == 2
    assert candidate.manifest.several is not None
    added = candidate.manifest.data.train_examples - registry.find("topics/1").manifest.data.train_examples
    assert 0 < added < len(rows)


def test_several_labels_are_seen_where_nobody_says_so(
    life: Path, terminal: "Terminal", monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.chdir(life)
    # when
    proposed = terminal("init", "topics.jsonl", "--name", "seen", "--yes")
    prepared = terminal("prepare", "--explain", "data=csv", "data.paths=topics.jsonl", "data.name=found")
    # then
    assert (proposed.code, prepared.code) == (0, 0), proposed.log + prepared.log
    assert "task: multilabel" in Path("configs/experiment/seen.yaml").read_text()
    assert Dataset.load(life / "data/processed/found").manifest.classes == tuple(sorted(WORDS))


def test_what_asks_for_one_class_is_refused_in_one_line(
    life: Path, terminal: "Terminal", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(life)

    refused = {
        "other": terminal("evaluate", "--other", "data/processed/topics"),
        "decision": terminal("train", *SMALL, "decision.rule=macro_f1"),
        "suite": terminal("evaluate", "behaviour.suite=suite.yaml"),
    }

    assert {name: (outcome.code, len(outcome.errors)) for name, outcome in refused.items()} == dict.fromkeys(
        refused, (2, 1)
    )
    assert all("several labels" in outcome.errors[0] for outcome in refused.values())
