from collections.abc import Callable
from pathlib import Path

import pytest

from textops.data.configuration import SourceConfiguration
from textops.data.manifest import DatasetManifest
from textops.data.prepare import prepare
from textops.errors import DataError

Table = Callable[..., Path]
Texts = Callable[..., list[str]]
Configuration = Callable[..., SourceConfiguration]


@pytest.fixture
def prepared(
    tmp_path: Path, table: Table, texts: Texts, configuration: Configuration
) -> Callable[..., DatasetManifest]:
    """Prepares 40 texts: 30 of `many`, 2 of each of five classes with a name that begins with `few`."""
    rows = [(text, "many" if number < 30 else f"few_{number % 5}") for number, text in enumerate(texts(40))]
    path = table(rows)

    def make(**settings: object) -> DatasetManifest:
        return prepare(configuration(path, rare_classes=settings), tmp_path / "prepared")

    return make


def test_rare_classes_are_refused_with_the_way_out(prepared: Callable[..., DatasetManifest]) -> None:
    with pytest.raises(DataError, match=r"'few_0' has 2 examples, and so few have 4 more .*rare_classes.rule=drop"):
        prepared()


def test_merged_they_are_one_class(prepared: Callable[..., DatasetManifest]) -> None:
    manifest = prepared(rule="merge", name="the rest")

    assert manifest.classes == ("many", "the rest")
    assert sum(counts["the rest"] for counts in manifest.counts.values()) == 10


def test_of_dropped_ones_nothing_is_left_to_tell_apart(prepared: Callable[..., DatasetManifest]) -> None:
    with pytest.raises(DataError, match="all 30 examples are of one class, 'many'"):
        prepared(rule="drop")


def test_dropped_examples_are_tallied(tmp_path: Path, table: Table, texts: Texts, configuration: Configuration) -> None:
    rows = [(text, "odd" if number == 0 else ("good", "bad")[number % 2]) for number, text in enumerate(texts(61))]

    manifest = prepare(configuration(table(rows), rare_classes={"rule": "drop"}), tmp_path / "prepared")

    assert manifest.classes == ("bad", "good")
    assert manifest.validation.dropped["the class has fewer than 3 examples"].count == 1


def test_near_duplicates_count_once(tmp_path: Path, table: Table, texts: Texts, configuration: Configuration) -> None:
    # given a class with four examples, which say the same
    (long,) = texts(1, words=60, seed=1)
    rows = [(text, ("good", "bad")[number % 2]) for number, text in enumerate(texts(60))]
    rows += [(f"{long} {word}", "odd") for word in ("one", "two", "three", "four")]

    manifest = prepare(configuration(table(rows), rare_classes={"rule": "drop"}), tmp_path / "prepared")

    assert manifest.classes == ("bad", "good")


def test_a_merged_class_needs_no_mention_among_configured_names(
    tmp_path: Path, table: Table, texts: Texts, configuration: Configuration
) -> None:
    rows = [(text, "many" if number < 30 else f"few_{number % 5}") for number, text in enumerate(texts(40))]
    names = {"many": "Many", **{f"few_{number}": f"Few {number}" for number in range(5)}}

    manifest = prepare(
        configuration(table(rows), label_names=names, rare_classes={"rule": "merge"}), tmp_path / "prepared"
    )

    assert manifest.classes == ("Many", "other")
