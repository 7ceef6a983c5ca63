"""`textops simulate` and `textops drill`, and what they refuse."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Terminal


@pytest.mark.parametrize("command", ["simulate", "drill"])
def test_a_kind_of_drift_that_there_is_not_is_refused_with_those_there_are(terminal: "Terminal", command: str) -> None:
    # when
    outcome = terminal(command, "--drift", "weather")
    # then
    assert outcome.code == 2
    (line,) = outcome.errors
    assert "vocabulary" in line


def test_a_drill_needs_an_empty_folder(terminal: "Terminal", tmp_path: Path) -> None:
    # given
    folder = tmp_path / "drill"
    folder.mkdir()
    (folder / "notes").write_text("mine")
    # when
    outcome = terminal("drill", "--folder", str(folder))
    # then
    assert outcome.code == 2
    assert "is not empty" in outcome.log
    assert [path.name for path in folder.iterdir()] == ["notes"]


def test_a_drill_with_too_few_texts_says_so(terminal: "Terminal", tmp_path: Path) -> None:
    # given
    pairs = [(f"goal number {number} in the match", f"chip number {number} is fast") for number in range(60)]
    rows = "".join(f"{sport},sport\n{tech},tech\n" for sport, tech in pairs)
    (tmp_path / "few.csv").write_text("text,label\n" + rows)
    # when
    outcome = terminal(
        "drill",
        "data=csv",
        f"data.paths={tmp_path / 'few.csv'}",
        "data.text_columns=[text]",
        "data.label_column=label",
        "data.near_duplicates.enabled=false",
    )
    # then
    assert outcome.code == 2
    assert "a drill needs 240" in outcome.log
    assert not (tmp_path / "reports").exists()


def test_a_simulation_without_a_service_says_how_to_start_one(terminal: "Terminal") -> None:
    outcome = terminal("simulate", "--url", "http://127.0.0.1:9")
    assert outcome.code == 2
    assert "textops serve" in outcome.errors[0]


def test_a_key_that_no_header_can_carry_is_refused_and_not_shown(terminal: "Terminal") -> None:
    outcome = terminal("simulate", "--url", "http://127.0.0.1:9", "--key", "of-somebody\nX-Other: 1")
    assert outcome.code == 2
    (line,) = outcome.errors
    assert "TEXTOPS_API_KEY" in line
    assert "of-somebody" not in outcome.log
