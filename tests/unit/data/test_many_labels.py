"""From files whose rows have several labels to a data set."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from textops.data.configuration import SourceConfiguration
from textops.data.dataset import Dataset
from textops.data.fingerprint import fingerprint_of
from textops.data.prepare import prepare
from textops.errors import ConfigurationError, DataError

Configuration = Callable[..., SourceConfiguration]
Texts = Callable[..., list[str]]
SETS = [["sport"], ["tech", "sport"], ["tech"], [], ["politics", "tech"], ["politics"]]


@pytest.fixture
def rows(texts: Texts) -> list[tuple[str, list[str]]]:
    return [(text, SETS[number % len(SETS)]) for number, text in enumerate(texts(60))]


def _json_lines(path: Path, rows: list[tuple[str, list[str]]]) -> Path:
    path.write_text("".join(json.dumps({"text": text, "label": labels}) + "\n" for text, labels in rows))
    return path


def _parquet(path: Path, rows: list[tuple[str, list[str]]]) -> Path:
    parquet.write_table(pa.table({"text": [text for text, _ in rows], "label": [labels for _, labels in rows]}), path)
    return path


def _csv(path: Path, rows: list[tuple[str, list[str]]]) -> Path:
    lines = [f"{text},{'|'.join(labels) or '[]'}" for text, labels in rows]
    path.write_text("\n".join(["text,label", *lines]) + "\n")
    return path


@pytest.mark.parametrize(
    ("write", "name"), [(_json_lines, "rows.jsonl"), (_parquet, "rows.parquet"), (_csv, "rows.csv")]
)
def test_each_format_gives_the_same_examples(
    tmp_path: Path,
    configuration: Configuration,
    rows: list[tuple[str, list[str]]],
    write: Callable[..., Path],
    name: str,
) -> None:
    source = configuration(write(tmp_path / name, rows), task="multilabel")

    prepare(source, tmp_path / "out")

    dataset = Dataset.load(tmp_path / "out")
    assert dataset.manifest.classes == ("politics", "sport", "tech")
    found = {}
    for split in ("train", "val", "test"):
        examples = dataset.examples(split)
        for text, targets in zip(examples.texts, dataset.answers.targets(examples.labels), strict=True):
            found[text] = {name for name, has in zip(dataset.manifest.classes, targets, strict=True) if has}
    assert found == {text: set(labels) for text, labels in rows}
    assert sum(dataset.manifest.examples(split) for split in ("train", "val", "test")) == len(rows)
    assert sum(dataset.manifest.counts[split]["tech"] for split in ("train", "val", "test")) == 30
    assert all(dataset.manifest.counts[split][name] for split in ("val", "test") for name in dataset.manifest.classes)


def test_spellings_names_and_rare_labels_are_seen_to_label_by_label(
    tmp_path: Path, configuration: Configuration, texts: Texts
) -> None:
    sets = ["a|b", "A|c", "b", "a|once", "once", "skip", "skip|a"]
    numbers = [*range(5), 5, 6, *[each % 3 for each in range(60)]]
    lines = [f"{text},{sets[number]}" for text, number in zip(texts(len(numbers)), numbers, strict=True)]
    (tmp_path / "rows.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    source = configuration(
        tmp_path / "rows.csv", task="multilabel", ignore_labels=["skip"], rare_classes={"rule": "drop"}
    )

    manifest = prepare(source, tmp_path / "out")

    assert manifest.classes[0].lower() == "a"
    assert [name.lower() for name in manifest.classes] == ["a", "b", "c"]
    dropped = {reason: found.count for reason, found in manifest.validation.dropped.items()}
    # `skip` alone, and `once` alone: what stands beside them stays.
    assert dropped == {"the label is in ignore_labels": 1, "the class has fewer than 3 examples": 1}
    assert manifest.validation.kept == len(numbers) - 2


def test_a_blank_label_is_missing_and_an_empty_list_is_an_answer(
    tmp_path: Path, configuration: Configuration, rows: list[tuple[str, list[str]]]
) -> None:
    path = _csv(tmp_path / "rows.csv", rows)
    path.write_text(path.read_text() + "no label at all was written down here,\n")

    manifest = prepare(configuration(path, task="multilabel"), tmp_path / "out")

    assert {reason: found.count for reason, found in manifest.validation.dropped.items()} == {"the label is missing": 1}
    assert manifest.validation.kept == len(rows)


def test_lists_are_refused_with_the_way_out_where_a_text_has_one_label(
    tmp_path: Path, configuration: Configuration, rows: list[tuple[str, list[str]]]
) -> None:
    with pytest.raises(DataError, match=r"the label is a list, .*data.task=multilabel$"):
        prepare(configuration(_json_lines(tmp_path / "rows.jsonl", rows)), tmp_path / "out")


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"label_from_file": "folder"}, "reads labels from a column"),
        ({"label_separator": " "}, "label_separator is blank"),
        ({"source": "synthetic"}, "task=multilabel needs data of its own"),
    ],
)
def test_what_does_not_go_together_is_refused(
    configuration: Configuration, settings: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        configuration(task="multilabel", **settings)


def test_the_fingerprint_of_texts_with_one_label_is_what_it_was(configuration: Configuration) -> None:
    assert fingerprint_of(configuration(), ()) == fingerprint_of(configuration(task="multiclass"), ())
    assert fingerprint_of(configuration(), ()) != fingerprint_of(configuration(task="multilabel"), ())
