"""What the data behind a model look like is told from what is known of them."""

import json
from pathlib import Path

import pytest

from textops.bundle import read_manifest
from textops.data.configuration import read_configuration
from textops.data.manifest import DatasetManifest
from textops.data.prepare import prepare
from textops.evaluation.data_in_words import data_in_words

LONG = "some words about the weather and the number"


def prepared(tmp_path: Path, rows: list[dict[str, str]]) -> DatasetManifest:
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    settings = {
        "paths": str(tmp_path / "rows.jsonl"),
        "text_columns": ["text"],
        "label_column": "label",
        "near_duplicates": {"enabled": False},
    }
    return prepare(read_configuration(settings), tmp_path / "prepared")


def rows(count: int, labels: str = "ab", text: str = LONG) -> list[dict[str, str]]:
    return [{"text": f"{text} w{number}", "label": labels[number % len(labels)]} for number in range(count)]


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        (rows(3000), "none that can be counted"),
        (rows(3000, text="w"), "fewer than 20 characters"),
        (rows(3000, "a" * 199 + "b"), "'b' has"),
        (rows(3000, "a" * 19 + "b"), "95% of the examples are 'a'"),
        (rows(300), "the test set has"),
        ([*rows(3000), *[{**row, "label": "b"} for row in rows(200)]], "texts come with several labels"),
        ([*rows(3000), *[{"text": "", "label": "a"}] * 500], "500 of 3,500 rows were left out"),
    ],
)
def test_likely_causes_are_named(tiny_bundle: Path, tmp_path: Path, found: list[dict[str, str]], cause: str) -> None:
    words = data_in_words(read_manifest(tiny_bundle), prepared(tmp_path, found))
    assert cause in words
    assert f"The data: {len(found):,} rows" in words


def test_data_that_are_not_here_are_told_from_the_bundle(tiny_bundle: Path) -> None:
    assert "8 examples to learn from, 4 to test, 2 classes" in data_in_words(read_manifest(tiny_bundle), None)
