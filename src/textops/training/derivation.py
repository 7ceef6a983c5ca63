"""What one configuration has of another: plain mappings with interpolations as they are written."""

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

Content = dict[str, Any]
_TARGET = "_target_"
_ABSENT = object()


def filled(content: Content, today: Content, without: frozenset[str]) -> Content:
    """Return a configuration with the keys that are new since it was saved.

    What an object is made with stays as it was: what is missing there, the object's own code knows.

    Args:
        content: What was saved.
        today: What the same choices give today.
        without: Sections that may be absent.
    """
    result = dict(content)
    for key, value in today.items():
        if key not in result and key not in without:
            result[key] = copy.deepcopy(value)
        elif _of_one_kind(result.get(key), value) and key not in without:
            result[key] = filled(result[key], value, frozenset())
    return result


def linked(content: Content, today: Content, outdated: Callable[[object], bool]) -> Content:
    """Return a configuration that derives again what today's files derive, where that gives the saved value.

    Args:
        content: What was saved, resolved.
        today: What the same choices give today.
        outdated: Tells a saved value that is of no use, so that the derived one is taken whatever it is.
    """
    configuration = OmegaConf.create(content)
    for key, interpolation in _interpolations(today):
        saved = _at(content, key)
        if saved in (_ABSENT, interpolation):
            continue
        OmegaConf.update(configuration, key, interpolation, force_add=True)
        try:
            same = OmegaConf.select(configuration, key) == saved
        except OmegaConfBaseException:
            same = False
        if not same and not outdated(saved):
            OmegaConf.update(configuration, key, saved, force_add=True)
    return {str(key): value for key, value in OmegaConf.to_container(configuration).items()}  # type: ignore[union-attr]


def take_over(content: Content, before: Content, after: Content, whole: frozenset[str]) -> None:
    """Change a configuration in place as another choice changes today's.

    Args:
        content: What is changed.
        before: What today's files give without the choice.
        after: What they give with it.
        whole: Sections that are taken as they are.
    """
    for key in before.keys() - after.keys():
        content.pop(key, None)
    for key, value in after.items():
        if key in whole or _is_another(before.get(key), value):
            content[key] = copy.deepcopy(value)
        elif value == before.get(key):
            continue
        elif isinstance(content.get(key), dict) and isinstance(value, dict):
            take_over(content[key], before[key], value, frozenset())
        else:
            content[key] = copy.deepcopy(value)


def _of_one_kind(saved: object, today: object) -> bool:
    """Tell whether two sections say the same things, of the same model or data set."""
    if not isinstance(saved, dict) or not isinstance(today, dict) or _TARGET in saved or _TARGET in today:
        return False
    return saved.get("name") == today.get("name")


def _is_another(before: object, after: object) -> bool:
    """Tell whether two sections are about different things, which have no settings in common."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return type(before) is not type(after)
    return any(before.get(key) != after.get(key) for key in (_TARGET, "name") if isinstance(after.get(key), str))


def _interpolations(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _interpolations(value, f"{prefix}{key}.")
        elif isinstance(value, str) and "${" in value:
            yield f"{prefix}{key}", value


def _at(content: object, key: str) -> object:
    for part in key.split("."):
        if not isinstance(content, Mapping) or part not in content:
            return _ABSENT
        content = content[part]
    return content
