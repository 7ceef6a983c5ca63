from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import DictConfig, OmegaConf

from textops.data.configuration import SourceConfiguration, name_of, read_configuration
from textops.errors import ConfigurationError

CONFIGS = Path(__file__).parents[3] / "configs" / "data"
SOURCES = sorted(path.stem for path in CONFIGS.glob("*.yaml") if path.stem != "_every_source")
MINIMAL: dict[str, Any] = {"paths": "a.csv", "text_columns": "text", "label_column": "label"}
COLUMNS = ["text_columns=[body]", "label_column=stars"]
GIVEN = {
    "csv": ["paths=reviews.csv", *COLUMNS],
    "sql": ["sql.url=sqlite:///shop.db", "sql.query=reviews", *COLUMNS],
    "huggingface": ["huggingface.path=owner/name", *COLUMNS],
}
"""What sources that are nobody's in particular want to be told."""


def test_little_has_to_be_said() -> None:
    configuration = read_configuration(MINIMAL)

    assert configuration.paths == ("a.csv",)
    assert configuration.text_columns == ("text",)
    assert configuration.name == "a"
    assert configuration.split.test == 0.1


def test_keys_and_values_that_yaml_reads_as_numbers_are_taken_as_written() -> None:
    configuration = read_configuration({**MINIMAL, "label_names": {0: "fake", True: "real"}, "ignore_labels": 2})

    assert configuration.label_names == {"0": "fake", "true": "real"}
    assert configuration.ignore_labels == ("2",)


def test_what_was_written_can_be_read_back() -> None:
    configuration = read_configuration({**MINIMAL, "read": {"encoding": ["utf-8", "cp1252"], "header": False}})

    assert SourceConfiguration.model_validate_json(configuration.model_dump_json()) == configuration


def test_a_configuration_does_not_change() -> None:
    configuration = read_configuration(MINIMAL)

    with pytest.raises(ValueError, match="frozen"):
        configuration.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lable_column": "y"}, "data.lable_column is not a setting; did you mean 'label_column'?"),
        ({"read": {"delimeter": ";"}}, "data.read.delimeter is not a setting; did you mean 'delimiter'?"),
        ({"zzz": 1}, "data.zzz is not a setting; known are 'name'"),
        ({"paths": "???"}, "paths is not set"),
        ({"paths": []}, "paths is not set"),
        ({"text_columns": "???"}, "text_columns is not set"),
        ({"label_column": None}, "set either label_column"),
        ({"label_from_file": "folder"}, "set either label_column"),
        ({"label_column": "text"}, "both label and text"),
        ({"source": "package"}, "needs data.package"),
        ({"source": "npm"}, "needs data.npm"),
        ({"source": "npm", "npm": {"package": "a@1", "integrity": "md5-x", "folder": "f"}}, "data.npm.integrity"),
        ({"split": {"rule": "time"}}, "needs data.timestamp_column"),
        ({"split": {"rule": "random"}}, "data.split.rule: Input should be 'hash', 'time' or 'predefined'"),
        ({"split": {"train": 0.9}}, "data.split: train + val + test must be 1, they are 1.1"),
        ({"split": {"rule": "predefined"}}, "needs from_file"),
        ({"split": {"test": 0}}, "data.split.test: Input should be greater than 0"),
        ({"remove_patterns": "("}, "is not a regular expression"),
        ({"label_column": None, "label_from_file": 3}, "data.label_from_file"),
        ({"max_rows": 0}, "data.max_rows"),
        ({"near_duplicates": {"threshold": "???", "enable": True}}, "did you mean 'enabled'?"),
    ],
)
def test_what_cannot_work_is_refused_in_one_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_configuration({**MINIMAL, **changes})

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("data/raw/reviews.csv.gz", "reviews"),
        ("https://example.org/a/my data.csv", "my_data"),
        ("data/raw/isot/*.csv", "isot"),
        ("**/*.txt", "data"),
        (".hidden", "hidden"),
    ],
)
def test_the_name_comes_from_the_path(path: str, name: str) -> None:
    assert name_of(path) == name


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_of_the_project_is_valid(source: str) -> None:
    # given
    overrides = GIVEN.get(source, [])
    with initialize_config_dir(str(CONFIGS), version_base="1.3"):
        group = compose(source, overrides=overrides)

    # when
    whole = OmegaConf.merge({"paths": {"raw": "data/raw"}}, {"data": group})
    assert isinstance(whole, DictConfig)
    configuration = read_configuration(OmegaConf.to_container(whole.data, resolve=True))  # type: ignore[arg-type]

    # then
    assert configuration.name == ("reviews" if source == "csv" else source)
    assert configuration.text_columns


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.name)
def test_every_source_opens_with_the_command_that_uses_it(path: Path) -> None:
    head = path.read_text(encoding="utf-8").split("\n\n")[0]

    assert head.startswith("#")
    assert "textops prepare" in head


def test_the_settings_that_every_source_has_are_the_defaults() -> None:
    document = OmegaConf.to_container(OmegaConf.load(CONFIGS / "_every_source.yaml"))
    assert isinstance(document, dict)

    configuration = read_configuration({str(key): value for key, value in {**document, **MINIMAL}.items()})

    assert configuration == read_configuration(MINIMAL)
    assert set(document) == set(SourceConfiguration.model_fields)
