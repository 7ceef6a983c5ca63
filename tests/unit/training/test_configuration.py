"""Composing: every file that there is, and every way to mistype."""

import re
from pathlib import Path

import pytest

from textops.errors import ConfigurationError
from textops.training.configuration import compose_configuration, configuration_folder
from textops.training.overrides import quoted

FILES = sorted(configuration_folder().rglob("*.yaml"))
CHOICES = [path for path in FILES if path.parent != configuration_folder() and not path.stem.startswith("_")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_file_opens_with_the_command_that_uses_it(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    assert re.match(r"# .*\btextops \w+ ", first) or path.stem.startswith("_")


@pytest.mark.parametrize("path", CHOICES, ids=lambda path: f"{path.parent.name}={path.stem}")
def test_every_choice_composes(path: Path, tmp_path: Path) -> None:
    # when
    configuration = compose_configuration([f"{path.parent.name}={path.stem}"], tmp_path)
    # then
    assert configuration.paths.run == str(tmp_path)


def test_a_model_brings_the_optimizer_that_suits_it_and_the_command_line_has_the_last_word() -> None:
    assert compose_configuration(["model=lstm"]).optimizer._target_ == "torch.optim.AdamW"
    assert compose_configuration(["model=lstm", "optimizer=sgd"]).optimizer._target_ == "torch.optim.SGD"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("modle=lstm", "did you mean 'model'"),
        ("trainer.max_epoch=3", "did you mean 'trainer.max_epochs'"),
        ("data.read.encodng=utf-8", "did you mean 'data.read.encoding'"),
        ("trainer.qqqqqqqqqq=1", "no key trainer.qqqqqqqqqq: the files in configs/"),
        ("model=nothing", "model has no choice 'nothing': take one of cnn, lstm, ngram, transformer"),
        ("callbacks=null", "callbacks has no choice None"),
        ("model=ngram,lstm", "--multirun"),
        ("foo", "write key=value"),
        ("x=[", "write key=value"),
        ("optimizer.lr=fast", "optimizer.lr must be a number, not 'fast'"),
        ("batch_size=1.5", "batch_size must be a whole number, not 1.5"),
        ("seed=true", "seed must be a whole number, not True"),
        ("trainer.deterministic=3", "trainer.deterministic must be true or false, not 3"),
        ("model.encoder.step_sizes=3", "must be a list"),
        ("review=3", "review must be a group of keys"),
        ("paths.raw=${nope}", "does not resolve"),
        ("paths.raw=???", "paths.raw has no value"),
        ("~data", "nothing works without the group data"),
    ],
)
def test_what_does_not_fit_is_one_line(override: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(message)) as raised:
        compose_configuration([override])
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "override", ["+new.key=1", "++seed=3", "~logger", "trainer.max_epochs=null", "seed=${batch_size}"]
)
def test_what_hydra_allows_beyond_that_stays_allowed(override: str) -> None:
    compose_configuration([override])


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("data.paths=отзывы.csv", "отзывы.csv"),
        ("data.paths=it's (1)=a.csv", "it's (1)=a.csv"),
        ("data.text_columns=[Überschrift, Text]", ["Überschrift", "Text"]),
        ("data.text_columns=[a b,c#]", ["a b", "c#"]),
        ("data.read.delimiter=;", ";"),
        ("data.read.delimiter=,", ","),
        ("data.paths=[a.csv,b.csv]", ["a.csv", "b.csv"]),
    ],
)
def test_names_of_any_script_can_be_typed_as_they_are(typed: str, value: object) -> None:
    # when
    configuration = compose_configuration([typed])
    # then
    node: object = configuration
    for key in typed.partition("=")[0].split("."):
        node = node[key]  # type: ignore[index]
    assert node == value


def test_what_cannot_be_mended_by_quotation_marks_stays_as_it_is() -> None:
    assert quoted("-m") == "-m"
    assert quoted("x=[") == "x=["
