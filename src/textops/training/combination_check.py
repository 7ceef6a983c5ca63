"""Settings that are possible each by itself and not together, found before data are read."""

from typing import Any

import torch
from omegaconf import DictConfig
from pytorch_lightning.accelerators import AcceleratorRegistry
from pytorch_lightning.strategies import StrategyRegistry

from textops.data.nearest import did_you_mean
from textops.errors import ConfigurationError
from textops.models.pretrained import PretrainedEncoder
from textops.training.saved_configuration import as_container
from textops.training.signature import named

_FOR_SPARSE_GRADIENTS = (torch.optim.SGD, torch.optim.Adagrad, torch.optim.SparseAdam)
# The others turn whole models and batches into another kind of number; word counts cannot be.
_PRECISIONS = frozenset({"32-true", "32", "bf16-mixed", "bf16", "16-mixed", "16"})
_GPU = frozenset({"gpu", "cuda"})
_ACCELERATORS = frozenset({"auto", "gpu"})


def check_combinations(configuration: DictConfig) -> None:
    """Check what the groups of a configuration want of each other and of this machine.

    Raises:
        ConfigurationError: If they cannot all have it, naming what to set instead.
    """
    content = as_container(configuration)
    trainer: dict[str, Any] = content["trainer"]
    _check_accelerator(trainer)
    _check_strategy(trainer)
    _check_precision(trainer)
    processes = _count_devices(trainer) * (trainer.get("num_nodes") or 1)
    if processes > 1 and not trainer.get("strategy"):
        instead = "trainer=ddp"
        if (trainer.get("num_nodes") or 1) > 1:
            instead = "trainer=multi_node"
        elif trainer.get("accelerator") == "cpu":
            instead = f"trainer=ddp_cpu trainer.devices={processes}"
        raise ConfigurationError(f"{processes} processes need a strategy to train together: take {instead}")
    if content["batch_size"] < processes:
        raise ConfigurationError(
            f"batch_size={content['batch_size']} leaves some of {processes} processes without a document: "
            f"set batch_size={processes} or more"
        )
    _check_model(content, trainer)


def _check_accelerator(trainer: dict[str, Any]) -> None:
    accelerator = trainer.get("accelerator", "auto")
    known = _ACCELERATORS | set(AcceleratorRegistry.available_accelerators())
    if isinstance(accelerator, str) and accelerator not in known:
        meant = did_you_mean(accelerator, known) or f": take one of {', '.join(sorted(known))}"
        raise ConfigurationError(f"there is no trainer.accelerator={accelerator}{meant}")
    if accelerator in _GPU and not torch.cuda.is_available():
        instead = "trainer=cpu" if trainer.get("devices") == 1 else "trainer=cpu or trainer=ddp_cpu"
        raise ConfigurationError(f"trainer.accelerator={accelerator}, but this machine has no GPU: take {instead}")


def _check_strategy(trainer: dict[str, Any]) -> None:
    strategy = trainer.get("strategy")
    known = ["auto", *StrategyRegistry.available_strategies()]
    if isinstance(strategy, str) and strategy not in known:
        raise ConfigurationError(
            f"there is no trainer.strategy={strategy}{did_you_mean(strategy, known) or ': take ddp, fsdp or auto'}"
        )


def _check_precision(trainer: dict[str, Any]) -> None:
    precision = trainer.get("precision")
    if precision is not None and str(precision) not in _PRECISIONS:
        raise ConfigurationError(
            f"trainer.precision={precision} is not possible for these models: take 32-true, bf16-mixed or 16-mixed"
        )


def _count_devices(trainer: dict[str, Any]) -> int:
    """Return how many processes this machine takes part with.

    Raises:
        ConfigurationError: If it has no such devices.
    """
    devices = trainer.get("devices", "auto")
    on_processor = trainer.get("accelerator") == "cpu" or not torch.cuda.is_available()
    present = torch.cuda.device_count()
    if devices == "auto":
        return 1 if on_processor else present
    if on_processor:
        count = int(devices) if isinstance(devices, int | str) and str(devices).isdecimal() else 0
        if count < 1:
            raise ConfigurationError(
                f"trainer.devices={devices} is not possible on the processor: give the number of processes"
            )
        return count
    wanted = list(range(present)) if str(devices) == "-1" else _wanted_gpus(devices)
    if not wanted or max(wanted) >= present:
        raise ConfigurationError(
            f"trainer.devices={devices} is not possible: this machine has {present} GPUs, counted from 0"
        )
    return len(wanted)


def _wanted_gpus(devices: object) -> list[int]:
    if isinstance(devices, int):
        return list(range(devices))
    parts = devices if isinstance(devices, list) else str(devices).split(",")
    if not all(str(part).strip().isdecimal() for part in parts):
        return []
    numbers = [int(part) for part in parts]
    # As Lightning reads it: "2" are two of them, "2," and [2] is the third one.
    return list(range(numbers[0])) if isinstance(devices, str) and len(numbers) == 1 else numbers


def _check_model(content: dict[str, Any], trainer: dict[str, Any]) -> None:
    encoder, name = _class_of(content["model"].get("encoder"), "model.encoder"), content["model"].get("name")
    strategy = trainer.get("strategy")
    shared_out = "fsdp" in str(strategy.get("_target_") if isinstance(strategy, dict) else strategy).casefold()
    if shared_out and encoder is not PretrainedEncoder:
        raise ConfigurationError(f"trainer=fsdp is for model=pretrained; {name} fits on one device: take trainer=ddp")
    if not getattr(encoder, "sparse_gradients", False):
        return
    if trainer.get("gradient_clip_val"):
        raise ConfigurationError(
            f"the sparse gradients of model={name} cannot be clipped: set trainer.gradient_clip_val=null"
        )
    optimizer = _class_of(content["optimizer"], "optimizer")
    if optimizer is not None and not issubclass(optimizer, _FOR_SPARSE_GRADIENTS):
        raise ConfigurationError(
            f"{optimizer.__name__} cannot use the sparse gradients of model={name}: take optimizer=sgd"
        )


def _class_of(part: object, key: str) -> type | None:
    """Return the class that a part is made of; None where it is made by a function, or left out."""
    target = part.get("_target_") if isinstance(part, dict) else None
    made = None if target is None else named(str(target), key)
    return made if isinstance(made, type) else None
