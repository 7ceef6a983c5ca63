"""What the functions and classes that a configuration names say of their parameters."""

import importlib
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
        ModuleNotFoundError: If it is one of ours and lacks a package: whoever is asked for it can name the extra.
    """
    try:
        found = pkgutil.resolve_name(target)
    except (AttributeError, ImportError, ValueError) as error:
        _refuse_what_lacks_a_package(target)
        raise ConfigurationError(f"{key}._target_={target} cannot be imported: {str(error).splitlines()[0]}") from error
    if not callable(found):
        raise ConfigurationError(f"{key}._target_={target} makes nothing: name a class or a function")
    return typing.cast("Callable[..., Any]", found)


def _refuse_what_lacks_a_package(target: str) -> None:
    # `resolve_name` takes a module that cannot be imported for an attribute that is not there, and says only that.
    ours = __name__.partition(".")[0]
    if target.partition(".")[0] != ours:
        return
    try:
        importlib.import_module(target.rpartition(".")[0])
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.partition(".")[0] != ours:
            raise
    except (ImportError, ValueError):
        return


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
