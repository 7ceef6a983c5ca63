"""The model card says what was measured, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from textops.bundle import DataReference, Manifest, ReviewBand
from textops.data.configuration import read_configuration
from textops.data.manifest import (
    DatasetManifest,
    Duplicates,
    Finding,
    Occurrences,
    Reading,
    SplitResult,
    TextLength,
    Validation,
)
from textops.evaluation.card import CardFacts, render_card
from textops.evaluation.metrics import evaluate
from textops.evaluation.report import CalibrationSummary

NONE = Occurrences(count=0, places=())
CREATED = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
LEAK = Finding(
    kind="term",
    name="(reuters)",
    stage="used",
    accuracy=0.985,
    majority=0.52,
    coverage={"real": 0.99, "fake": 0.001},
    purity=0.998,
    advice="the term '(reuters)' gives the label away:\nremove it",
)


def facts_of(classes: tuple[str, ...] = ("fake", "real"), *, audit: tuple[Finding, ...] = ()) -> CardFacts:
    """Return the facts of a model that was right for three of four test examples and never names the last class."""
    probabilities = np.zeros((4, len(classes)))
    probabilities[:3, 0], probabilities[3, 1] = 1.0, 1.0
    labels = np.array([0, 0, 1, 1])
    dataset = DatasetManifest(
        name="news",
        source=read_configuration({"paths": "a.csv", "text_columns": "text", "label_column": "label"}),
        fingerprint="f" * 64,
        classes=classes,
        counts={split: dict.fromkeys(classes, 600) for split in ("train", "val", "test")},
        split=SplitResult(rule="hash", salt="textops", moved=(), shared_groups=0),
        reading=Reading(files=1, encodings={}, guessed=NONE, delimiters={}, swallowed=NONE),
        validation=Validation(rows=10, kept=10, dropped={}, noted={}),
        duplicates=Duplicates(exact=1234, near=56, groups=9, largest=2, conflicting=0),
        audit=audit,
        text_length=TextLength(minimum=1, median=2345.5, mean=2000, percentile_95=5000, maximum=9000),
        note="For research.\nNot to be sold.",
    )
    manifest = Manifest(
        name="news",
        encoder="ngram",
        classes=classes,
        max_tokens=None,
        temperature=1.5,
        review=ReviewBand(below=0.812, share=0.07, accuracy_outside=0.9912),
        metrics={},
        data=DataReference(name="news", fingerprint="f" * 64, train_examples=1200, test_examples=1200),
        git_commit="c" * 40,
        created=CREATED,
    )
    return CardFacts(
        manifest=manifest,
        dataset=dataset,
        evaluation=evaluate(probabilities, labels, classes),
        calibration=CalibrationSummary(temperature=1.5, ece_before=0.0712, ece_after=0.0123),
        parity=2.4e-6,
        parity_texts=205,
        model_bytes=12_345_678,
        training_seconds=7.25,
    )


@pytest.mark.parametrize(
    "fact",
    [
        "# Model card: news",
        "- encoder: `ngram`",
        "- size of `model.onnx`: 12.3 MB",
        "- training: 7.2 s",
        "2.4e-06 on 205 texts",
        "like those of `news` into 2 classes: `fake`, `real`",
        "- examples: 1,200 train, 1,200 val, 1,200 test",
        "split: hash; repeated texts left out: 1,234; texts with a near-duplicate, kept on one side: 56",
        "- median length: 2,346 characters",
        "- conditions: For research. Not to be sold.",
        "leakage audit: nothing found",
        "4 examples; 95 % bootstrap intervals",
        "right in 50.0%",
        "| accuracy | 0.7500 [",
        "| fake | 66.67% [",
        "- temperature: 1.500; expected calibration error 0.0712 before, 0.0123 after",
        "below a probability of 0.812: 7.0% of the validation set, 99.12% right outside it",
        f"- data fingerprint: `{'f' * 64}`",
        f"- commit: `{'c' * 40}`",
        "- created: 2026-01-31 12:30:00 UTC",
        "Speed, memory, robustness and slices: not measured.",
    ],
)
def test_it_says_what_was_measured(fact: str) -> None:
    assert fact in render_card(facts_of())


def test_what_gives_the_label_away_is_said_in_one_line_each() -> None:
    # when
    card = render_card(facts_of(audit=(LEAK,)))
    # then
    (line,) = [line for line in card.splitlines() if "(reuters)" in line]
    assert line.startswith("  - the term '(reuters)' gives the label away: remove it; it stands in 99.0% of real")
    assert "98.5% right (majority 52.0%)" in line
    assert "nothing found" not in card


def test_what_nobody_knows_is_said_so() -> None:
    # given
    facts = facts_of()
    unknown = replace(
        facts,
        manifest=facts.manifest.model_copy(update={"git_commit": None}),
        dataset=facts.dataset.model_copy(update={"note": ""}),
    )
    # when
    card = render_card(unknown)
    # then
    assert "- commit: `not measured`" in card
    assert "- conditions: not stated" in card


def test_classes_of_any_name_leave_the_card_whole() -> None:
    # given
    facts = facts_of(("a|b", "line\nbreak `and` <b>", "经济"))
    # when
    lines = render_card(facts).splitlines()
    # then
    assert any("`a|b`, `line break 'and' <b>`, `经济`" in line for line in lines)
    assert any(line.startswith("| a\\|b | ") for line in lines)
    assert any(line.startswith("| line break `and` &lt;b> | ") for line in lines)
    assert any(line.startswith("| 经济 | never predicted | not in the test set | ") for line in lines)
    assert all(line.endswith(" |") for line in lines if line.startswith("|"))
