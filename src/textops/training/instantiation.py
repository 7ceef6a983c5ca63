"""Makes what parts of the configuration name."""

import functools
import inspect
from typing import Any

from hydra.errors import InstantiationException
from hydra.utils import instantiate
from omegaconf import DictConfig

from textops.errors import ConfigurationError, TextopsError


def instantiated(part: DictConfig, key: str, **arguments: object) -> Any:  # noqa: ANN401 (whatever the configuration names)
    """Make what a part of the configuration names.

    Args:
        part: Says what, and with which settings.
        key: Where the part stands, for messages.
        arguments: Further settings.

    Raises:
        ConfigurationError: If it cannot be made.
    """
    if not isinstance(part, DictConfig):
        raise ConfigurationError(f"{key} is {part!r}: it must name what to make, {key}._target_")
    try:
        made = instantiate(part, **arguments)
        if isinstance(made, functools.partial):
            # The rest of the arguments is known later, but a name that does not exist is wrong now.
            inspect.signature(made.func).bind_partial(*made.args, **made.keywords)
    except InstantiationException as error:
        cause = error.__cause__
        if isinstance(cause, TextopsError):
            raise cause from error
        raise impossible(key, cause or error) from error
    except TypeError as error:
        raise impossible(key, error) from error
    return made


def impossible(key: str, error: BaseException) -> ConfigurationError:
    """Return the error that says in one line why a part cannot be made."""
    return ConfigurationError(f"{key} cannot be made: {error}".splitlines()[0])
