"""What the promotion gate needs from the rooms above the registry: kept answers and behaviour tests."""

from pathlib import Path

from textops.bootstrap import Interval
from textops.bundle import REFERENCE_FILE
from textops.data.dataset import Dataset
from textops.errors import ConfigurationError
from textops.evaluation.behaviour import BehaviourSettings, run_suite
from textops.evaluation.behaviour_file import BEHAVIOUR_FILE, read_suite, suite_of
from textops.evaluation.behaviour_report import BehaviourReport
from textops.evaluation.reference_part import read_test_part
from textops.evaluation.robustness import sample_rows
from textops.inference import Predictor
from textops.registry.evidence import NO_BEHAVIOUR_TESTS, Evidence, HeldOut, KeptAnswers
from textops.registry.gate import GateCheck
from textops.registry.version import Version

BEHAVIOUR = NO_BEHAVIOUR_TESTS.name
_SAMPLE = BehaviourSettings()
"""Which texts of the test set the tests may change: those of an evaluation without settings of its own."""


def gather_evidence(version: Version, held_out: HeldOut, suites: Path) -> Evidence:
    """Collect what the gate cannot find out by itself; read only when it asks, and only from an unaltered bundle.

    Args:
        version: The candidate.
        held_out: The frozen test set, whose texts behaviour tests may change.
        suites: Folder of the suites by data set; asked where the bundle has none of its own.
    """
    return Evidence(
        kept=lambda: read_kept_answers(version.path / REFERENCE_FILE),
        behaviour=lambda predictor: _behaviour(predictor, version, held_out, suites),
    )


def held_out_of(dataset: Dataset) -> HeldOut:
    """Read the frozen test set of a prepared data set.

    Raises:
        DataError: If it cannot be read.
    """
    test, names = dataset.examples("test"), dataset.answers.names
    return HeldOut(tuple(test.ids), tuple(test.texts), tuple(names[label] for label in test.labels))


def read_kept_answers(path: Path) -> KeptAnswers | None:
    """Read the answers that a bundle keeps, None where it keeps none.

    Raises:
        BundleError: If the file cannot be read.
    """
    columns = read_test_part(path, ["id", "predicted", "confidence"])
    if columns is None:
        return None
    return KeptAnswers(tuple(columns["id"]), tuple(columns["predicted"]), tuple(columns["confidence"]))


def _behaviour(predictor: Predictor, version: Version, held_out: HeldOut, suites: Path) -> GateCheck:
    """Run the suite that travels with the model, else that of its data set."""
    own = version.path / BEHAVIOUR_FILE
    if predictor.manifest.several is not None:
        return NO_BEHAVIOUR_TESTS
    try:
        suite = read_suite(own) if own.is_file() else suite_of(predictor.manifest.data.name, suites)
        if suite is None:
            return NO_BEHAVIOUR_TESTS
        rows = sample_rows(held_out.texts, _SAMPLE.examples, _SAMPLE.characters, _SAMPLE.seed)
        texts = [held_out.texts[row] for row in rows]
        return behaviour_check(
            run_suite(suite, predictor.probabilities, predictor.manifest.classes, texts, predictor.weights)
        )
    except ConfigurationError as error:
        return GateCheck(name=BEHAVIOUR, passed=False, figure=None, sentence=str(error))


def behaviour_check(report: BehaviourReport) -> GateCheck:
    """Say what became of a suite as one check of the gate; passed where no test failed."""
    run = [result for result in report.results if result.cases]
    cases, right = sum(result.cases for result in run), sum(result.passed for result in run)
    if not run:
        sentence = f"none of the {len(report.results)} tests had a case"
        return GateCheck(name=BEHAVIOUR, passed=True, asked=False, figure=None, sentence=sentence)
    failed = "; ".join(
        f"{result.name!r} with {result.passed} of {result.cases} cases, at least {result.required:.0%} must pass"
        for result in report.failed
    )
    share = right / cases
    return GateCheck(
        name=BEHAVIOUR,
        passed=report.passed,
        figure=Interval(share, share, share),
        sentence=(
            f"{len(run) - len(report.failed)} of {len(run)} tests passed, {right} of {cases} cases"
            + (f"; failed: {failed}" if failed else "; all must")
        ),
    )
