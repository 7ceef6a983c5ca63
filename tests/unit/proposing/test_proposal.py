"""What is text, what is label, what is time: found in data that nobody here has seen."""

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from textops.data.configuration import SourceConfiguration
from textops.errors import ConfigurationError, DataError
from textops.proposing.looked import look, require_rows
from textops.proposing.proposal import Answers, Proposal, propose
from textops.proposing.verification import verify

if TYPE_CHECKING:
    from tests.unit.proposing.conftest import WriteTable

WORDS = {"sport": "goal match team coach", "science": "atom cell star theory"}
FILLER = ["the", "of", "and", "with", "about", "after", "before", "into", "over", "under"]


def text_of(label: str, number: int, words: int = 10) -> str:
    chance = random.Random(number)  # noqa: S311 (made-up texts)
    return " ".join([*chance.choices(FILLER, k=words), chance.choice(WORDS[label].split()), str(number)])


def rows_of(count: int = 120) -> list[tuple[int, str, str]]:
    labels = list(WORDS)
    return [(number, text_of(labels[number % 2], number), labels[number % 2]) for number in range(count)]


def proposed(*paths: Path | str, **answers: Any) -> Proposal:  # noqa: ANN401 (fields of Answers)
    return propose(look([str(path) for path in paths]), Answers(**answers))


def source_of(*paths: Path | str, **answers: Any) -> SourceConfiguration:  # noqa: ANN401
    source = proposed(*paths, **answers).source
    verify(source)
    return source


def test_columns_are_told_by_their_names(write_table: "WriteTable") -> None:
    rows = [(n, f"title words {n}", text, label, f"2024-01-{1 + n % 28:02d}") for n, text, label in rows_of()]
    source = source_of(write_table("news.csv", rows, ("id", "Title", "body", "category", "published_at")))
    assert source.text_columns == ("Title", "body")
    assert source.label_column == "category"
    assert source.timestamp_column == "published_at"
    assert source.name == "news"
    assert source.split.rule == "hash"


def test_columns_without_a_telling_name_are_told_by_their_values(write_table: "WriteTable") -> None:
    rows = [(f"u{n}", label, n % 7, text) for n, text, label in rows_of()]
    source = source_of(write_table("x.csv", rows, ("a", "b", "c", "d")))
    assert (source.text_columns, source.label_column) == (("d",), "b")


def test_columns_without_any_name_are_numbered(write_table: "WriteTable") -> None:
    rows = [(label, text) for _, text, label in rows_of()]
    source = source_of(write_table("x.tsv", rows, None, delimiter="\t"))
    assert (source.text_columns, source.label_column) == (("column_2",), "column_1")
    assert (source.read.header, source.read.delimiter) == (False, "tab")


LANGUAGES = {
    "cp1251": (
        ("отзыв", "оценка"),
        ("хорошо", "плохо"),
        "товар пришёл вчера магазин доставка цена коробка телефон книга",
    ),
    "gb18030": (("标题", "类别"), ("体育", "科技"), "的 一是 不了 人我 在有 他这 个们 中来 上大 为和"),
    "utf-8": (("النص", "الفئة"), ("رياضة", "علوم"), "في من على إلى عن مع هذا التي كان قال بعد قبل"),
}


@pytest.mark.parametrize("encoding", LANGUAGES)
def test_any_language_will_do(write_table: "WriteTable", encoding: str) -> None:
    # given
    header, labels, words = LANGUAGES[encoding]
    chance = random.Random(0)  # noqa: S311 (made-up texts)
    rows = [
        (" ".join([*chance.choices(words.split(), k=12), labels[number % 2] * 2]), labels[number % 2])
        for number in range(160)
    ]
    # when
    source = source_of(write_table("data.csv", rows, header, encoding=encoding, delimiter=";"))
    # then
    assert (source.text_columns, source.label_column) == ((header[0],), header[1])


def test_the_names_of_files_can_be_the_label(write_table: "WriteTable", tmp_path: Path) -> None:
    for label in WORDS:
        write_table(
            f"kaggle/{label}.csv",
            [(text, "x y"[n % 2 * 2]) for n, text, each in rows_of() if each == label],
            ("text", "kind"),
        )
    source = source_of(tmp_path / "kaggle")
    assert source.label_from_file == {"science.csv": "science", "sport.csv": "sport"}


def test_the_names_of_folders_can_be_label_and_split(tmp_path: Path) -> None:
    # given: a layout that is often seen
    for number, text, label in rows_of():
        place = tmp_path / "set" / ("train" if number % 3 else "test") / label / f"{number}.txt"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    # when
    source = source_of(tmp_path / "set")
    # then
    assert source.label_from_file == "folder"
    assert source.split.rule == "predefined"
    assert source.split.from_file == {"train": ("train/*",), "test": ("test/*",)}


def test_files_that_are_parts_of_the_split_are_taken_so(write_table: "WriteTable", tmp_path: Path) -> None:
    rows = [row[1:] for row in rows_of()]
    for name, part in (("train", rows[:80]), ("dev", rows[80:100]), ("test[1]", rows[100:])):
        write_table(f"parts/{name}.csv", part)
    source = source_of(tmp_path / "parts")
    assert source.split.from_file == {"train": ("train.csv",), "val": ("dev.csv",), "test": ("test[[]1].csv",)}
    assert source.label_column == "label"


def test_pieces_of_one_table_are_no_classes(write_table: "WriteTable", tmp_path: Path) -> None:
    rows = [row[1:] for row in rows_of()]
    for number in range(3):
        write_table(f"pieces/part-{number}.csv", rows[number::3], ("text", "zzz"))
    assert source_of(tmp_path / "pieces").label_column == "zzz"


def test_spellings_of_a_class_are_one_and_rare_classes_are_left_out(write_table: "WriteTable") -> None:
    rows = [(text, label.upper() if n % 5 == 0 else label) for n, text, label in rows_of()]
    proposal = proposed(write_table("a.csv", [*rows, ("a lonely text", "rare")]))
    assert proposal.source.label_names == {
        "sport": "sport", "SPORT": "sport", "science": "science", "SCIENCE": "science", "rare": "rare",
    }  # fmt: skip
    assert proposal.source.ignore_labels == ("rare",)
    assert any("'rare'" in remark for remark in proposal.remarks)
    verify(proposal.source)


@pytest.mark.parametrize(
    ("day", "expected"), [("25/01/2024", "%d/%m/%Y"), ("01/25/2024", "%m/%d/%Y"), ("01/02/2024", None)]
)
def test_dates_with_slashes_are_read_only_where_they_can_mean_one_thing(
    write_table: "WriteTable", day: str, expected: str | None
) -> None:
    rows = [(text, label, day if n % 2 else "03/03/2024") for n, text, label in rows_of()]
    proposal = proposed(write_table("a.csv", rows, ("text", "label", "date")))
    if expected is None:
        assert proposal.source.timestamp_column is None
        assert any("timestamp_format" in remark for remark in proposal.remarks)
    else:
        assert (proposal.source.timestamp_column, proposal.source.timestamp_format) == ("date", (expected,))


def test_what_was_said_goes_before_what_was_found(write_table: "WriteTable") -> None:
    rows = [(text, label, f"kind {n % 3}", f"2024-01-{1 + n % 28:02d}") for n, text, label in rows_of()]
    path = write_table("a.csv", rows, ("text", "label", "kind", "date"))
    source = source_of(path, label="kind", texts=("text",), time="", split="hash", name="mine")
    assert (source.label_column, source.timestamp_column, source.name) == ("kind", None, "mine")
    assert source_of(path, split="time").split.rule == "time"


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"label": "lable"}, "did you mean 'label'"),
        ({"texts": ("txt",)}, "did you mean 'text'"),
        ({"label": "same"}, "one value"),
    ],
)
def test_what_was_said_must_be_there(write_table: "WriteTable", answers: dict[str, Any], message: str) -> None:
    rows = [(text, label, "same") for _, text, label in rows_of()]
    path = write_table("a.csv", rows, ("text", "label", "same"))
    with pytest.raises((ConfigurationError, DataError), match=message):
        proposed(path, **answers)


@pytest.mark.parametrize(
    ("rows", "header", "message"),
    [
        ([(f"words of row {n}", f"person {n}") for n in range(60)], ("text", "author"), "looks like a label"),
        ([(f"words of row {n}", "only") for n in range(60)], ("text", "label"), "one value only, 'only'"),
        ([(n, "ab"[n % 2]) for n in range(60)], ("number", "label"), "looks like text"),
    ],
)
def test_what_is_missing_is_named(
    write_table: "WriteTable", rows: list[tuple[object, ...]], header: tuple[str, ...], message: str
) -> None:
    path = write_table("a.csv", rows, header)
    with pytest.raises(DataError, match=message):
        proposed(path)


def test_too_few_rows_are_refused(write_table: "WriteTable") -> None:
    with pytest.raises(DataError, match="has 10 rows"):
        require_rows(look([str(write_table("a.csv", [row[1:] for row in rows_of(10)]))]))


def test_a_table_of_thousands_of_columns_is_looked_at(write_table: "WriteTable") -> None:
    rows = [(text, label, *["x"] * 2000) for _, text, label in rows_of()]
    source = source_of(write_table("wide.csv", rows, ("text", "label", *(f"c{n}" for n in range(2000)))))
    assert (source.text_columns, source.label_column) == (("text",), "label")
