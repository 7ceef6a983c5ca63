"""`textops prepare --explain`: a page about data, also where they are refused, also where columns are not named."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from tests.conftest import Terminal

PAGE = Path("reports/data/a/explanation.html")


def write(path: Path, rows: list[str], header: str = "words,team") -> None:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def sound(count: int = 80) -> list[str]:
    signs = ("refund invoice money", "cracked screen dead")
    return [f"{signs[row % 2]} in case number {row},{('bill', 'broken')[row % 2]}" for row in range(count)]


def test_data_are_prepared_and_explained(terminal: "Terminal", tmp_path: Path) -> None:
    write(tmp_path / "a.csv", sound())
    named = ("data=csv", "data.paths=a.csv", "data.text_columns=[words]", "data.label_column=team")
    outcome = terminal("prepare", "--explain", *named)
    assert outcome.code == 0, outcome.log
    assert (tmp_path / "data/processed/a/dataset.json").is_file()
    assert (tmp_path / PAGE).is_file()
    # when: the data set is there, the page is made again
    (tmp_path / PAGE).unlink()
    assert terminal("prepare", "--explain", *named, "--output", "elsewhere").code == 0
    assert (tmp_path / "elsewhere/explanation.html").is_file()
    assert not (tmp_path / PAGE).exists()


def test_columns_that_are_not_named_are_found(terminal: "Terminal", tmp_path: Path) -> None:
    # given
    write(tmp_path / "a.csv", sound())
    # when
    outcome = terminal("prepare", "--explain", "data=csv", "data.paths=a.csv")
    # then
    assert outcome.code == 0, outcome.log
    content = yaml.safe_load((tmp_path / "reports/data/a/experiment.yaml").read_text())
    assert content["data"]["text_columns"] == ["words"]
    assert content["data"]["label_column"] == "team"
    assert content["data"]["read"] == {
        "format": "csv",
        "delimiter": ",",
        "encoding": ["utf-8"],
        "header": True,
        "quoting": True,
    }


def test_what_is_named_goes_before_what_is_found(terminal: "Terminal", tmp_path: Path) -> None:
    write(
        tmp_path / "a.csv", [f"{row},{'xy'[number // 2 % 2]}" for number, row in enumerate(sound())], "words,team,kind"
    )
    outcome = terminal(
        "prepare", "--explain", "data=csv", "data.paths=a.csv", "data.label_column=kind", "data.name=mine"
    )
    assert outcome.code == 0, outcome.log
    content = yaml.safe_load((tmp_path / "reports/data/mine/experiment.yaml").read_text())
    assert (content["data"]["label_column"], content["data"]["text_columns"]) == ("kind", ["words"])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([f"words of case {row},same" for row in range(60)], "of one class"),
        ([*sound(), "a lonely case,rare"], "class 'rare' has 1 example"),
        (sound(4), "each class needs 3"),
    ],
)
def test_data_that_are_refused_are_explained_all_the_same(
    terminal: "Terminal", tmp_path: Path, rows: list[str], message: str
) -> None:
    # given
    write(tmp_path / "a.csv", rows)
    # when
    outcome = terminal(
        "prepare", "--explain", "data=csv", "data.paths=a.csv", "data.text_columns=[words]", "data.label_column=team"
    )
    # then
    assert outcome.code == 2
    assert len(outcome.errors) == 1, outcome.log
    assert message in outcome.errors[0]
    assert str(PAGE) in outcome.errors[0]
    assert "Refused: " in (tmp_path / PAGE).read_text(encoding="utf-8")
    assert not (tmp_path / "data/processed").exists()


def test_rows_that_are_broken_are_shown_with_their_lines(terminal: "Terminal", tmp_path: Path) -> None:
    write(tmp_path / "a.csv", [*sound(20), *["too,many,fields,here"] * 20])
    outcome = terminal(
        "prepare", "--explain", "data=csv", "data.paths=a.csv", "data.text_columns=[words]", "data.label_column=team"
    )
    assert outcome.code == 2
    assert "a.csv:22" in (tmp_path / PAGE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--explain", "data=csv", "data.paths=nowhere.csv"), "nowhere.csv"),
        (("--explain", "data=csv"), "data.paths"),
        (("--explain", "data=csv", "data.pahts=a.csv"), "data.paths"),
        (("--output", "x", "data=bbc_news"), "--explain"),
    ],
)
def test_what_cannot_be_read_ends_with_one_line_and_leaves_nothing(
    terminal: "Terminal", tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    outcome = terminal("prepare", *arguments)
    assert (outcome.code, len(outcome.errors)) == (2, 1), outcome.log
    assert message in outcome.errors[0]
    assert not list(tmp_path.iterdir())


def test_a_file_where_the_page_should_go_stays(terminal: "Terminal", tmp_path: Path) -> None:
    write(tmp_path / "a.csv", sound())
    (tmp_path / "page").write_text("precious")
    outcome = terminal("prepare", "--explain", "data=csv", "data.paths=a.csv", "--output", "page")
    assert (outcome.code, len(outcome.errors)) == (2, 1), outcome.log
    assert (tmp_path / "page").read_text() == "precious"
    assert not (tmp_path / "data").exists()


def test_a_source_that_is_no_file_is_explained_too(terminal: "Terminal", tmp_path: Path) -> None:
    outcome = terminal("prepare", "--explain", "data=synthetic", "data.synthetic.rows=300")
    assert outcome.code == 0, outcome.log
    assert (tmp_path / "reports/data/synthetic/explanation.md").is_file()
