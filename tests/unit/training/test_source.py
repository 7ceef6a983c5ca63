"""The source of a run, as its configuration names it."""

import re
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from textops.errors import ConfigurationError
from textops.installation import configuration_folder
from textops.training.configuration import compose_configuration
from textops.training.source import dataset_folder, source_of

SOURCES = sorted(path.stem for path in (configuration_folder() / "data").glob("[!_]*.yaml"))
OWN_FILES = ["data.paths=reviews.csv", "data.text_columns=[text]", "data.label_column=stars"]


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_is_one(source: str) -> None:
    # given
    own = OWN_FILES if source == "csv" else []
    # when
    configuration = compose_configuration([f"data={source}", *own])
    # then
    assert source_of(configuration).name == ("reviews" if source == "csv" else source)


def test_a_data_set_lies_below_its_folder_under_the_name_of_its_source() -> None:
    # given
    configuration = compose_configuration(["data=csv", *OWN_FILES, "paths.processed=sets"])
    # when, then
    assert dataset_folder(configuration) == Path("sets/reviews")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("data.split.rule=random", "data.split.rule"),
        ("data.max_rows=many", "data.max_rows"),
        ("data.near_duplicates.threshold=high", "data.near_duplicates.threshold"),
        ("+data.nothing=1", "data.nothing is not a setting"),
    ],
)
def test_a_setting_of_the_source_that_is_not_possible_is_named(override: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        source_of(compose_configuration([override]))


def test_a_source_that_is_no_group_of_settings_is_a_bug() -> None:
    with pytest.raises(TypeError, match="must be a mapping"):
        source_of(OmegaConf.create({"data": ["a"]}))
