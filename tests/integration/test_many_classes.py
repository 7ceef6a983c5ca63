"""A thousand classes, and one text in a hundred, from made-up texts to answers over HTTP."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np
import pytest

from textops.bundle import CARD_FILE, REFERENCE_FILE
from textops.data.dataset import Dataset
from textops.evaluation.evidence import gather_evidence, held_out_of
from textops.inference import Predictor
from textops.macro_f1 import macro_f1
from textops.monitoring.check import check
from textops.monitoring.thresholds import Thresholds
from textops.optimization.bundling import build_bundle
from textops.optimization.judged_bundle import Judged
from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.prediction_log.reading import Period
from textops.registry import PRODUCTION, Registry
from textops.registry.bounds import GateBounds
from textops.registry.judgement import judge
from textops.serving.schemas import PredictionResponse
from textops.training.configuration import compose_configuration
from textops.training.train import train

if TYPE_CHECKING:
    from tests.integration.conftest import StartApi

pytestmark = pytest.mark.slow

Make = Callable[..., tuple[Judged, Dataset]]
CLASSES = 1_000


def write_topics(path: Path) -> None:
    """Write a few texts of each of a thousand classes, with words of their own, and one text of some others."""
    chance = np.random.default_rng(0)
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["text", "label"])
        for label in range(CLASSES + 30):
            for _ in range(3 + label % 5 if label < CLASSES else 1):
                common = [f"word{number}" for number in chance.integers(0, 300, 8)]
                own = [f"topic{label}x{number}" for number in chance.integers(0, 5, 3)]
                # Now and then the words of another class: no model is always right.
                if chance.random() < 0.2:
                    own = [f"topic{chance.integers(0, CLASSES)}x{number}" for number in range(3)]
                table.writerow([" ".join([*common, *own]), f"class_{label}"])


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Train on made-up texts and make the bundle."""
    monkeypatch.chdir(tmp_path)

    def make(*overrides: str) -> tuple[Judged, Dataset]:
        folders = [f"paths.{name}={tmp_path / name}" for name in ("processed", "tokens", "latest")]
        further = ["model.tokenizer.longest=1", "robustness.examples=20", *overrides]
        run = train(compose_configuration([*further, *folders], tmp_path / "run"))
        return build_bundle(run), Dataset.load(Path(run.record.dataset))

    return make


def test_a_thousand_classes_go_from_texts_to_answers_and_a_drift_check(
    make: Make, start_api: "StartApi", tmp_path: Path
) -> None:
    # given a model of a thousand classes, most of them rare
    write_topics(tmp_path / "topics.csv")
    judged, dataset = make(
        "data=csv",
        f"data.paths={tmp_path / 'topics.csv'}",
        "data.text_columns=[text]",
        "data.label_column=label",
        "data.rare_classes.rule=drop",
        "model.tokenizer.word_bits=13",
        "model.tokenizer.character_bits=8",
        "model.encoder.step_sizes=[30]",
        "trainer.max_epochs=3",
        "slices.parts=2",
    )
    assert len(dataset.manifest.classes) > 900
    assert judged.evaluation.accuracy.low > 3 * judged.evaluation.majority_share
    # then what people read stays short, and what is kept stays small
    card = (judged.bundle / CARD_FILE).read_text()
    assert card.count("\n") < 250
    assert max(map(len, card.splitlines())) < 2_000
    report = judged.bundle.parent / "report"
    assert all(path.stat().st_size < 1_500_000 for path in report.iterdir())
    assert (judged.bundle / REFERENCE_FILE).stat().st_size < 3_000_000
    # when it serves
    registry = Registry(tmp_path / "registry")
    version = registry.register(judged.bundle)
    registry.point(version, PRODUCTION, after=None)
    log = f"sqlite:///{tmp_path / 'log.sqlite'}"
    api = start_api(registry.root, database_url=log)
    test = dataset.examples("test")
    answers = [
        PredictionResponse.model_validate_json(
            httpx.post(f"{api.url}/predict", json={"text": text, "top": 3}).raise_for_status().content
        )
        for text in test.texts[:250]
    ]
    # then it answers as it was judged, with as many classes as were asked for
    right = np.mean([answer.label == dataset.manifest.classes[test.labels[row]] for row, answer in enumerate(answers)])
    assert right > 0.5 * judged.evaluation.accuracy.value
    assert {len(answer.probabilities) for answer in answers} == {3}
    feedback = {"prediction_id": str(answers[0].prediction_id), "label": dataset.manifest.classes[-1]}
    assert httpx.post(f"{api.url}/feedback", json=feedback).status_code == 202
    api.wait_for(lambda: api.figure("textops_prediction_log_written_total") >= 251)
    # and traffic like the held-out texts is no drift, although the log keeps few classes of each answer
    found = check(Database(parse_address(log)), version, Period(last=1000), Thresholds()).found
    assert {
        drift.name: drift.verdict for drift in found.features if drift.name in {"label", "entropy", "confidence"}
    } == {
        "label": "ok",
        "entropy": "ok",
        "confidence": "ok",
    }


def test_a_rule_of_decision_finds_more_of_the_rare_class_and_leaves_the_probabilities_honest(
    make: Make, tmp_path: Path
) -> None:
    # given a model for one text in a hundred
    judged, dataset = make(
        "data=synthetic",
        "data.synthetic.rows=12000",
        "data.synthetic.imbalance=6.63",
        "model.tokenizer.word_bits=14",
        "trainer.max_epochs=2",
        "class_weights.rule=balanced",
        "decision.rule=cost",
        "decision.costs={class_1: 100}",
    )
    predictor, test = Predictor.load(judged.bundle), dataset.examples("test")
    probabilities = predictor.probabilities(test.texts)
    by_rule, most_probable = predictor.chosen(probabilities), probabilities.argmax(axis=1)
    # then more of them are found
    rare = test.labels == 1
    assert (by_rule[rare] == 1).sum() > (most_probable[rare] == 1).sum()
    assert macro_f1(by_rule, test.labels, 2) == pytest.approx(judged.evaluation.macro_f1.value)
    # and as many are promised as there are
    assert probabilities[:, 1].sum() == pytest.approx(rare.sum(), rel=0.6)
    # and the gate asks for what the rule is for, as accuracy would ask for the frequent class
    version = Registry(tmp_path / "registry").register(judged.bundle)
    held_out = held_out_of(dataset)
    report = judge(version, None, held_out, GateBounds(), gather_evidence(version, held_out, Path("none")))
    checks = {each.name: each for each in report.checks}
    assert "weighted accuracy" in checks["baseline"].sentence
    assert checks["baseline"].passed
    assert checks["answers"].passed
