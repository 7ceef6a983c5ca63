"""From the configuration to the objects it names."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from omegaconf import DictConfig, OmegaConf
from pytorch_lightning.callbacks import EarlyStopping, ModelCheckpoint

from textops.errors import ConfigurationError
from textops.installation import configuration_folder
from textops.models.encoder import Encoder
from textops.models.ngram import NgramEncoder
from textops.text.ngrams import NgramTokenizer
from textops.text.vocabulary import learn_vocabulary
from textops.training.assembly import make_classifier, make_trainer
from textops.training.configuration import compose_configuration
from textops.training.encoder import make_encoder
from textops.training.tracking.csv_tracker import CsvTracker

SMALL = NgramTokenizer(word_bits=6, character_bits=6)
WORDS = learn_vocabulary(["a b c", "a b c"], max_tokens=8)
MODELS = sorted(path.stem for path in (configuration_folder() / "model").glob("*.yaml"))
OPTIMIZERS = sorted(path.stem for path in (configuration_folder() / "optimizer").glob("*.yaml"))
SCHEDULERS = sorted(path.stem for path in (configuration_folder() / "scheduler").glob("*.yaml"))


def encoder_of(*overrides: str) -> Encoder:
    configuration = compose_configuration(overrides)
    return make_encoder(configuration, SMALL if configuration.model.name == "ngram" else WORDS, 3)


@pytest.mark.parametrize("model", MODELS)
def test_every_model_is_made_and_named_like_its_file(model: str) -> None:
    assert compose_configuration([f"model={model}"]).model.name == model


# The pretrained one reads with a tokenizer of its own: test_pretrained.py makes it.
@pytest.mark.parametrize("model", [model for model in MODELS if model != "pretrained"])
def test_every_model_that_learns_its_words_has_something_to_learn(model: str) -> None:
    assert sum(parameter.numel() for parameter in encoder_of(f"model={model}").parameters()) > 0


# What suits a sparse model alone: test_optimizers.py.
@pytest.mark.parametrize("optimizer", [optimizer for optimizer in OPTIMIZERS if optimizer != "sparse_adam"])
@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_every_optimizer_goes_with_every_schedule(optimizer: str, scheduler: str) -> None:
    # given
    configuration = compose_configuration([f"optimizer={optimizer}", f"scheduler={scheduler}", "model=lstm"])
    for key, value in {"max_epochs": -1, "max_steps": 10, "gradient_clip_val": None}.items():
        OmegaConf.update(configuration.trainer, key, value, force_add=True)
    classifier = make_classifier(configuration, make_encoder(configuration, WORDS, 3), [1, 1])
    classifier.trainer = make_trainer(configuration)
    # when
    parts: Any = classifier.configure_optimizers()
    # then
    assert parts["lr_scheduler"]["scheduler"].optimizer is parts["optimizer"]
    assert isinstance(parts["optimizer"], torch.optim.Optimizer)


def test_the_trainer_keeps_the_best_stops_early_and_writes_learning_curves() -> None:
    # when
    trainer = make_trainer(compose_configuration(["trainer.max_epochs=7"]))
    # then
    kinds = {type(callback) for callback in trainer.callbacks}  # type: ignore[attr-defined]
    assert {ModelCheckpoint, EarlyStopping} <= kinds
    assert [type(logger) for logger in trainer.loggers] == [CsvTracker]
    assert trainer.max_epochs == 7
    assert trainer.num_devices == 1


@pytest.mark.parametrize("without", ["callbacks.early_stopping=null", "~callbacks.early_stopping"])
def test_a_callback_can_be_left_out(without: str) -> None:
    # when
    trainer = make_trainer(compose_configuration([without]))
    # then
    assert EarlyStopping not in {type(callback) for callback in trainer.callbacks}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("choice", "kinds"),
    [
        ("csv", {"csv"}),
        ("tensorboard", {"tensorboard"}),
        ("[csv,wandb]", {"csv", "wandb"}),
        ("[mlflow,csv,csv]", {"csv", "mlflow"}),
        ("all", {"csv", "tensorboard", "wandb", "mlflow"}),
        ("none", set()),
        ("[]", set()),
    ],
)
def test_one_logger_several_or_none_can_be_chosen(choice: str, kinds: set[str]) -> None:
    # when
    trainer = make_trainer(compose_configuration([f"logger={choice}"]))
    # then
    assert {getattr(logger, "kind", None) for logger in trainer.loggers} == kinds


@pytest.mark.parametrize(
    ("choice", "message"),
    [("[csv,wnadb]", "logger has no choice 'wnadb'; did you mean 'wandb'"), ("[[csv]]", "no choice ")],
)
def test_each_of_several_loggers_must_exist(choice: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as raised:
        compose_configuration([f"logger={choice}"])
    assert "\n" not in str(raised.value)


def test_only_one_model_can_be_chosen() -> None:
    with pytest.raises(ConfigurationError, match="model has no choice"):
        compose_configuration(["model=[ngram,lstm]"])


@pytest.mark.parametrize("without", ["logger.csv=null", "~logger"])
def test_learning_curves_can_be_left_out(without: str) -> None:
    assert make_trainer(compose_configuration([without])).loggers == []


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("~callbacks", "no callback keeps a checkpoint"),
        ("callbacks.checkpoint=null", "no callback keeps a checkpoint"),
        ("callbacks.early_stopping.monitor=val/los", "monitors 'val/los', which is not logged"),
        ("callbacks.checkpoint.monitor=nothing", "monitors 'nothing'"),
        ("callbacks.early_stopping.mode=up", r"callbacks\.early_stopping cannot be made: .*mode"),
        ("trainer.devices=0", "trainer cannot be made"),
        ("trainer.accelerator=gpu", "trainer cannot be made"),
        ("+trainer.nothing=1", "trainer cannot be made: .*nothing"),
        ("+logger.mine={_target_: textops.text.ngrams.NgramTokenizer, word_bits: 0}", "^word_bits=0"),
        ("+logger.csv.nothing=1", r"logger\.csv cannot be made: .*nothing"),
        ("trainer._target_=builtins.dict", "no Lightning Trainer"),
    ],
)
def test_a_trainer_that_cannot_be_made_is_named(override: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as raised:
        make_trainer(compose_configuration([override]))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["model.encoder=null"], r"model\.encoder is None"),
        (["+model.encoder.nothing=1"], r"model\.encoder cannot be made: .*nothing"),
        (["model.encoder.step_sizes=[a]"], r"model\.encoder cannot be made"),
        (["model.encoder.step_sizes=[]"], "step_sizes"),
        (["model.encoder={_target_: operator.ne, _partial_: true}", "~model.encoder.step_sizes"], "no textops Encoder"),
        (["model.encoder._target_=nowhere.Encoder"], r"model\.encoder cannot be made: .*nowhere"),
        (["model=lstm", "model.encoder.dropout=2"], r"model\.encoder cannot be made: .*dropout"),
        (["model=lstm", "model.encoder.word_dimension=-1"], r"model\.encoder cannot be made: .*-1"),
        (["model=transformer", "model.encoder.heads=0"], "heads=0"),
    ],
)
def test_an_encoder_that_cannot_be_made_is_named(overrides: list[str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as raised:
        encoder_of(*overrides)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("optimizer._target_=torch.optim.Nothing", "optimizer cannot be made: .*Nothing"),
        ("+optimizer.nothing=1", "optimizer cannot be made: .*nothing"),
        ("+scheduler.nothing=1", "scheduler cannot be made: .*nothing"),
        ("model.label_smoothing=2", "label_smoothing"),
    ],
)
def test_a_classifier_that_cannot_be_made_is_named(override: str, message: str) -> None:
    # given
    encoder = NgramEncoder(SMALL, 2)
    # when, then
    with pytest.raises(ConfigurationError, match=message):
        make_classifier(compose_configuration([override]), encoder, [1, 1])


def test_without_label_smoothing_there_is_none() -> None:
    # given
    configuration = compose_configuration(["model.label_smoothing=null"])
    # when, then
    make_classifier(configuration, NgramEncoder(SMALL, 2), [1, 1])


def test_a_group_that_is_gone_is_told_apart_from_one_that_is_empty(compose_small: Callable[..., DictConfig]) -> None:
    with pytest.raises(ConfigurationError, match="nothing works without the group model"):
        compose_small("~model")
