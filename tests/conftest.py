"""Shared fixtures: commands as they are typed, and small bundles with a real ONNX model, built without training."""

import functools
import gc
import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import onnx
import pytest
from httpx._config import DEFAULT_TIMEOUT_CONFIG
from httpx._transports import default as httpx_transports
from hypothesis import settings
from hypothesis.internal.conjecture import providers
from onnx import TensorProto, helper, numpy_helper

from textops import cli
from textops.bundle import (
    CARD_FILE,
    MODEL_FILE,
    TOKENIZER_FILE,
    DataReference,
    Export,
    Manifest,
    Metric,
    Parity,
    ReviewBand,
    read_manifest,
    seal,
)
from textops.bundle_report import (
    REPORT_FILE,
    BundleReport,
    ClassFigures,
    ConfusedExamples,
    Example,
    Perturbation,
    Reliability,
    ReliabilityBin,
    RobustnessFigures,
)
from textops.label_rules import LabelRule, SeveralLabels
from textops.lean_loading import keep_loading_lean
from textops.text.ngrams import NgramTokenizer

SPORT_OR_TECH = {"goal": "sport", "match": "sport", "team": "sport", "chip": "tech", "code": "tech"}
OPSET = 20

# No service that a test starts, in whichever process, writes into the project; tests that want a log say where.
os.environ["TEXTOPS_DATABASE_URL"] = "none"
# Tests run beside each other: whose threads wait actively takes the processors from the others. torch reads it when it
# is loaded, here and in the processes that tests start.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# gcsfs reads it when it is loaded, by whichever test comes first. Otherwise it asks for an interface that the emulator
# does not have, again and again for half a minute, before each file.
os.environ["GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT"] = "false"
# How long an example takes says nothing on a machine that does other things too.
settings.register_profile("textops", deadline=None)
settings.load_profile("textops")
# Hypothesis tries constants that stand in the source of whatever is loaded. To read it takes each process of the tests
# ten seconds, and a test would get other examples where others have been loaded beside it.
providers._get_local_constants = lambda: providers._local_constants  # noqa: SLF001 (there is no public place)
# As in a process of textops: Lightning begins without what nobody asks for.
keep_loading_lean()
# A client of httpx reads all authorities of the world, which costs more than a request: once is enough for all clients.
_make_context = httpx_transports.create_ssl_context  # type: ignore[attr-defined]  # there is no public place
httpx_transports.create_ssl_context = functools.cache(_make_context)  # type: ignore[attr-defined]
# A test that does not say how long it waits for an answer waits as long as a busy machine may need. Our own code always
# says it.
for _phase in ("connect", "read", "write", "pool"):
    setattr(DEFAULT_TIMEOUT_CONFIG, _phase, 30.0)


class BundleFactory(Protocol):
    """Writes a bundle whose model gives each keyword's class points."""

    def __call__(
        self,
        folder: Path,
        *,
        keywords: Mapping[str, str] | None = None,
        classes: tuple[str, ...] = ("sport", "tech"),
        name: str = "tiny",
        rows: int | None = None,
        temperature: float = 1.0,
        points: float = 2.0,
    ) -> Path:
        """Write the bundle and return its folder.

        Args:
            folder: Where to; created.
            keywords: Class by word; by default words of sport and of technology.
            classes: Classes of the manifest and columns of the model.
            name: Name in the manifest.
            rows: Rows of the table; fewer than the vocabulary make a model that does not fit its tokenizer.
            temperature: Of the manifest.
            points: What a keyword gives its class.
        """


def write_bundle(
    folder: Path,
    *,
    keywords: Mapping[str, str] | None = None,
    classes: tuple[str, ...] = ("sport", "tech"),
    name: str = "tiny",
    rows: int | None = None,
    temperature: float = 1.0,
    points: float = 2.0,
) -> Path:
    tokenizer = NgramTokenizer(word_bits=12, character_bits=4)
    table = np.zeros((tokenizer.vocabulary_size, len(classes)), np.float32)
    for word, label in (SPORT_OR_TECH if keywords is None else keywords).items():
        (ids,) = tokenizer.encode([word])["input_ids"]
        table[ids[ids < tokenizer.first_character_id], classes.index(label)] += points
    folder.mkdir(parents=True)
    onnx.save(linear_model(table[:rows]), folder / MODEL_FILE)
    tokenizer.save(folder / TOKENIZER_FILE)
    (folder / CARD_FILE).write_text(f"# {name}\n")
    seal(folder, manifest(name, classes, temperature))
    return folder


def linear_model(table: np.ndarray) -> onnx.ModelProto:
    """Return padded ids and weights -> weighted sum of the table's rows, both dimensions dynamic."""
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["vectors"]),
            helper.make_node("Unsqueeze", ["weights", "last"], ["factors"]),
            helper.make_node("Mul", ["vectors", "factors"], ["weighted"]),
            helper.make_node("ReduceSum", ["weighted", "tokens"], ["logits"], keepdims=0),
        ],
        "tiny",
        [
            helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"]),
            helper.make_tensor_value_info("weights", TensorProto.FLOAT, ["batch", "tokens"]),
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "classes"])],
        [
            numpy_helper.from_array(table, "table"),
            numpy_helper.from_array(np.array([-1], np.int64), "last"),
            numpy_helper.from_array(np.array([1], np.int64), "tokens"),
        ],
    )
    # Newer onnx writes a newer format by default than the runtime may read.
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)


def manifest(name: str, classes: tuple[str, ...], temperature: float) -> Manifest:
    return Manifest(
        name=name,
        encoder="ngram",
        classes=classes,
        max_tokens=None,
        temperature=temperature,
        review=ReviewBand(below=0.7, share=0.1, accuracy_outside=0.99),
        metrics={"accuracy": Metric(value=0.9, low=0.85, high=0.95)},
        data=DataReference(name="tiny", fingerprint="0" * 64, train_examples=8, test_examples=4),
        git_commit=None,
        export=Export(
            variant="onnx_fp32",
            exact=True,
            parity=Parity(texts=4, max_difference=0.0, agreement=1.0),
            reason="made as it is",
        ),
    )


def pytest_collection_finish() -> None:
    """Take what has been loaded out of the search for garbage: it stays to the end, and each search went through it."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _hooks_of_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give pytest its hooks back: whoever sets logging up takes uncaught errors over."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)


@pytest.fixture
def without_coverage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure no coverage in the processes that a test starts.

    It makes a training a third slower, for lines that other tests run in a process that is measured.
    """
    for variable in ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(scope="session")
def make_bundle() -> BundleFactory:
    """A factory of bundles."""
    return write_bundle


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory, make_bundle: BundleFactory) -> Path:
    """A good bundle that nobody may change."""
    return make_bundle(tmp_path_factory.mktemp("bundles") / "tiny")


@pytest.fixture(scope="session")
def tiny_multilabel_bundle(tmp_path_factory: pytest.TempPathFactory, make_bundle: BundleFactory) -> Path:
    """A bundle whose model gives any number of the labels sport, tech and money; nobody may change it."""
    keywords = {**SPORT_OR_TECH, "bank": "money", "shares": "money"}
    labels = ("sport", "tech", "money")
    folder = make_bundle(tmp_path_factory.mktemp("bundles") / "several", keywords=keywords, classes=labels)
    rule = LabelRule(slope=2.0, shift=-2.0, threshold=0.5)
    several = SeveralLabels(separator="|", rules=(rule, rule, rule))
    seal(folder, read_manifest(folder).model_copy(update={"several": several}))
    return folder


AddReport = Callable[..., BundleReport]


@pytest.fixture(scope="session")
def add_report() -> AddReport:
    """Put a report into a bundle, with changes of it, and return it."""

    def add(bundle: Path, **changes: object) -> BundleReport:
        manifest = read_manifest(bundle)
        report = report_on(manifest.classes).model_copy(update=changes)
        (bundle / REPORT_FILE).write_text(report.model_dump_json())
        seal(bundle, manifest)
        return report

    return add


def report_on(classes: tuple[str, ...]) -> BundleReport:
    """Return the report of a model that takes every tenth example of a class for one of the next class."""
    figure = Metric(value=0.9, low=0.85, high=0.95)
    bins = (
        ReliabilityBin(low=0.6, high=0.7, confidence=0.65, accuracy=0.7, examples=40),
        ReliabilityBin(low=0.9, high=1.0, confidence=0.97, accuracy=0.95, examples=160),
    )
    confusion = [
        ConfusedExamples(true=true, predicted=(true + step) % len(classes), examples=examples)
        for true in range(len(classes))
        for step, examples in ((0, 90), (1, 10))
    ]
    changes = (("casing: upper", 0.0), ("typos: 5% of the letters", -0.1))
    return BundleReport(
        model_bytes=12_345_678,
        classes=tuple(
            ClassFigures(name=name, precision=figure, recall=figure, f1=figure, support=100, predicted=100)
            for name in classes
        ),
        confusion=tuple(confusion),
        reliability_before=Reliability(error=0.08, bins=bins),
        reliability_after=Reliability(error=0.03, bins=bins),
        robustness=RobustnessFigures(
            examples=200,
            accuracy=figure,
            perturbations=tuple(
                Perturbation(
                    title=title,
                    accuracy=Metric(value=0.9 + loss, low=0.85 + loss, high=0.95 + loss),
                    difference=Metric(value=loss, low=loss - 0.03, high=loss + 0.03),
                    agreement=0.9,
                )
                for title, loss in changes
            ),
        ),
        variants=None,
        examples=tuple(Example(text=f"A text about {name}.", label=name) for name in classes),
    )


@dataclass(frozen=True)
class Outcome:
    """How a call ended."""

    code: int
    output: str
    log: str

    @property
    def errors(self) -> list[str]:
        return [line for line in self.log.splitlines() if " ERROR " in line]


class Terminal:
    """Types commands."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Outcome:
        self._monkeypatch.setattr(sys, "argv", ["textops", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as ending:
            code = ending.code if isinstance(ending.code, int) else 0
        captured = self._capsys.readouterr()
        return Outcome(code, captured.out, captured.err)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Terminal:
    """Type commands into a folder that is the test's own, as somebody without an account or a setting."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NETRC", str(tmp_path / "none"))
    for variable in ("TEXTOPS_REGISTRY", "TEXTOPS_MODEL", "TEXTOPS_MIRROR", "WANDB_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("TEXTOPS_LOG_JSON", "false")
    return Terminal(monkeypatch, capsys)
