"""What the gate is given from above the registry."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from textops.bundle import REFERENCE_FILE, read_manifest, seal
from textops.data.dataset import Examples
from textops.errors import BundleError
from textops.evaluation.behaviour_file import BEHAVIOUR_FILE
from textops.evaluation.behaviour_report import BehaviourReport, BehaviourResult
from textops.evaluation.evidence import behaviour_check, gather_evidence, read_kept_answers
from textops.inference import Predictor
from textops.inference.answering import Answering
from textops.optimization.reference import Answered, write_reference
from textops.registry.evidence import HeldOut, KeptAnswers
from textops.registry.gate import GateCheck
from textops.registry.store import Registry
from textops.registry.version import Version

MakeBundle = Callable[..., Path]

HELD_OUT = HeldOut(("1", "2"), ("a goal", "a chip"), ("sport", "tech"))
EXAMPLES = Examples(ids=["1", "2"], texts=["a goal", "a chip"], labels=np.array([0, 1], np.int64), groups=["1", "2"])
SUITE = """
tests:
  - name: words of sport
    kind: minimum_function
    cases: {{{label}: [a goal, a match]}}
"""


@pytest.fixture
def register(tmp_path: Path, make_bundle: MakeBundle) -> Callable[..., Version]:
    """Register a bundle with more files in it."""

    def register(**files: str) -> Version:
        folder = make_bundle(tmp_path / "bundle")
        for name, content in files.items():
            (folder / f"{name}.yaml").write_text(content)
        seal(folder, read_manifest(folder))
        return Registry(tmp_path / "registry").register(folder)

    return register


def behaviour_of(version: Version, suites: Path) -> GateCheck:
    return gather_evidence(version, HELD_OUT, suites).behaviour(Predictor.load(version.path))


def result(passed: int, cases: int, name: str = "words of sport") -> BehaviourResult:
    return BehaviourResult(
        name=name, kind="invariance", capability="", cases=cases, passed=passed, required=0.9, failures=()
    )


def test_the_answers_that_a_bundle_keeps_are_read(tmp_path: Path) -> None:
    # given
    path = tmp_path / REFERENCE_FILE
    write_reference(path, Answered(EXAMPLES, np.array([[0.75, 0.25], [0.125, 0.875]])), Answering(("sport", "tech")))

    # when, then
    assert read_kept_answers(path) == KeptAnswers(("1", "2"), ("sport", "tech"), (0.75, 0.875))


def test_live_traffic_in_the_reference_is_no_part_of_the_test_set(tmp_path: Path) -> None:
    # given
    path = tmp_path / REFERENCE_FILE
    test = Answered(EXAMPLES, np.array([[0.75, 0.25], [0.125, 0.875]]))
    write_reference(path, test, Answering(("sport", "tech")), live=Answered(EXAMPLES, test.probabilities[::-1]))
    # when
    kept = read_kept_answers(path)
    # then
    assert kept is not None
    assert list(kept.ids) == EXAMPLES.ids


def test_a_bundle_that_keeps_none_is_no_error(tmp_path: Path) -> None:
    assert read_kept_answers(tmp_path / REFERENCE_FILE) is None


def test_a_file_that_is_no_parquet_or_holds_something_else_is_said(tmp_path: Path) -> None:
    # given
    broken, other = tmp_path / "broken.parquet", tmp_path / "other.parquet"
    broken.write_bytes(b"no parquet")
    parquet.write_table(pa.table({"id": ["1"], "note": ["x"]}), other)

    # when, then
    for path in (broken, other):
        with pytest.raises(BundleError, match="evaluate again") as error:
            read_kept_answers(path)
        assert "\n" not in str(error.value)


def test_the_suite_that_travels_with_the_model_counts(register: Callable[..., Version], tmp_path: Path) -> None:
    # given one in the bundle that it passes, and one for its data set that it would not
    version = register(**{Path(BEHAVIOUR_FILE).stem: SUITE.format(label="sport")})
    (tmp_path / "tiny.yaml").write_text(SUITE.format(label="tech"))

    # when
    check = behaviour_of(version, tmp_path)

    # then
    assert check.outcome == "passed"
    assert check.sentence == "1 of 1 tests passed, 2 of 2 cases; all must"


def test_without_one_of_its_own_that_of_its_data_set_is_taken(register: Callable[..., Version], tmp_path: Path) -> None:
    # given
    (tmp_path / "tiny.yaml").write_text(SUITE.format(label="tech"))

    # when
    check = behaviour_of(register(), tmp_path)

    # then
    assert check.outcome == "refused"
    assert "failed: 'words of sport' with 0 of 2 cases, at least 100% must pass" in check.sentence


def test_without_any_there_is_nothing_to_ask(register: Callable[..., Version], tmp_path: Path) -> None:
    assert behaviour_of(register(), tmp_path).outcome == "not asked"


def test_a_suite_that_does_not_fit_the_model_is_a_refusal(register: Callable[..., Version], tmp_path: Path) -> None:
    # given
    (tmp_path / "tiny.yaml").write_text(SUITE.format(label="trade"))

    # when
    check = behaviour_of(register(), tmp_path)

    # then
    assert check.outcome == "refused"
    assert "names the class 'trade', which the model does not have" in check.sentence


def test_one_failed_test_fails_the_suite_and_the_share_of_cases_is_the_figure() -> None:
    check = behaviour_check(BehaviourReport(results=(result(10, 10), result(8, 10, "other words"))))

    assert not check.passed
    assert check.figure is not None
    assert check.figure.value == 0.9
    assert check.sentence.startswith("1 of 2 tests passed, 18 of 20 cases; failed: 'other words' with 8 of 10")


def test_a_suite_without_a_case_asks_nothing() -> None:
    assert behaviour_check(BehaviourReport(results=(result(0, 0),))).outcome == "not asked"
