import sys
from pathlib import Path

import datasets  # type: ignore[import-untyped]
import pytest
from datasets import ClassLabel, Features, List, Value

from textops.data.configuration import HuggingFaceConfiguration, read_configuration
from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.data.reading import read_records
from textops.data.records import ReadingNotes, Record
from textops.data.sources import source_files
from textops.errors import DataError


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def saved(tmp_path: Path, labelled: list[tuple[str, str]]) -> Path:
    """A data set with named classes and two splits, as `datasets` saves it."""
    features = Features({"text": Value("string"), "label": ClassLabel(names=["bad", "good"])})

    def split(rows: list[tuple[str, str]]) -> datasets.Dataset:
        columns = {"text": [text for text, _ in rows], "label": [label for _, label in rows]}
        return datasets.Dataset.from_dict(columns, features=features)

    folder = tmp_path / "saved"
    datasets.DatasetDict({"train": split(labelled[:50]), "test": split(labelled[50:])}).save_to_disk(folder)
    return folder


def records(**hub: object) -> list[Record]:
    configuration = read_configuration(
        {"source": "huggingface", "huggingface": hub, "text_columns": "text", "label_column": "label"}
    )
    with source_files(configuration) as files:
        every = list(read_records(files, configuration.read, ["text", "label"], ReadingNotes()))
    return [record for record in every if isinstance(record, Record)]


def test_a_saved_data_set_is_prepared_with_the_names_of_its_classes(saved: Path, tmp_path: Path) -> None:
    # given its own splits, taken as they are
    configuration = read_configuration(
        {
            "source": "huggingface",
            "huggingface": {"path": str(saved)},
            "text_columns": "text",
            "label_column": "label",
            "split": {"rule": "predefined", "from_file": {"train": "train*", "test": "test*"}},
        }
    )

    manifest = prepare(configuration, tmp_path / "dataset")

    assert manifest.classes == ("bad", "good")
    assert manifest.examples("test") == 10
    assert len(Dataset.load(tmp_path / "dataset").examples("train")) == manifest.examples("train")


def test_only_the_splits_that_are_wanted_are_read(saved: Path) -> None:
    every = records(path=str(saved), splits="test")

    assert {record.place for record in every} == {f"{saved}/test:{number}" for number in range(1, 11)}


def test_a_list_of_classes_becomes_a_list_of_names_and_no_class_is_none(tmp_path: Path) -> None:
    names = ClassLabel(names=["joy", "anger"])
    features = Features({"text": Value("string"), "label": List(names), "one": names})
    made = datasets.Dataset.from_dict({"text": ["a", "b"], "label": [[0, 1], []], "one": [-1, 1]}, features=features)
    made.save_to_disk(tmp_path / "many")

    first, second = records(path=str(tmp_path / "many"))

    assert first.fields == {"text": "a", "label": '["joy", "anger"]', "one": ""}
    assert first.nested == {"label"}
    assert second.fields["one"] == "anger"


def test_files_are_loaded_through_the_library(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "train.csv").write_text("text,label\nhello,x\nbye,y\n", encoding="utf-8")

    assert [dict(record.fields) for record in records(path=str(folder))] == [
        {"text": "hello", "label": "x"},
        {"text": "bye", "label": "y"},
    ]


def test_what_cannot_be_loaded_is_one_line(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="has no split 'dev': it has train, test"):
        records(path=str(saved), splits="dev")
    (tmp_path / "nothing").mkdir()
    with pytest.raises(DataError, match=r"nothing cannot be loaded: .*check data.huggingface.path") as caught:
        records(path=str(tmp_path / "nothing"))
    assert "\n" not in str(caught.value)
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(DataError, match=r"needs datasets: pip install 'textops\[datasets\]'"):
        records(path=str(saved))


def test_its_rows_have_columns_of_their_own() -> None:
    with pytest.raises(Exception, match=r"leave data.read.format out"):
        read_configuration(
            {
                "source": "huggingface",
                "huggingface": HuggingFaceConfiguration(path="a/b").model_dump(),
                "text_columns": "text",
                "label_column": "label",
                "read": {"format": "csv"},
            }
        )
