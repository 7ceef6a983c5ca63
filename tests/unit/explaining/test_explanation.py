"""The page says what was found, how far it came, and which configuration was used."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from omegaconf import OmegaConf

from tests.unit.explaining.conftest import labelled
from textops.data import shown_rows
from textops.explaining.explanation import explain
from textops.explaining.page import Weight

if TYPE_CHECKING:
    from tests.unit.explaining.conftest import TakeStages

TITLES = (
    "At a glance", "Files and rows", "Classes", "Lengths", "Languages by script", "Duplicates", "Conflicting labels",
    "Likely label errors", "Leaks", "Time", "Configuration",
)  # fmt: skip


def test_every_part_stands_on_both_pages(take: "TakeStages", tmp_path: Path) -> None:
    # given
    rows = labelled(300)
    for number, row in enumerate(rows):
        row["day"] = f"2024-01-{1 + number % 28:02d}"
    source, stages = take(rows, timestamp_column="day")
    # when
    explanation = explain(source, stages, tmp_path / "page")
    # then
    markdown, html = explanation.markdown.read_text(), explanation.html.read_text()
    for title in TITLES:
        assert f"## {title}\n" in markdown
        assert f">{title}</h2>" in html
    assert "Prepared: 300 examples in 2 classes, of 300 rows." in markdown
    for figure in ("classes", "lengths", "order", "times"):
        assert (tmp_path / "page" / f"explanation_{figure}.png").read_bytes().startswith(b"\x89PNG")
        assert f"](explanation_{figure}.png)" in markdown
    assert html.count("data:image/png;base64,") == 4
    weights = [list(Weight).index(point.weight) for point in explanation.points]
    assert weights == sorted(weights)


def test_the_configuration_is_ready_to_save_with_what_was_found(take: "TakeStages", tmp_path: Path) -> None:
    source, stages = take(labelled(100))
    content = OmegaConf.load(explain(source, stages, tmp_path / "page").experiment)
    assert content.data.read == {"format": "jsonl", "encoding": ["utf-8"]}
    assert content.data.text_columns == ["text"]
    assert content.name == "made_up"


def test_what_was_refused_is_shown_as_far_as_it_came(take: "TakeStages", tmp_path: Path) -> None:
    # given: a class of one example
    source, stages = take([*labelled(80), {"text": "a lonely text", "label": "rare"}])
    assert stages.assignment is None
    # when
    explanation = explain(source, stages, tmp_path / "page", refusal="class 'rare' has 1 example")
    # then
    markdown = explanation.markdown.read_text()
    assert "Refused: class 'rare' has 1 example" in markdown
    assert "| rare | 1 | 1.2% |" in markdown
    assert "were not looked at: the preparation did not come so far" in markdown


def test_where_no_row_could_be_used_the_reasons_are_shown(take: "TakeStages", tmp_path: Path) -> None:
    source, stages = take([{"text": "", "label": "x"}, {"text": "y", "label": ""}])
    markdown = explain(source, stages, tmp_path / "page", refusal="none of 2 rows can be used").markdown.read_text()
    assert "left out: the text is missing or blank" in markdown
    assert "rows.jsonl:1" in markdown
    assert "## Classes" not in markdown


def test_the_same_data_give_the_same_page(take: "TakeStages", tmp_path: Path) -> None:
    source, stages = take(labelled(120))
    first = explain(source, stages, tmp_path / "a").html.read_bytes()
    assert explain(source, stages, tmp_path / "b").html.read_bytes() == first


def test_of_very_many_rows_a_sample_is_looked_at_and_that_is_said(
    take: "TakeStages", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(shown_rows, "MOST_ROWS", 100)
    source, stages = take(labelled(400))
    shown = len(stages.validated.rows)
    # when
    markdown = explain(source, stages, tmp_path / "page").markdown.read_text()
    # then
    assert 50 < shown < 200
    assert "Prepared: 400 examples in 2 classes, of 400 rows." in markdown
    assert f"the rest of this page is about {shown:,} of the 400 rows with text and label" in markdown
    assert "| Examples, each text once | 400 |" in markdown
