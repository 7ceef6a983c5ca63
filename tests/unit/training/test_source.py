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
OWN_COLUMNS = ["data.text_columns=[text]", "data.label_column=stars"]
# What somebody says where it is not known before, and the name that follows from it.
OWN = {
    "csv": (["data.paths=reviews.csv"], "reviews"),
    "sql": (["data.sql.url=env:DATABASE", "data.sql.query='SELECT 1'"], "sql"),
    "huggingface": (["data.huggingface.path=owner/name"], "huggingface"),
}
OWN_FILES = ["data.paths=reviews.csv", *OWN_COLUMNS]


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_is_one(source: str) -> None:
    # given
    own, name = OWN.get(source, ([], source))
    # when
    configuration = compose_configuration([f"data={source}", *own, *(OWN_COLUMNS if own else ())])
    # then
    assert source_of(configuration).name == name


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
