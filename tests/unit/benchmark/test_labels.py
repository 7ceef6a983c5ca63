"""The measurement of many labels runs on small input, and leaves what it promises."""

import json
from pathlib import Path

import numpy as np
import pytest

from textops.benchmark import label_baseline, labels
from textops.benchmark.result import REPORTS
from textops.errors import ConfigurationError

pytestmark = pytest.mark.slow

WORDS = {"sport": "match goal league coach", "tech": "phone chip code laptop", "money": "bank loan profit shares"}
SMALL = ("model.tokenizer.word_bits=12", "model.tokenizer.character_bits=8", "trainer.max_epochs=4", "threads=1")


def write_topics(path: Path, count: int) -> None:
    generator = np.random.default_rng(0)
    lines = []
    for number in range(count):
        given = [label for label in WORDS if generator.random() < 0.4]
        words = [f"row{number}", "the", "of", *(str(generator.choice(WORDS[label].split())) for label in given * 2)]
        lines.append(json.dumps({"text": " ".join(words), "labels": given}))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_all_ways_answer_the_same_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    write_topics(tmp_path / "topics.jsonl", 500)
    source = ("data.paths=topics.jsonl", "data.text_columns=[text]", "data.label_column=labels")
    monkeypatch.setattr(labels, "SETTINGS", (*source, "data.task=multilabel", *SMALL))
    monkeypatch.setattr(label_baseline, "STRENGTHS", (10.0,))
    # when
    markdown = labels.benchmark("csv", splits=1)
    # then
    document = json.loads((REPORTS / "labels.json").read_text())
    assert (REPORTS / "labels.md").read_text() == markdown
    assert (REPORTS / "labels.png").read_bytes().startswith(b"\x89PNG")
    assert [each["way"] for each in document["ways"]] == list(labels.WAYS)
    assert document["labels"] == len(WORDS)
    ours, ours_half, tuned, half = document["ways"]
    # a threshold leaves the probabilities as they are
    assert ours["log_loss"] == ours_half["log_loss"]
    assert tuned["mean_average_precision"] == half["mean_average_precision"]
    assert ours["micro_f1"]["value"] > 0.8
    assert f"{document['test_examples']} test texts of 1 split" in markdown


def test_texts_with_one_label_each_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match="have one label each: textops benchmark quality synthetic"):
        labels.benchmark("synthetic", splits=1)
    assert not REPORTS.exists()
