from pathlib import Path

import pytest

from textops.inference import Predictor
from textops.inference.explanation import Explainer

TEXT = "A late goal, on a chip"


def test_a_model_that_is_not_ours_is_explained_by_leaving_words_out(tiny_bundle: Path) -> None:
    # given
    predictor = Predictor.load(tiny_bundle)
    # when
    explanation = Explainer(predictor, tiny_bundle).explain(TEXT, ["sport", "tech"])
    # then
    assert (explanation.method, explanation.parts) == ("occlusion", {})
    words = [TEXT[start:end] for start, end in explanation.spans]
    assert words == ["A", "late", "goal", ",", "on", "a", "chip"]
    sport, tech = explanation.contributions["sport"], explanation.contributions["tech"]
    assert max(zip(sport, words, strict=True))[1] == "goal"
    assert max(zip(tech, words, strict=True))[1] == "chip"
    assert tech[2] < 0 < sport[2]


@pytest.mark.parametrize("text", ["", " \n", "goal"])
def test_a_text_of_one_word_or_none_is_explained_too(tiny_bundle: Path, text: str) -> None:
    explanation = Explainer(Predictor.load(tiny_bundle), tiny_bundle).explain(text, ["sport"])

    assert len(explanation.spans) == len(explanation.contributions["sport"]) == len(text.split())
