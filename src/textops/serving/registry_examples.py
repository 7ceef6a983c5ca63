"""What the OpenAPI document shows of the registry."""

from datetime import UTC, datetime
from typing import Any

from textops.bundle import DataReference, Export, Metric, Parity, ReviewBand
from textops.bundle_report import (
    BundleReport,
    ClassFigures,
    ConfusedExamples,
    Example,
    Perturbation,
    Reliability,
    ReliabilityBin,
    RobustnessFigures,
)
from textops.serving.registry_schemas import (
    AliasMove,
    ModelList,
    ModelVersions,
    VersionDetail,
    VersionFacts,
    VersionSummary,
)

_CREATED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_ACCURACY = Metric(value=0.95, low=0.93, high=0.97)
_FACTS = VersionFacts(
    encoder="ngram",
    variant="onnx_fp32",
    classes=2,
    metrics={"accuracy": _ACCURACY, "ece": Metric(value=0.02, low=0.01, high=0.04)},
    data=DataReference(name="bbc_news", fingerprint="5f0c6a52", train_examples=1_600, test_examples=400),
    created=_CREATED,
)
_MOVE = AliasMove(
    alias="production",
    version=3,
    previous=2,
    action="promote",
    created=_CREATED,
    reason="better on short texts",
    gate_passed=True,
)
_RELIABILITY = Reliability(
    error=0.02, bins=(ReliabilityBin(low=0.93, high=1.0, confidence=0.97, accuracy=0.95, examples=400),)
)
_REPORT = BundleReport(
    model_bytes=12_601_585,
    classes=tuple(
        ClassFigures(name=name, precision=_ACCURACY, recall=_ACCURACY, f1=_ACCURACY, support=200, predicted=200)
        for name in ("business", "sport")
    ),
    confusion=(
        ConfusedExamples(true=0, predicted=0, examples=190),
        ConfusedExamples(true=0, predicted=1, examples=10),
        ConfusedExamples(true=1, predicted=0, examples=10),
        ConfusedExamples(true=1, predicted=1, examples=190),
    ),
    reliability_before=_RELIABILITY,
    reliability_after=_RELIABILITY,
    robustness=RobustnessFigures(
        examples=400,
        accuracy=_ACCURACY,
        perturbations=(
            Perturbation(
                title="casing: upper",
                accuracy=_ACCURACY,
                difference=Metric(value=0.0, low=-0.01, high=0.01),
                agreement=0.99,
            ),
        ),
    ),
    variants=None,
    examples=(Example(text="The home side scored twice in the last five minutes.", label="sport"),),
)

LIST_EXAMPLE: dict[str, Any] = ModelList(
    models=[
        ModelVersions(
            name="bbc_news",
            total=1,
            versions=[VersionSummary(version=3, aliases=["production"], damaged=None, facts=_FACTS)],
            moves=[_MOVE],
            damaged=None,
        )
    ]
).model_dump(mode="json")
VERSION_EXAMPLE: dict[str, Any] = VersionDetail(
    name="bbc_news",
    version=3,
    aliases=["production"],
    facts=_FACTS,
    classes=["business", "sport"],
    temperature=0.8,
    review=ReviewBand(below=0.6, share=0.05, accuracy_outside=0.99),
    git_commit="0f3a9c1",
    export=Export(
        variant="onnx_fp32",
        exact=True,
        parity=Parity(texts=205, max_difference=1e-6, agreement=1.0),
        reason="the checkpoint as it is",
    ),
    card="# Model card: bbc_news\n",
    report=_REPORT,
    report_missing=None,
    moves=[_MOVE],
).model_dump(mode="json")
