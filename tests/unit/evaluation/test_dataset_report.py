"""The report on a data set says what is in it, and what changed since the one before."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from textops.data.configuration import read_configuration
from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.errors import DataError
from textops.evaluation.dataset_report import report_dataset

MakeDataset = Callable[..., Dataset]


@pytest.fixture
def make_dataset(tmp_path: Path) -> MakeDataset:
    """Prepare a data set of so many texts of each class."""

    def make(**counts: int) -> Dataset:
        rows = [
            {"text": f"{name} text with the number {number}, and a word of its own: w{name}{number}", "label": name}
            for name, count in counts.items()
            for number in range(count)
        ]
        source = tmp_path / "source.jsonl"
        source.write_text("\n".join([*map(json.dumps, rows), '{"text": "", "label": "sport"}']))
        configuration = read_configuration(
            {"name": "small <b>", "paths": str(source), "text_columns": ["text"], "label_column": "label"}
        )
        folder = tmp_path / "prepared"
        prepare(configuration, folder, force=True)
        return Dataset.load(folder)

    return make


def test_it_tells_counts_lengths_leaks_and_what_was_left_out(make_dataset: MakeDataset, tmp_path: Path) -> None:
    # when
    report = report_dataset(make_dataset(sport=60, tech=40), tmp_path / "report")
    # then
    assert report.path.read_text(encoding="utf-8") == report.markdown
    assert "- examples: 100 (" in report.markdown
    assert "of 101 rows" in report.markdown
    assert "| sport |" in report.markdown
    assert "| 60 | 60.0% |" in report.markdown
    assert "'sport' stands for" in report.markdown.replace("&#39;", "'")
    assert "source.jsonl:101" in report.markdown
    assert "There is none to compare with." in report.markdown
    assert "<b>" not in report.markdown
    for figure in ("classes.png", "lengths.png"):
        assert (tmp_path / "report" / figure).read_bytes().startswith(b"\x89PNG")


def test_it_tells_how_files_were_read_and_what_was_repaired(tmp_path: Path) -> None:
    # given
    for name in ("one.csv", "two.csv"):
        lines = [f"{name} case {number} &amp; more|{('a', 'b')[number % 2]}" for number in range(40)]
        (tmp_path / name).write_text("\n".join(["text|label", *lines]))
    source = {"name": "small", "paths": str(tmp_path / "*.csv"), "text_columns": ["text"], "label_column": "label"}
    prepare(read_configuration({**source, "read": {"repair": "entities"}}), tmp_path / "prepared")
    # when
    report = report_dataset(Dataset.load(tmp_path / "prepared"), tmp_path / "report")
    # then
    (files,) = [line for line in report.markdown.splitlines() if line.startswith("| 2: ")]
    assert "two.csv`" in files
    assert " | csv | utf-8 | " in files
    assert files.endswith(" | yes | 2 |")
    assert "| repaired: " in report.markdown
    assert "| 80 |" in report.markdown


def test_a_comment_holds_it_whatever_the_classes_are_called(make_dataset: MakeDataset, tmp_path: Path) -> None:
    # given: classes with long names of signs, each with a word that gives it away
    report_dataset(make_dataset(sport=60, tech=40), tmp_path / "report")
    names = [f"<|*_{number}_*|>" * 40 for number in range(60)]
    # when
    report = report_dataset(make_dataset(**dict.fromkeys(names, 12)), tmp_path / "report")
    # then
    assert len(report.markdown) < 65_536
    assert "## Since the version before" in report.markdown


def test_it_names_the_figures_where_no_picture_can_be_shown(make_dataset: MakeDataset, tmp_path: Path) -> None:
    # when
    report = report_dataset(make_dataset(sport=60, tech=40), tmp_path / "report", figures=False)
    # then
    assert "![" not in report.markdown
    assert "Examples of each class: `classes.png`" in report.markdown
    assert (tmp_path / "report" / "classes.png").is_file()


def test_the_next_report_compares_with_the_one_before(make_dataset: MakeDataset, tmp_path: Path) -> None:
    # given
    report_dataset(make_dataset(sport=60, tech=40), tmp_path / "report")
    # when
    report = report_dataset(make_dataset(sport=60, tech=50, food=20), tmp_path / "report")
    # then
    assert "| tech | 40 | 50 | +10 (+25.0%) |" in report.markdown
    assert "| food | 0 | 20 | +20 (new) |" in report.markdown
    assert "| all | 100 | 130 | +30 (+30.0%) |" in report.markdown
    assert "| sport | 60 | 60" not in report.markdown


def test_the_same_data_are_told_to_be_the_same(make_dataset: MakeDataset, tmp_path: Path) -> None:
    dataset = make_dataset(sport=60, tech=40)
    report_dataset(dataset, tmp_path / "report")
    assert "Nothing has changed" in report_dataset(dataset, tmp_path / "report").markdown


def test_an_earlier_version_may_be_named_and_must_be_one(make_dataset: MakeDataset, tmp_path: Path) -> None:
    # given
    dataset = make_dataset(sport=60, tech=40)
    # then
    assert "Nothing has changed" in report_dataset(dataset, tmp_path / "a", before=dataset.folder).markdown
    assert "Nothing has changed" in report_dataset(dataset, tmp_path / "b", dataset.folder / "dataset.json").markdown
    with pytest.raises(DataError, match="is no data set"):
        report_dataset(dataset, tmp_path / "c", before=tmp_path)
    assert not (tmp_path / "c").exists()
