import pytest
from hypothesis import given
from hypothesis import strategies as st

from textops.evaluation.behaviour_changes import CHANGES


@pytest.mark.parametrize(
    ("name", "text", "changed"),
    [
        ("first_letter_case", "“The end", "“the end"),
        ("first_letter_case", "123", "123"),
        ("lower_case", "ÄB", "äb"),
        ("upper_case", "äb", "ÄB"),
        ("trailing_white_space", "a", "a \n"),
        ("doubled_white_space", "a b\nc", "a  b\n\nc"),
        ("other_numbers", "in 2019", "in 5342"),
        ("no_last_punctuation", "Well?! ", "Well"),
        ("no_last_punctuation", "...", ""),
        ("straight_quotation_marks", "“a” „b“ «c»", '"a" "b" "c"'),
        ("no_accents", "café", "cafe"),
        ("one_typo", "the parliament", "the parlaiment"),
        ("one_typo", "a b", "a b"),
        ("said_twice", "a", "a\na"),
        ("words_reversed", "a b c", "c b a"),
    ],
)
def test_each_change_does_what_its_name_says(name: str, text: str, changed: str) -> None:
    assert CHANGES[name](text) == changed


@given(text=st.text(max_size=40), name=st.sampled_from(sorted(CHANGES)))
def test_any_text_can_be_changed(text: str, name: str) -> None:
    assert isinstance(CHANGES[name](text), str)
