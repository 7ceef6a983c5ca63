"""The model card says what was measured, and nothing else."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import pytest

from textops.bootstrap import Interval
from textops.bundle import DataReference, Export, Manifest, Metric, Parity, ReviewBand
from textops.data.configuration import read_configuration
from textops.data.manifest import (
    DatasetManifest,
    Duplicates,
    Finding,
    Growth,
    Occurrences,
    Reading,
    SplitResult,
    TextLength,
    Validation,
)
from textops.evaluation.behaviour_report import BehaviourReport, BehaviourResult, Failure
from textops.evaluation.card import render_card
from textops.evaluation.measurements import Measurements, TrainingFacts
from textops.evaluation.metrics import evaluate
from textops.evaluation.report import CalibrationSummary
from textops.evaluation.robustness import PerturbationFigures, Robustness
from textops.evaluation.slices import SliceFigures, Slices
from textops.variant_figures import VariantFigures

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


PARITY = Parity(texts=205, max_difference=2.4e-6, agreement=1.0)
LOSS = Interval(-0.1, -0.15, -0.05)
ROBUSTNESS = Robustness(
    examples=100,
    available=1200,
    seed=0,
    accuracy=Interval(0.9, 0.85, 0.95),
    confidence=0.91,
    perturbations=(
        PerturbationFigures(
            name="truncation",
            level="first 10%",
            changed=1.0,
            accuracy=Interval(0.8, 0.72, 0.88),
            difference=LOSS,
            agreement=0.83,
            confidence=0.77,
        ),
    ),
)
SLICES = Slices(
    minimum=30,
    accuracy=0.9,
    parts=(
        SliceFigures(
            kind="length",
            name="1 to 99 characters",
            examples=300,
            accuracy=Interval(0.7, 0.65, 0.75),
            macro_f1=Interval(0.69, 0.64, 0.74),
            below=True,
        ),
        SliceFigures(kind="source", name="wire", examples=7, accuracy=None, macro_f1=None, below=False),
    ),
)
BEHAVIOUR = BehaviourReport(
    results=(
        BehaviourResult(
            name="names do not matter",
            kind="invariance",
            capability="names",
            cases=10,
            passed=6,
            required=0.9,
            failures=(Failure(text="Ann won.", expected="real", got="fake (0.51)"),),
        ),
    )
)
INT8 = VariantFigures(
    name="onnx_int8",
    made=True,
    file_bytes=2_500_000,
    latency_p50_ms=Metric(value=0.05, low=0.04, high=0.06),
    accuracy_difference=Metric(value=-0.001, low=-0.002, high=0.0),
    agreement=0.9985,
)
PRUNED = VariantFigures(name="pruned", made=False, reason="nothing could be dropped")


@dataclass(frozen=True)
class Facts:
    """What a card is made of."""

    manifest: Manifest
    dataset: DatasetManifest
    measurements: Measurements

    @property
    def card(self) -> str:
        return render_card(self.manifest, self.dataset, self.measurements)


def facts_of(classes: tuple[str, ...] = ("fake", "real"), *, audit: tuple[Finding, ...] = ()) -> Facts:
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
        export=Export(variant="onnx_int8", exact=False, parity=PARITY, reason="the fastest within the bound"),
    )
    measurements = Measurements(
        model_bytes=12_345_678,
        training=TrainingFacts(
            run="2026-01-31/12-30-00",
            epochs=5,
            seconds=7.25,
            validation_loss=0.1,
            settings={"model.name": "ngram", "optimizer.lr": "30.0"},
        ),
        evaluation=evaluate(probabilities, labels, classes),
        calibration=CalibrationSummary(temperature=1.5, ece_before=0.0712, ece_after=0.0123),
        parity=PARITY,
        robustness=ROBUSTNESS,
        behaviour=BEHAVIOUR,
        slices=SLICES,
        variants=(INT8, PRUNED),
    )
    return Facts(manifest, dataset, measurements)


def test_the_card_tells_of_live_traffic_where_there_was_any() -> None:
    facts = facts_of()
    growth = Growth(origin="0" * 64, train=1234, window=56, earlier_windows=44)
    grown = replace(facts, dataset=facts.dataset.model_copy(update={"growth": growth}))

    assert "- live traffic: 1,234 of the training examples, labelled by feedback; 100 more were kept" in grown.card
    assert "live traffic" not in facts.card


@pytest.mark.parametrize(
    "fact",
    [
        "# Model card: news",
        "- encoder: `ngram`",
        "- size of `model.onnx`: 12.3 MB",
        "- training: 7.2 s, 5 epochs",
        "- form that ships: `onnx_int8`, because: the fastest within the bound",
        "2.4e-06 on 205 texts",
        "like those of `news` into 2 classes: `fake`, `real`",
        "- examples: 1,200 train, 1,200 val, 1,200 test",
        "split: hash; repeated texts left out: 1,234; texts with a near-duplicate, kept on one side: 56",
        "- median length: 2,346 characters",
        "- licence and conditions: For research. Not to be sold.",
        "leakage audit: nothing found",
        "4 examples; 95 % intervals",
        "right in 50.0%",
        "| accuracy | 0.7500 [",
        "| fake | 66.67% [",
        "- temperature: 1.500; expected calibration error 0.0712 before, 0.0123 after",
        "below a probability of 0.812: 7.0% of the validation set, 99.12% right outside it",
        f"- data fingerprint: `{'f' * 64}`",
        f"- commit: `{'c' * 40}`",
        "- created: 2026-01-31 12:30:00 UTC",
        "- weaker than on average on: length 1 to 99 characters",
        "- loses accuracy with: truncation: first 10%",
        "- behaviour tests it failed: names do not matter",
        "| length | 1 to 99 characters | 300 | 70.00% [65.00%, 75.00%] ▼ |",
        "| source | wire | 7 | too few | too few |",
        "| truncation: first 10% | 100% | 80.00% [72.00%, 88.00%] | -10.00 [-15.00, -5.00] | 83.0% | 0.770 |",
        "| names do not matter | invariance | names | 6 of 10 (60%) | 90% | failed |",
        "- Ann won.: real, not fake (0.51)",
        "| onnx_int8 | 2.50 MB | not measured | not measured | 0.05 ms [0.04, 0.06] |",
        "| -0.10 [-0.20, +0.00] | not measured | not measured | 99.85% | not measured | - |",
        "| pruned | not made |",
        "| nothing could be dropped |",
        "| `optimizer.lr` | `30.0` |",
        "- run: `2026-01-31/12-30-00`",
    ],
)
def test_it_says_what_was_measured(fact: str) -> None:
    assert fact in facts_of().card


def test_the_reason_why_a_form_was_not_made_stands_under_its_heading() -> None:
    lines = facts_of().card.splitlines()

    heading = next(line for line in lines if line.startswith("| Variant |"))
    row = next(line for line in lines if line.startswith("| pruned | not made |"))

    assert row.count("|") == heading.count("|")


def test_what_gives_the_label_away_is_said_in_one_line_each() -> None:
    # when
    card = facts_of(audit=(LEAK,)).card
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
    card = unknown.card
    # then
    assert "- commit: `not measured`" in card
    assert "- licence and conditions: not stated" in card


def test_what_was_not_measured_is_said_so() -> None:
    # given
    facts = replace(facts_of(), measurements=Measurements())
    # when
    card = replace(facts, manifest=facts.manifest.model_copy(update={"export": None})).card
    # then
    for title in ("Figures on the test set", "Slices", "Robustness", "Behaviour", "Configuration"):
        assert f"## {title}\n\nNot measured.\n" in card
    assert "Memory, start and speed: not measured" in card
    assert "temperature: 1.500; not measured" in card
    for what in ("size of `model.onnx`", "training", "form that ships", "export against checkpoint", "run"):
        assert f"- {what}: not measured" in card


def test_a_model_without_a_weakness_has_a_card_that_found_none() -> None:
    # given
    facts = facts_of()
    strong = facts.measurements.model_copy(update={"robustness": None, "behaviour": None, "slices": None})
    # then
    assert "Limits, as measured:\n\n- none was found\n" in replace(facts, measurements=strong).card


def test_classes_of_any_name_leave_the_card_whole() -> None:
    # given
    facts = facts_of(("a|b", "line\nbreak `and` <b>", "经济"))
    # when
    lines = facts.card.splitlines()
    # then
    assert any("`a|b`, `line break 'and' <b>`, `经济`" in line for line in lines)
    assert any(line.startswith("| a&#124;b | ") for line in lines)
    assert any(line.startswith("| line break &#96;and&#96; &#60;b&#62; | ") for line in lines)
    assert any(line.startswith("| 经济 | never predicted | not in the test set | ") for line in lines)
    assert all(line.endswith(" |") for line in lines if line.startswith("|"))
