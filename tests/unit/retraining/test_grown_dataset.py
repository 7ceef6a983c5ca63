"""The data set that a candidate is trained on."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyarrow import parquet

from textops.data.dataset import WINDOW_FILE, Dataset
from textops.data.manifest import MANIFEST_FILE
from textops.data.places import folder_of, grown_folder
from textops.data.prepare import prepare
from textops.errors import DataError
from textops.retraining.additions import ADDITIONS_FILE, fingerprint_with, read_additions
from textops.retraining.grown_dataset import LIVE_SOURCE, known_of, origin_of, read_window, write_grown
from textops.retraining.placement import placed
from textops.retraining.traffic import TrafficText, identity_of

Texts = Callable[[int, int], list[str]]
MORNING = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def grow(base: Dataset, folder: Path, texts: list[str], label: str = "bill") -> Dataset:
    arrived = [TrafficText(identity_of(text), text, label, MORNING, (f"p {text[:9]}",)) for text in texts]
    placement = placed(arrived, known_of(base), base.manifest.source, 0.3)
    return write_grown(base, folder, placement, fingerprint_with(origin_of(base), placement.additions))


def test_test_and_val_are_the_very_same_files(dataset: Dataset, tmp_path: Path, texts: Texts) -> None:
    grown = grow(dataset, tmp_path / "grown", texts(50, 5))

    for split in ("test", "val"):
        assert (grown.folder / f"{split}.parquet").read_bytes() == (dataset.folder / f"{split}.parquet").read_bytes()


def test_train_and_window_share_the_new_examples(dataset: Dataset, tmp_path: Path, texts: Texts) -> None:
    # given
    added = texts(50, 5)
    # when
    grown = grow(dataset, tmp_path / "grown", added)
    # then
    train, old = grown.examples("train"), dataset.examples("train")
    window, labels = read_window(grown)
    assert set(window) | set(train.texts) == {*old.texts, *added}
    assert set(window).isdisjoint(train.texts)
    assert len(train) == len(old) + len(added) - len(window)
    assert set(labels) == {"bill"}
    # and it says itself what it holds
    growth = grown.manifest.growth
    assert growth is not None
    assert (growth.train, growth.window, growth.earlier_windows) == (len(added) - len(window), len(window), 0)
    assert growth.origin == dataset.manifest.fingerprint != grown.manifest.fingerprint
    assert grown.manifest.examples("train") == len(train)
    # and the columns are those of the data set, filled
    table = parquet.read_table(grown.folder / "train.parquet")
    assert table.schema.equals(parquet.read_schema(dataset.folder / "train.parquet"))
    assert table["source"].to_pylist().count(LIVE_SOURCE) == growth.train
    assert table["timestamp"].to_pylist().count(MORNING) == growth.train
    # and old and new are mixed
    places = [place for place, source in enumerate(table["source"].to_pylist()) if source == LIVE_SOURCE]
    assert min(places) < len(old) / 3


def test_what_was_added_is_kept_by_later_retrainings_with_its_origin(
    dataset: Dataset, tmp_path: Path, texts: Texts
) -> None:
    # given
    first = grow(dataset, tmp_path / "first", texts(50, 5))
    # when
    second = grow(first, tmp_path / "second", texts(30, 6))
    # then
    additions = read_additions(second.folder)
    assert {each.text for each in additions} == {*texts(50, 5), *texts(30, 6)}
    assert all(each.predictions == (f"p {each.text[:9]}",) for each in additions)
    assert origin_of(second) == dataset.manifest.fingerprint
    growth, before = second.manifest.growth, first.manifest.growth
    assert growth is not None
    assert before is not None
    assert growth.earlier_windows == before.window
    earlier, _ = read_window(first)
    latest, _ = read_window(second)
    assert set(latest) <= set(texts(30, 6))
    assert set(second.examples("train").texts).isdisjoint([*earlier, *latest])


def test_a_corrected_label_takes_the_place_of_the_old_one(dataset: Dataset, tmp_path: Path, texts: Texts) -> None:
    # given
    first = grow(dataset, tmp_path / "first", texts(20, 5))
    # when
    second = grow(first, tmp_path / "second", texts(20, 5), "outage")
    # then
    table = parquet.read_table(second.folder / "train.parquet")
    live = [row["label"] for row in table.to_pylist() if row["source"] == LIVE_SOURCE]
    assert set(live) == {"outage"}
    assert len(second.examples("train")) == len(first.examples("train"))
    counts = second.manifest.counts["train"]
    assert sum(counts.values()) == len(second.examples("train"))


def test_preparing_its_source_again_does_not_undo_it(dataset: Dataset, tmp_path: Path, texts: Texts) -> None:
    # given
    grown = grow(dataset, tmp_path / "grown", texts(20, 5))
    # when: the source is gone
    (tmp_path / "tickets.csv").unlink()
    kept = prepare(dataset.manifest.source, grown.folder)
    # then
    assert kept == grown.manifest
    with pytest.raises(DataError, match="live traffic, which no source can give back"):
        prepare(dataset.manifest.source, grown.folder, force=True)
    assert (grown.folder / WINDOW_FILE).exists()


def test_a_data_set_is_found_by_its_fingerprint(dataset: Dataset, texts: Texts) -> None:
    # given
    processed = dataset.folder.parent
    fingerprint = "abcdef0123456789"
    grown = grow(dataset, grown_folder(processed, "tickets", fingerprint), texts(20, 5))
    # when, then
    assert folder_of(processed, "tickets", fingerprint) == grown.folder
    assert folder_of(processed, "tickets", dataset.manifest.fingerprint) == dataset.folder
    assert grown.folder.name == "tickets"


def test_what_fails_on_the_way_leaves_nothing(
    dataset: Dataset, tmp_path: Path, texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("textops.retraining.grown_dataset.write_additions", full)
    # when, then
    with pytest.raises(DataError, match="grown cannot be written: No space left on device"):
        grow(dataset, tmp_path / "folder/grown", texts(20, 5))
    assert list((tmp_path / "folder").iterdir()) == []


@pytest.mark.parametrize("content", [None, b"PAR1 damaged PAR1"])
def test_additions_that_cannot_be_read_are_one_line(
    dataset: Dataset, tmp_path: Path, texts: Texts, content: bytes | None
) -> None:
    grown = grow(dataset, tmp_path / "grown", texts(20, 5))
    path = grown.folder / ADDITIONS_FILE

    path.unlink() if content is None else path.write_bytes(content)

    with pytest.raises(DataError, match=r"additions.parquet is missing or damaged: restore it"):
        known_of(grown)
    assert (grown.folder / MANIFEST_FILE).exists()
