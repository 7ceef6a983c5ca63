"""What is found before data are read."""

import re

import pytest
import torch
from omegaconf import OmegaConf

from textops.errors import ConfigurationError
from textops.training.configuration import compose_configuration
from textops.training.training_check import check_training


@pytest.mark.parametrize(
    "overrides",
    [
        [],
        ["model=lstm"],
        ["model=cnn", "+optimizer.betas=[0.9,0.99]"],
        ["trainer=ddp_cpu", "model=lstm"],
        ["trainer=ddp_cpu", "trainer.devices='2'"],
        ["trainer.devices=2", "+trainer.strategy=ddp"],
        ["trainer.devices=auto"],
        ["trainer=multi_node"],
        ["trainer.precision=16"],
        ["trainer.precision=bf16-mixed"],
        ["trainer.deterministic=warn"],
        ["+trainer.limit_train_batches=0.5"],
        ["+trainer.max_time={minutes: 5}"],
        ["trainer.max_epochs=null"],
        ["callbacks.early_stopping=null"],
        ["logger=all"],
        ["profiler=pytorch"],
        ["search=ngram"],
        ["++callbacks.mine._target_=pytorch_lightning.callbacks.ModelSummary"],
    ],
    ids=str,
)
def test_what_works_passes(overrides: list[str]) -> None:
    check_training(compose_configuration(overrides))


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ("optimizer.lr=-1", "optimizer.lr must be at least 0, not -1"),
        ("model=lstm model.encoder.dropout=2", "model.encoder.dropout must be from 0 to below 1, not 2"),
        ("model=lstm model.encoder.dropout=null", "model.encoder.dropout must be a number, not null"),
        ("callbacks.early_stopping.patience=-1", "callbacks.early_stopping.patience must be at least 0"),
        ("callbacks.checkpoint.monitor=5", "callbacks.checkpoint.monitor must be text or null, not 5"),
        ("scheduler.warmup=2", "scheduler.warmup must be from 0 to 1, not 2"),
        ("trainer.precision=17", "trainer.precision must be 64 or 32 or 16"),
        ("trainer.precision=64-true", "take 32-true, bf16-mixed or 16-mixed"),
        ("trainer.deterministic=3", "trainer.deterministic must be true or false or warn"),
        ("+trainer.max_steps=soon", "trainer.max_steps must be a whole number, not 'soon'"),
        ("+trainer.max_stesp=3", "pytorch_lightning.Trainer has no setting max_stesp; did you mean 'max_steps'?"),
        ("+optimizer.betas=high model=cnn", "optimizer.betas must be a list [a,b], not 'high'"),
        ("+trainer.profiler=5", "trainer.profiler must be text or null, not 5"),
        ("optimizer._target_=torch.optim.Nope", "optimizer._target_=torch.optim.Nope cannot be imported"),
        ("model.encoder=null", "model.encoder is None: it must name what to make, model.encoder._target_"),
        ("optimizer=adamw", "AdamW cannot use the sparse gradients of model=ngram: take optimizer=sgd"),
        ("trainer.gradient_clip_val=1", "cannot be clipped: set trainer.gradient_clip_val=null"),
        ("trainer.accelerator=gpuu", "there is no trainer.accelerator=gpuu; did you mean 'gpu'?"),
        ("trainer.accelerator=qqqq", "there is no trainer.accelerator=qqqq: take one of auto, cpu"),
        ("trainer=ddp_cpu trainer.strategy=ddpp", "there is no trainer.strategy=ddpp; did you mean 'ddp'?"),
        ("trainer=ddp_cpu trainer.strategy=qqqq", "there is no trainer.strategy=qqqq: take ddp, fsdp or auto"),
        ("trainer.devices=2", "take trainer=ddp_cpu trainer.devices=2"),
        ("+trainer.num_nodes=2", "take trainer=multi_node"),
        ("trainer.devices=0", "trainer.devices=0 is not possible on the processor"),
        ("trainer.devices=-1", "trainer.devices=-1 is not possible on the processor"),
        ("trainer.devices=two", "trainer.devices=two is not possible on the processor"),
        ("trainer.devices=[0,1]", "trainer.devices=[0, 1] is not possible on the processor"),
        ("trainer=ddp_cpu batch_size=1", "leaves some of 2 processes without a document: set batch_size=2 or more"),
        ("trainer=multi_node batch_size=1", "leaves some of 2 processes without a document"),
    ],
)
def test_what_cannot_work_is_one_line_that_names_the_key(overrides: str, message: str) -> None:
    # given
    configuration = compose_configuration(overrides.split())
    # when, then
    with pytest.raises(ConfigurationError, match=re.escape(message)) as raised:
        check_training(configuration)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("trainer", ["gpu", "ddp", "fsdp"])
def test_a_gpu_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, trainer: str) -> None:
    # given
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    # when, then
    with pytest.raises(ConfigurationError, match="this machine has no GPU: take trainer=cpu"):
        check_training(compose_configuration([f"trainer={trainer}"]))


@pytest.mark.parametrize("devices", ["1", "2", "auto", "-1", "[1]", "'0,1'", "'2'"])
def test_gpus_that_are_there_can_be_chosen(monkeypatch: pytest.MonkeyPatch, devices: str) -> None:
    # given
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    # when, then
    check_training(compose_configuration(["trainer=ddp", "model=lstm", f"trainer.devices={devices}"]))


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ("trainer=ddp trainer.devices=4", "this machine has 2 GPUs"),
        ("trainer=ddp trainer.devices=[2]", "this machine has 2 GPUs"),
        ("trainer=ddp trainer.devices=0", "this machine has 2 GPUs"),
        ("trainer=ddp trainer.devices=first", "this machine has 2 GPUs"),
        ("trainer=gpu trainer.devices=2", "2 processes need a strategy to train together: take trainer=ddp"),
        ("trainer=fsdp", "trainer=fsdp is for model=pretrained; ngram fits on one device: take trainer=ddp"),
        ("trainer=ddp model=lstm +trainer.num_nodes=20", "some of 40 processes"),
    ],
)
def test_what_a_machine_with_gpus_cannot_do_is_told(
    monkeypatch: pytest.MonkeyPatch, overrides: str, message: str
) -> None:
    # given
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    # when, then
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        check_training(compose_configuration(overrides.split()))


def test_parts_inside_lists_are_checked_as_well() -> None:
    # given
    configuration = compose_configuration(["++callbacks.mine._target_=pytorch_lightning.callbacks.ModelSummary"])
    OmegaConf.update(configuration, "callbacks.mine.max_depth", [{"_target_": "nowhere.Nothing"}], force_add=True)
    # when, then
    with pytest.raises(ConfigurationError, match=re.escape("callbacks.mine.max_depth")):
        check_training(configuration)
