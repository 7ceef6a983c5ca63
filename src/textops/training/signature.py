"""What the functions and classes that a configuration names say of their parameters."""

import inspect
import pkgutil
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from textops.errors import ConfigurationError


@dataclass(frozen=True)
class Signature:
    """Parameters of what is made.

    Attributes:
        parameters: By name.
        hints: Of those that have one.
        takes_anything: Whether it takes names that it does not know.
    """

    parameters: Mapping[str, inspect.Parameter]
    hints: Mapping[str, Any]
    takes_anything: bool


def named(target: str, key: str) -> Callable[..., Any]:
    """Return what a `_target_` names.

    Args:
        target: Such as `torch.optim.SGD`.
        key: Where it stands, for messages.

    Raises:
        ConfigurationError: If it cannot be imported, or makes nothing.
    """
    try:
        found = pkgutil.resolve_name(target)
    except (AttributeError, ImportError, ValueError) as error:
        raise ConfigurationError(f"{key}._target_={target} cannot be imported: {str(error).splitlines()[0]}") from error
    if not callable(found):
        raise ConfigurationError(f"{key}._target_={target} makes nothing: name a class or a function")
    return typing.cast("Callable[..., Any]", found)


def signature_of(make: Callable[..., Any]) -> Signature | None:
    """Return the signature of a class or a function, None where only making it will tell."""
    try:
        parameters = inspect.signature(make).parameters
    except (TypeError, ValueError):
        # Written in C.
        return None
    try:
        hints = typing.get_type_hints(make.__init__ if inspect.isclass(make) else make)
    except (AttributeError, NameError, TypeError):
        # Hints that only a type checker can read say nothing here.
        hints = {}
    anything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    return Signature(parameters, hints, anything)
