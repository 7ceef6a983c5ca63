import numpy as np
import pytest
from numpy.typing import NDArray

from textops.bundle import Export, Parity
from textops.label_rules import LabelRule, SeveralLabels
from textops.registry.bounds import GateBounds
from textops.registry.evidence import KeptAnswers
from textops.registry.gate import GateCheck
from textops.registry.parity_check import recorded_parity, same_answers

IDS = ("a", "b", "c")
CLASSES = ("sport", "tech")
HERE = np.array([[0.9, 0.1], [0.2, 0.8], [0.5002, 0.4998]])
KEPT = KeptAnswers(ids=IDS, predicted=("sport", "tech", "sport"), confidence=(0.9, 0.8, 0.5002))


def export(*, exact: bool, max_difference: float = 0.0, agreement: float = 1.0) -> Export:
    parity = Parity(texts=200, max_difference=max_difference, agreement=agreement)
    return Export(variant="onnx_fp32" if exact else "onnx_int8", exact=exact, parity=parity, reason="")


def answers(here: NDArray[np.float64] = HERE, kept: KeptAnswers | None = KEPT, *, exact: bool = True) -> GateCheck:
    return same_answers(IDS, here, CLASSES, kept, exact=exact)


@pytest.mark.parametrize(("difference", "passed"), [(0.0, True), (1e-4, True), (2e-4, False)])
def test_a_form_that_promises_to_be_exact_is_held_to_the_difference(*, difference: float, passed: bool) -> None:
    check = recorded_parity(export(exact=True, max_difference=difference, agreement=0.5), GateBounds())

    assert check.passed is passed
    assert "onnx_fp32 against its checkpoint on 200 texts" in check.sentence
    assert "allowed 1.0e-04" in check.sentence


@pytest.mark.parametrize(("agreement", "passed"), [(1.0, True), (0.95, True), (0.94, False)])
def test_another_form_is_held_to_the_agreement(*, agreement: float, passed: bool) -> None:
    check = recorded_parity(export(exact=False, max_difference=3.0, agreement=agreement), GateBounds())

    assert check.passed is passed
    assert "at least 0.9500" in check.sentence


def test_a_bundle_that_records_no_comparison_is_refused_with_what_to_do() -> None:
    check = recorded_parity(None, GateBounds())

    assert not check.passed
    assert "schema version 1): evaluate again" in check.sentence


def test_the_same_answers_pass() -> None:
    check = answers()

    assert check.passed
    assert check.asked
    assert "3 of 3 answers are those kept" in check.sentence


def test_another_class_is_another_answer() -> None:
    check = answers(HERE[:, ::-1])

    assert not check.passed
    # The third is a draw, and may go either way.
    assert "1 of 3 answers" in check.sentence


def test_the_same_class_with_another_confidence_is_another_answer() -> None:
    check = answers(np.array([[0.9, 0.1], [0.25, 0.75], [0.5002, 0.4998]]))

    assert not check.passed
    assert "2 of 3 answers are those kept in the bundle (largest difference of a probability 5.0e-02" in check.sentence


def test_a_form_that_is_not_exact_may_differ_a_little_between_machines() -> None:
    here = HERE + np.array([[0.01, -0.01]])

    assert answers(here, exact=False).passed
    assert not answers(here, exact=True).passed


def test_only_examples_that_both_have_are_compared_whatever_their_order() -> None:
    kept = KeptAnswers(ids=("z", "c", "b"), predicted=("sport", "sport", "tech"), confidence=(0.6, 0.5002, 0.8))

    check = answers(kept=kept)

    assert check.passed
    assert "2 of 2 answers" in check.sentence


def test_another_test_set_is_said_to_be_one_and_proves_nothing() -> None:
    check = answers(kept=KeptAnswers(ids=("z",), predicted=("sport",), confidence=(0.6,)))

    assert check.outcome == "not asked"
    assert "none of the 1 examples" in check.sentence


def test_a_bundle_without_answers_is_refused() -> None:
    check = answers(kept=None)

    assert not check.passed
    assert "evaluate again" in check.sentence


def test_answers_with_a_class_that_is_none_are_refused() -> None:
    check = answers(kept=KeptAnswers(ids=("a",), predicted=("trade",), confidence=(0.6,)))

    assert not check.passed
    assert "none of its classes (trade)" in check.sentence


RULE = LabelRule(slope=1.0, shift=0.0, threshold=0.5)
SEVERAL = SeveralLabels(separator="|", rules=(RULE, RULE))
SETS = np.array([[0.9, 0.8], [0.2, 0.8], [0.1, 0.4]])
KEPT_SETS = KeptAnswers(ids=IDS, predicted=("sport|tech", "tech", ""), confidence=(0.72, 0.64, 0.54))


def sets(here: NDArray[np.float64], kept: KeptAnswers = KEPT_SETS) -> GateCheck:
    return same_answers(IDS, here, CLASSES, kept, exact=True, several=SEVERAL)


def test_the_same_labels_as_sure_as_before_are_the_same_answer() -> None:
    assert sets(SETS).passed
    assert sets(SETS + 1e-4).passed


def test_a_label_that_crossed_its_threshold_is_another_answer() -> None:
    here = SETS.copy()
    here[2] = [0.1, 0.6]

    check = sets(here)

    assert not check.passed
    assert check.sentence.startswith("2 of 3 answers")


def test_a_kept_label_that_is_no_class_is_named() -> None:
    kept = KeptAnswers(ids=IDS, predicted=("sport|golf", "tech", ""), confidence=(0.72, 0.64, 0.54))

    assert "(golf)" in sets(SETS, kept).sentence
