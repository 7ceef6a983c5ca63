"""Composing, and every way to mistype."""

import re
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra

from textops.errors import ConfigurationError
from textops.installation import configuration_folder
from textops.training.configuration import compose_configuration


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
        ("model=nothing", "model has no choice 'nothing': take one of cnn, lstm, ngram, "),
        ("callbacks=null", "callbacks has no choice None"),
        ("model=ngram,lstm", "--multirun"),
        ("foo", "write key=value"),
        ("x=[", "write key=value"),
        ("optimizer.lr=fast", "optimizer.lr must be a number, not 'fast'"),
        ("batch_size=1.5", "batch_size must be a whole number, not 1.5"),
        ("seed=true", "seed must be a whole number, not True"),
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
    "override",
    [
        "", " ", "=1", "=", "model=", "model", "model=ngram\0", "model=../data/csv", "model/ngram=1", "model@x=lstm",
        "data@data=liar", "+model=ngram", "+model=nothing", "~model", "~model=lstm", "~model={a:1}", "~nope",
        "+seed=1", "seed", "seed =1", "a..b=1", ".seed=1", "seed[0]=1", "seed.x=1", "ключ=1", "--help", "-x", "-m",
        "seed=${", "seed=${nope}", "seed=${seed}", "seed=${oc.env:TEXTOPS_NOT_SET}", "seed=${model}", "seed=\ud800",
        "seed=1,2", "seed=range(3)", "seed=nan", "seed=1e999", "logger=null", "hydra.nothing=1", "hydra/launcher=x",
        "trainer.max_epochs=1 trainer.devices=2", "data.paths=[a", "data.label_names={a:b,c}", "defaults=1", "/etc=1",
    ],
    ids=ascii,
)  # fmt: skip
def test_whatever_is_mistyped_has_one_readable_line(override: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        compose_configuration([override])
    assert len(str(raised.value).splitlines()) == 1
    assert "Traceback" not in str(raised.value)
    assert "Exception" not in str(raised.value)


def test_composing_inside_a_multirun_leaves_hydra_as_it_was() -> None:
    # given
    with initialize_config_dir(str(configuration_folder()), version_base="1.3"):
        outer = GlobalHydra.instance().hydra
        # when
        compose_configuration(["seed=1"])
        # then
        assert GlobalHydra.instance().hydra is outer
        assert compose("config", overrides=["seed=2"]).seed == 2


def test_each_run_has_a_folder_of_its_own_below_outputs() -> None:
    # when
    first, second = (Path(compose_configuration(["paths.outputs=runs"]).paths.run) for _ in range(2))
    # then
    assert first != second
    assert first.parts[0] == second.parts[0] == "runs"
