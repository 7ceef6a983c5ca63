"""Whether a value from a configuration fits what a parameter of Python says of itself."""

import types
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

Hint = Any
_NAMES: dict[object, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    type(None): "null",
    list: "a list [a,b]",
    dict: "a group of keys {a: b}",
}
_CONTAINERS = (list, dict)


def fits(value: object, hint: Hint) -> bool:
    """Tell whether a value of YAML can stand where a hint stands.

    What YAML cannot write (an optimizer, a function) comes from a mapping with `_target_`, so such a mapping fits
    everywhere. Of containers only the kind counts.

    Args:
        value: Text, number, truth value, None, list or mapping.
        hint: Of a parameter, resolved.
    """
    if isinstance(value, Mapping) and "_target_" in value:
        return True
    if isinstance(hint, TypeVar) or hint is Any or isinstance(hint, str):
        return True
    origin: Any = get_origin(hint)
    if origin in {Union, types.UnionType}:
        return any(fits(value, part) for part in get_args(hint))
    if origin is Literal:
        return any(value == choice and type(value) is type(choice) for choice in get_args(hint))
    if origin is Annotated:
        return fits(value, get_args(hint)[0])
    return _fits_class(value, origin or hint)


def described(hint: Hint) -> str:
    """Return what a hint wants in words, and an empty text where YAML has no word for it."""
    return " or ".join(dict.fromkeys(_words(hint)))


def _fits_class(value: object, wanted: object) -> bool:
    if wanted is None or wanted is type(None):
        return value is None
    if isinstance(value, bool):
        # To Python it is a whole number as well.
        return wanted in {bool, object} or not isinstance(wanted, type)
    if wanted is float:
        return isinstance(value, int | float)
    if not isinstance(wanted, type) or getattr(wanted, "_is_protocol", False):
        return True
    if isinstance(value, list):
        # YAML has one kind of sequence.
        return issubclass(wanted, Sequence | set | frozenset) or issubclass(list, wanted)
    return isinstance(value, str if _is_path(wanted) else wanted)


def _is_path(wanted: type) -> bool:
    return issubclass(wanted, Path) or wanted is PathLike


def _words(hint: Hint) -> list[str]:
    origin: Any = get_origin(hint)
    if origin in {Union, types.UnionType}:
        return [word for part in get_args(hint) for word in _words(part)]
    if origin is Literal:
        return [str(choice) for choice in get_args(hint)]
    if origin is Annotated:
        return _words(get_args(hint)[0])
    return _words_of_class(type(None) if hint is None else origin or hint)


def _words_of_class(wanted: object) -> list[str]:
    if wanted in _NAMES:
        return [_NAMES[wanted]]
    if not isinstance(wanted, type):
        return []
    if _is_path(wanted):
        return [_NAMES[str]]
    return [_NAMES[kind] for kind in _CONTAINERS if issubclass(kind, wanted) or issubclass(wanted, kind | tuple)][:1]
