"""Choices of the user's own are found in `configs/` of the folder a command runs in, behind those that come along."""

from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from hydra.core.config_search_path import ConfigSearchPath

from hydra_plugins.textops_configurations import OwnConfigurations
from textops.errors import ConfigurationError
from textops.installation import configuration_folder
from textops.training.configuration import compose_configuration


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "configs"
    (folder / "experiment").mkdir(parents=True)
    return folder


def search_path() -> list[str]:
    path: ConfigSearchPath = ConfigSearchPathImpl()
    OwnConfigurations().manipulate_search_path(path)
    return [element.path for element in path.get_path()]


def test_the_own_folder_is_looked_into_last(own: Path) -> None:
    assert search_path() == [f"file://{own}"]


def test_a_checkout_is_not_looked_into_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(configuration_folder().parent)
    assert search_path() == []
    monkeypatch.chdir(tmp_path)
    assert search_path() == []


def test_an_own_experiment_is_composed_and_checked(own: Path) -> None:
    (own / "experiment" / "mine.yaml").write_text("# @package _global_\nseed: 7\n")
    assert compose_configuration(["experiment=mine"]).seed == 7
    with pytest.raises(ConfigurationError, match="did you mean 'mine'"):
        compose_configuration(["experiment=mime"])


def test_what_comes_along_is_not_replaced(own: Path) -> None:
    (own / "config.yaml").write_text("seed: 7\n")
    (own / "model").mkdir()
    (own / "model" / "ngram.yaml").write_text("name: evil\n")
    configuration = compose_configuration([])
    assert configuration.seed == 0
    assert configuration.model.name == "ngram"


def test_hydra_finds_the_plugin_by_itself(own: Path) -> None:
    (own / "experiment" / "mine.yaml").write_text("# @package _global_\nseed: 7\n")
    with initialize_config_dir(str(configuration_folder()), version_base="1.3"):
        assert compose("config", overrides=["experiment=mine"]).seed == 7
