"""Scripts are told apart by their letters."""

from typing import TYPE_CHECKING

import pytest

from tests.unit.explaining.conftest import labelled
from textops.explaining.page import Weight
from textops.explaining.rows import rows_of
from textops.explaining.scripts import describe_scripts, scripts_of

if TYPE_CHECKING:
    from tests.unit.explaining.conftest import TakeStages


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("plain English, 123!", "Latin"),
        ("ｆｕｌｌ width", "Latin"),
        ("Привет, мир", "Cyrillic"),
        ("مرحبا بالعالم", "Arabic"),
        ("שלום עולם", "Hebrew"),
        ("你好世界", "Han"),
        ("これは日本語のテキストです", "Japanese"),
        ("안녕하세요", "Hangul"),
        ("नमस्ते दुनिया", "Devanagari"),
        ("สวัสดีชาวโลก", "Thai"),
        ("Γειά σου Κόσμε", "Greek"),
        ("one два three четыре", "Cyrillic and Latin"),
        ("123 !?", "no letters"),
        ("", "no letters"),
        ("😀 \U0010ffff", "no letters"),
    ],
)
def test_the_script_of_a_text(text: str, script: str) -> None:
    (found,) = scripts_of([text])
    assert sorted(found.split(" and ")) == sorted(script.split(" and "))


def test_a_script_that_stands_for_a_class_is_a_problem(take: "TakeStages") -> None:
    rows = labelled(200)
    for row in rows:
        if row["label"] == "good":
            row["text"] = f"хорошо очень {row['text']!s}".translate(
                str.maketrans("abcdefgilmnoprstuvwy", "абцдефгилмнопрстувшы")
            )
    _, stages = take(rows)
    (point,) = describe_scripts(rows_of(stages)).points
    assert point.weight is Weight.PROBLEM
    assert "The script alone guesses" in point.what


def test_one_script_is_fine(take: "TakeStages") -> None:
    _, stages = take(labelled(100))
    assert describe_scripts(rows_of(stages)).points[0].weight is Weight.FINE
