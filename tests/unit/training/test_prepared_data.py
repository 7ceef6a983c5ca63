"""The data set of a training."""

from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig

from tests.unit.data.sharded import write_sharded
from textops.data.dataset import Dataset
from textops.data.places import folder_of
from textops.errors import ConfigurationError, DataError
from textops.training.prepared_data import prepared_data
from textops.training.source import dataset_folder

ComposeSmall = Callable[..., DictConfig]


def test_without_shards_it_is_prepared_from_its_source(compose_small: ComposeSmall) -> None:
    configuration = compose_small()

    data = prepared_data(configuration)

    assert data.folder == dataset_folder(configuration)
    assert data.manifest == Dataset.load(data.folder).manifest


def test_with_shards_nothing_is_prepared(compose_small: ComposeSmall, tmp_path: Path) -> None:
    folder, _ = write_sharded(tmp_path)

    data = prepared_data(compose_small(f"streaming.shards={folder}"))

    assert data.folder == folder
    assert data.manifest == Dataset.load(folder).manifest
    assert not (tmp_path / "processed").exists()


def test_shards_elsewhere_have_a_folder_among_the_prepared_data(compose_small: ComposeSmall, tmp_path: Path) -> None:
    folder, _ = write_sharded(tmp_path)

    data = prepared_data(compose_small(f"streaming.shards='file://{folder}'"))

    assert data.folder.parent == tmp_path / "processed/.shards"
    assert folder_of(tmp_path / "processed", "synthetic", data.manifest.fingerprint) == data.folder
    assert folder_of(tmp_path / "processed", "synthetic", "0" * 64) == tmp_path / "processed/synthetic"
    assert data.manifest == Dataset.load(folder).manifest


def test_shards_of_another_data_set_are_refused(compose_small: ComposeSmall, tmp_path: Path) -> None:
    folder, _ = write_sharded(tmp_path)

    with pytest.raises(ConfigurationError, match=r"holds synthetic, and data\.name is other: choose the data config"):
        prepared_data(compose_small(f"streaming.shards={folder}", "data.name=other"))


@pytest.mark.parametrize("value", ["nowhere", "''"])
def test_shards_that_are_none_are_refused(compose_small: ComposeSmall, value: str) -> None:
    with pytest.raises((DataError, ConfigurationError)):
        prepared_data(compose_small(f"streaming.shards={value}"))
