"""A training made once more."""

import copy
import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from loguru import logger
from omegaconf import DictConfig, OmegaConf

from textops.errors import ConfigurationError
from textops.optimization.bundling import build_bundle
from textops.training.arguments import checked_arguments
from textops.training.configuration import compose_configuration
from textops.training.repetition import compose_repetition, hydra_overrides, repeated
from textops.training.run import Run, begin_run
from textops.training.saved_configuration import SavedConfiguration, read_saved
from textops.training.train import train

Composer = Callable[..., DictConfig]


def saved_of(*overrides: str, folder: str = "outputs/first") -> SavedConfiguration:
    return SavedConfiguration(Path(folder), copy.deepcopy(composed(overrides, folder)), "f" * 64)


@functools.cache
def composed(overrides: tuple[str, ...], folder: str) -> dict[str, Any]:
    return plain(compose_configuration(overrides, Path(folder)))


def plain(configuration: DictConfig) -> dict[str, Any]:
    content: dict[str, Any] = OmegaConf.to_container(configuration, resolve=True)  # type: ignore[assignment]
    return content


@pytest.fixture
def warnings() -> Iterator[list[str]]:
    lines: list[str] = []
    sink = logger.add(lines.append, level="WARNING", format="{message}")
    yield lines
    logger.remove(sink)


@pytest.mark.parametrize(
    "overrides",
    [
        (),
        ("model=lstm", "optimizer.lr=0.3", "seed=4"),
        ("experiment=isot_titles", "model=cnn", "batch_size=7", "paths.raw=elsewhere"),
        ("trainer=ddp_cpu", "logger=[csv,tensorboard]", "callbacks.early_stopping=null"),
        ("debug=overfit", "profiler=simple"),
        ("data=csv", "data.paths=a.csv", "data.text_columns=[ü]", "data.label_column=b", "name=mine"),
        ("model=pretrained", "~logger"),
    ],
    ids=str,
)
def test_without_overrides_only_the_folder_is_another(overrides: tuple[str, ...]) -> None:
    # given
    saved = saved_of(*overrides)
    # when
    again = plain(compose_repetition(saved, (), Path("outputs/second")))
    # then
    origin = again.pop("from_run")
    assert origin == {"folder": "outputs/first", "fingerprint": "f" * 64}
    assert again == plain(compose_configuration(overrides, Path("outputs/second")))


@pytest.mark.parametrize(
    ("overrides", "key", "value"),
    [
        (["seed=9"], "seed", 9),
        (["model.learning_rate=0.25"], "optimizer.lr", 0.25),
        (["optimizer.lr=0.25"], "optimizer.lr", 0.25),
        (["++optimizer.momentum=0.5"], "optimizer.momentum", 0.5),
        (["+optimizer.momentum=0.5"], "optimizer.momentum", 0.5),
        (["model=lstm"], "optimizer._target_", "torch.optim.AdamW"),
        (["model=lstm"], "optimizer.lr", 0.005),
        (["model=lstm"], "batch_size", 32),
        (["model=lstm"], "trainer.max_epochs", 3),
        (["model=lstm", "optimizer=sgd"], "optimizer._target_", "torch.optim.SGD"),
        (["trainer=ddp_cpu"], "trainer.devices", 2),
        (["trainer=ddp_cpu"], "trainer.max_epochs", 3),
        (["data=liar"], "name", "liar"),
        (["data=liar"], "data.label_column", "label"),
        (["experiment=isot"], "data.name", "isot"),
        (["experiment=isot"], "review.max_share", 0.05),
        (["experiment=isot"], "seed", 4),
        (["debug=fast"], "trainer.limit_train_batches", 2),
        (["debug=fast"], "paths.latest", "models/latest-debug"),
        (["logger=none"], "logger", {}),
        (["hydra.run.dir=x"], "seed", 4),
        (["paths.outputs=elsewhere"], "paths.outputs", "elsewhere"),
        (["data.text_columns=[Überschrift]"], "data.text_columns", ["Überschrift"]),
    ],
    ids=str,
)
def test_overrides_come_on_top_and_reach_what_hangs_on_them(overrides: list[str], key: str, value: object) -> None:
    # given
    saved = saved_of("seed=4", "trainer.max_epochs=3")
    # when
    configuration = compose_repetition(saved, overrides)
    # then
    assert OmegaConf.select(OmegaConf.create(plain(configuration)), key) == value


def test_folders_of_the_first_run_become_those_of_the_new_one() -> None:
    # when
    configuration = compose_repetition(saved_of("profiler=simple"), (), Path("outputs/second"))
    # then
    assert "outputs/first" not in OmegaConf.to_yaml(OmegaConf.masked_copy(configuration, ["callbacks", "logger"]))
    assert configuration.profiler.folder == "outputs/second/profile"


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["modle=lstm"], "there is no key modle; did you mean 'model'?"),
        (["model=lstmm"], "model has no choice 'lstmm'; did you mean 'lstm'?"),
        (["seed=soon"], "seed must be a whole number, not 'soon'"),
        (["batch_size=0"], "batch_size: "),
        (["seed=1,2"], "add --multirun"),
        (["search=ngram"], "leave --from-run out"),
        (["~seed"], "set seed=null"),
        (["paths.raw=${nope}"], "does not resolve"),
    ],
    ids=str,
)
def test_overrides_that_do_not_fit_are_one_line(overrides: list[str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(message)) as raised:
        compose_repetition(saved_of(), overrides)
    assert "\n" not in str(raised.value)


def test_a_configuration_of_before_gets_todays_defaults_for_what_is_new() -> None:
    # given
    saved = saved_of("model=lstm", "batch_size=5")
    for key in ("loader", "tracking", "profiler"):
        del saved.content[key]
    del saved.content["paths"]["tokens"]
    del saved.content["model"]["batches_per_bucket"]
    # when
    configuration = compose_repetition(saved)
    # then
    assert configuration.loader.batches_per_bucket == 20
    assert configuration.paths.tokens == "data/tokens"
    assert configuration.batch_size == 5
    assert "profiler" not in configuration


def test_what_no_default_can_fill_is_named_and_can_be_given() -> None:
    # given: a model of one's own, of before
    saved = saved_of("model=lstm")
    saved.content["model"]["name"] = "mine"
    del saved.content["loader"]
    del saved.content["model"]["batches_per_bucket"]
    # when, then
    with pytest.raises(ConfigurationError, match=r"model\.batches_per_bucket"):
        compose_repetition(saved)
    assert compose_repetition(saved, ["+model.batches_per_bucket=3"]).loader.batches_per_bucket == 3


def test_a_secret_that_was_not_saved_has_to_be_given() -> None:
    # given
    saved = saved_of("+callbacks.mine={_target_: a.B, api_key: '***'}")
    # when, then
    with pytest.raises(ConfigurationError, match=r"callbacks\.mine\.api_key was a secret"):
        compose_repetition(saved)
    assert compose_repetition(saved, ["callbacks.mine.api_key=new"]).callbacks.mine.api_key == "new"


def test_a_secret_that_comes_from_the_environment_is_taken_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    saved = saved_of("logger=mlflow")
    saved.content["logger"]["mlflow"]["uri"] = "https://***@tracker"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://me:new@tracker")
    # when, then
    configuration = compose_repetition(saved, ["logger=mlflow"])
    assert configuration.logger.mlflow.uri == "https://me:new@tracker"


def test_a_trial_of_a_search_is_repeated_by_itself() -> None:
    # when
    configuration = compose_repetition(saved_of("search=ngram", "optimizer.lr=0.3"))
    # then
    assert "search" not in configuration
    assert "pruning" not in configuration.callbacks
    assert configuration.optimizer.lr == 0.3


def test_hydra_takes_overrides_for_keys_that_only_the_saved_configuration_has() -> None:
    # given
    saved = saved_of("model=lstm", folder="outputs/a b")
    # when
    overrides = hydra_overrides(saved, ["optimizer.weight_decay=0.1", "seed=0,1", "trainer=cpu", "hydra.run.dir=x"])
    # then
    assert overrides == [
        "+from_run=outputs/a b",
        "hydra.output_subdir=null",
        "paths.outputs=outputs",
        "++optimizer.weight_decay=0.1",
        "++seed=0,1",
        "trainer=cpu",
        "hydra.run.dir=x",
    ]


def test_hydra_is_not_asked_to_leave_a_key_out() -> None:
    with pytest.raises(ConfigurationError, match="take another choice of logger"):
        hydra_overrides(saved_of(), ["~logger"])


def test_a_training_that_repeats_nothing_stays_as_it_is() -> None:
    # given
    configuration = compose_configuration()
    # when, then
    assert repeated(configuration) is configuration


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    begin_run(tmp_path / "run", compose_configuration(["seed=4"], tmp_path / "run"))
    return tmp_path / "run"


def test_arguments_are_checked_against_the_saved_configuration(run_folder: Path) -> None:
    # when
    arguments = checked_arguments(["seed=0,1", "-m"], run_folder)
    # then
    assert arguments[0] == "-m"
    assert arguments[-1] == "++seed=0,1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sead=1"], "did you mean 'seed'"),
        (["optimizer.lr=-1"], "optimizer.lr must be at least 0"),
        (["-m", "seed=0,high"], "seed must be a whole number"),
        (["-m", "optimizer=sgd,adamw"], "AdamW cannot use the sparse gradients"),
        (["--cfg", "job"], "--from-run goes with no other flag"),
    ],
    ids=str,
)
def test_arguments_that_do_not_fit_are_told(run_folder: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        checked_arguments(arguments, run_folder)


@pytest.mark.slow
def test_a_run_and_its_bundle_give_the_same_weights_again(
    compose_small: Composer, tmp_path: Path, warnings: list[str]
) -> None:
    # given
    first = train(compose_small("model=cnn", "model.encoder.filters=8", "optimizer.lr=0.003"))
    bundle = build_bundle(first).bundle
    places = [
        f"paths.{name}={tmp_path}/{name}" for name in ("processed", "tokens", "latest")
    ]  # a bundle knows no folders
    # when
    of_run = train(compose_repetition(read_saved(first.folder), (), tmp_path / "second"))
    of_bundle = train(compose_repetition(read_saved(bundle), places, tmp_path / "third"))
    # then
    expected = first.encoder().state_dict()
    for again in (of_run, of_bundle):
        assert again.folder != first.folder
        assert again.record.validation_loss == first.record.validation_loss
        for name, value in again.encoder().state_dict().items():
            assert torch.equal(value, expected[name])
    assert str(tmp_path) not in (bundle / "config.yaml").read_text()
    assert not [line for line in warnings if "fingerprint" in line]


@pytest.mark.slow
def test_data_that_have_changed_are_told_in_one_line(
    compose_small: Composer, tmp_path: Path, warnings: list[str]
) -> None:
    # given
    (tmp_path / "raw").mkdir()
    rows = [f"{'good fine nice' if row % 2 else 'bad awful poor'} {row * 7919 % 1000},{row % 2}" for row in range(90)]
    path = tmp_path / "raw/reviews.csv"
    path.write_text("\n".join(["text,label", *rows]))
    own = ("data=csv", f"data.paths={path}", "data.text_columns=[text]", "data.label_column=label")
    configuration = compose_small("trainer.max_epochs=1")
    data = plain(compose_configuration(own))["data"]
    OmegaConf.set_struct(configuration, False)  # noqa: FBT003 (OmegaConf's signature)
    configuration.data = data
    first = train(configuration)
    # when
    path.write_text("\n".join(["text,label", *rows, "some more,1"]))
    again = train(compose_repetition(read_saved(first.folder), (), tmp_path / "again"))
    train(compose_repetition(read_saved(again.folder), ["data.max_rows=80"], tmp_path / "other"))
    # then
    (line,) = [line for line in warnings if "fingerprint" in line]
    assert first.record.fingerprint[:12] in line
    assert again.record.fingerprint[:12] in line


@pytest.mark.slow
def test_what_is_missing_of_the_data_is_prepared_again(compose_small: Composer, tmp_path: Path) -> None:
    # given
    first = train(compose_small("trainer.max_epochs=1"))
    # when
    again = train(compose_repetition(read_saved(first.folder), [f"paths.processed={tmp_path}/new"], tmp_path / "again"))
    # then
    assert Path(again.record.dataset).is_relative_to(tmp_path / "new")
    assert again.record.fingerprint == first.record.fingerprint
    assert Run.load(again.folder).configuration.from_run.folder == str(first.folder)
