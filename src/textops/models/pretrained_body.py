"""The body of an encoder that somebody else has trained: read without its code and without pickled code."""

import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import nn

from textops.errors import ConfigurationError
from textops.files import shown
from textops.models.pretrained_source import NOT_INSTALLED

# What hundreds of architectures raise when one of them does not take plain token ids.
_NO_TEXT_ENCODER = (AttributeError, IndexError, KeyError, NotImplementedError, RuntimeError, TypeError, ValueError)
# Of the machine that wrote it, or of code that is not run here.
_NOT_KEPT = ("_name_or_path", "auto_map", "custom_pipelines")
_TWO_TOKENS = ((1, 2),)


def library() -> Any:  # noqa: ANN401 (a module whose types cost seconds to load)
    """Return transformers: silent, and without reports to anybody.

    Raises:
        ConfigurationError: If it is not installed.
    """
    # Read when the hub's library is loaded.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        transformers = import_module("transformers")
    except ModuleNotFoundError as error:
        raise ConfigurationError(NOT_INSTALLED.format(error.name)) from error
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return transformers


def load_body(folder: Path) -> tuple[nn.Module, list[nn.Parameter]]:
    """Read architecture and weights.

    Args:
        folder: Holds `config.json` and the weights.

    Returns:
        The body, float32, and its parameters that have no part in the last hidden states.

    Raises:
        ConfigurationError: If it is no encoder of text, or its weights are damaged or of another architecture.
    """
    transformers = library()
    from safetensors import SafetensorError

    configuration = _read_configuration(folder)
    try:
        body, found = transformers.AutoModel.from_pretrained(
            str(folder),
            config=configuration,
            dtype=torch.float32,
            local_files_only=True,
            trust_remote_code=False,
            weights_only=True,
            output_loading_info=True,
        )
    except (
        SafetensorError,
        UnpicklingError,
        OSError,
        EOFError,
        KeyError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:
        raise ConfigurationError(f"the weights of {shown(folder)} cannot be read: {_first_line(error)}") from error
    unused = _without_part(body, folder)
    needed = {name for name, parameter in body.named_parameters() if id(parameter) not in set(map(id, unused))}
    if lacking := sorted(needed & set(found["missing_keys"])):
        raise ConfigurationError(
            f"the weights of {shown(folder)} do not fit its architecture: {lacking[0]} and {len(lacking) - 1} more lack"
        )
    return body, unused


def build_body(architecture: dict[str, Any]) -> nn.Module:
    """Build a body with random weights from what its `config.to_diff_dict()` said.

    Raises:
        ConfigurationError: If the installed transformers does not know it.
    """
    transformers = library()
    try:
        configuration = transformers.AutoConfig.for_model(**architecture)
        body: nn.Module = transformers.AutoModel.from_config(configuration, dtype=torch.float32)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"the installed transformers cannot build the encoder of this run: {_first_line(error)}"
        ) from error
    return body


def outermost_layers(body: nn.Module) -> tuple[list[nn.Parameter], Sequence[nn.Module]] | None:
    """Return the parameters below the stack of layers, and the layers; None where there is no such stack.

    The stack is the module list that is as long as the configuration says there are layers. What is registered before
    it lies below it: embeddings, and what is done to them.
    """
    count = getattr(described(body), "num_hidden_layers", None)
    for name, module in body.named_modules():
        if isinstance(module, nn.ModuleList) and len(module) == count:
            below = []
            for key, parameter in body.named_parameters():
                if key.startswith(f"{name}."):
                    break
                below.append(parameter)
            return below, list(module)
    return None


def described(body: nn.Module) -> Any:  # noqa: ANN401 (each architecture has a class of its own)
    """Return the configuration of a body."""
    return body.config


def _read_configuration(folder: Path) -> Any:  # noqa: ANN401 (each architecture has a class of its own)
    transformers = library()
    try:
        configuration = transformers.AutoConfig.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"{shown(folder)} is of no architecture that the installed transformers knows: {_first_line(error)}"
        ) from error
    if configuration.is_encoder_decoder:
        raise ConfigurationError(
            f"{shown(folder)} is a {configuration.model_type}, which translates one text into another: "
            "set model.source to an encoder, such as BERT"
        )
    if not isinstance(getattr(configuration, "hidden_size", None), int):
        raise _no_text_encoder(folder, configuration.model_type)
    for name in _NOT_KEPT:
        configuration.__dict__.pop(name, None)
    if getattr(configuration, "use_cache", False):
        configuration.use_cache = False
    return configuration


def _without_part(body: nn.Module, folder: Path) -> list[nn.Parameter]:
    """Return the parameters on which the last hidden states do not depend, such as those of a pooler.

    Processes that share the work would wait for their gradients for ever.
    """
    tokens = torch.tensor(_TWO_TOKENS)
    try:
        states = body.eval()(input_ids=tokens, attention_mask=torch.ones_like(tokens)).last_hidden_state
        parameters = list(body.parameters())
        gradients = torch.autograd.grad(states.sum(), parameters, allow_unused=True)
        if states.shape != (*tokens.shape, described(body).hidden_size):
            raise ValueError("states of another shape")
    except _NO_TEXT_ENCODER as error:
        raise _no_text_encoder(folder, described(body).model_type) from error
    return [parameter for parameter, gradient in zip(parameters, gradients, strict=True) if gradient is None]


def _no_text_encoder(folder: Path, kind: str) -> ConfigurationError:
    return ConfigurationError(
        f"{shown(folder)} is a {kind}, which gives no states for the tokens of a text: "
        "set model.source to an encoder, such as BERT"
    )


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
