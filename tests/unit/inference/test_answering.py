from pathlib import Path

import numpy as np
import pytest

from textops.inference import Predictor
from textops.inference.answering import Answering
from textops.label_rules import LabelRule, SeveralLabels

SEVERAL = SeveralLabels(
    separator="|",
    rules=(
        LabelRule(slope=1.0, shift=0.0, threshold=0.5),
        LabelRule(slope=2.0, shift=-1.0, threshold=0.3),
        LabelRule(slope=1.0, shift=0.0, threshold=0.9),
    ),
    answer_slope=0.5,
    answer_shift=0.2,
)
LOGITS = np.array([[2.0, 0.2, 1.0], [-3.0, -3.0, -3.0], [0.1, 3.0, 4.0]])


def test_each_label_is_given_by_its_own_threshold() -> None:
    answering = Answering(("b", "a", "c"), several=SEVERAL)

    probabilities = answering.probabilities(LOGITS)

    assert answering.given(probabilities).tolist() == [[True, True, False], [False] * 3, [True, True, True]]
    assert answering.answers(probabilities).tolist() == ["a|b", "", "a|b|c"]


def test_one_text_is_answered_as_many_are() -> None:
    answering = Answering(("b", "a", "c"), several=SEVERAL)
    probabilities = answering.probabilities(LOGITS)

    alone = [answering.answer(row) for row in LOGITS.tolist()]

    assert [answering.name_of(each.places) for each in alone] == answering.answers(probabilities).tolist()
    assert [each.probability for each in alone] == pytest.approx(answering.confidence(probabilities).tolist())
    assert np.array([each.probabilities for each in alone]) == pytest.approx(probabilities)
    assert alone[2].places == [1, 2, 0]


def test_without_rules_the_answer_is_a_class() -> None:
    answering = Answering(("a", "b"), weights=(1.0, 3.0))
    probabilities = answering.probabilities(np.log([[0.9, 0.1], [0.6, 0.4]]))

    assert answering.answers(probabilities).tolist() == ["a", "b"]
    assert answering.confidence(probabilities) == pytest.approx([0.9, 0.4])
    assert answering.given(probabilities).tolist() == [[True, False], [False, True]]


def test_a_predictor_gives_labels_the_most_probable_first(tiny_multilabel_bundle: Path) -> None:
    predictor = Predictor.load(tiny_multilabel_bundle)

    both, none = predictor.predict(["goal match team chip", "nothing"])

    assert both.labels == ("sport", "tech")
    assert both.label == "sport|tech"
    assert both.probability < both.probabilities["tech"]
    assert (none.label, none.labels) == ("", ())
    with pytest.raises(ValueError, match="gives several labels"):
        predictor.chosen(np.array([[0.5, 0.5, 0.5]]))
