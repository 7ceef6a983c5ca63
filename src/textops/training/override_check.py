"""Overrides that do not fit, each named in one line: Hydra's messages span a page and leave out what was meant."""

from collections.abc import Mapping, Sequence
from numbers import Number
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, QuotedString
from hydra.errors import HydraException

from textops.data.nearest import did_you_mean
from textops.errors import ConfigurationError
from textops.training.signature import named, signature_of

# The group whose values a check of its own knows better.
_CHECKED_ELSEWHERE = "data."
# Groups of which several files can be taken at once.
_SEVERAL_CHOICES = frozenset({"logger", "callbacks"})
# Keys whose values can be of another kind than the present one; their signature is asked later.
_SEVERAL_KINDS = frozenset(
    f"trainer.{name}"
    for name in (
        "devices",
        "deterministic",
        "strategy",
        "precision",
        "limit_train_batches",
        "limit_val_batches",
        "overfit_batches",
        "val_check_interval",
    )
)


def parse_overrides(overrides: Sequence[str], *, several: bool = False) -> list[Override]:
    """Read overrides one by one.

    Args:
        overrides: As somebody typed them.
        several: Whether they may ask for several runs.

    Raises:
        ConfigurationError: If one is none, or asks for several runs where it must not.
    """
    parser = OverridesParser.create()
    parsed = []
    for text in overrides:
        try:
            override = parser.parse_override(text)
        except HydraException as error:
            raise ConfigurationError(
                f"the override {text!r} cannot be read: write key=value, and quote what holds special characters"
            ) from error
        if override.is_sweep_override() and not several:
            raise ConfigurationError(f"the override {text!r} names several values: add --multirun to run each of them")
        parsed.append(override)
    return parsed


def is_group(override: Override, folders: Sequence[Path]) -> bool:
    """Tell whether an override is about a whole group."""
    return bool(_groups(override, folders))


def is_choice(override: Override, folders: Sequence[Path]) -> bool:
    """Tell whether an override chooses a file of a group, or leaves the group out.

    Raises:
        ConfigurationError: If the group has no such file.
    """
    groups = _groups(override, folders)
    if not groups or override.is_delete():
        return bool(groups)
    value = override.value()
    # What begins with an underscore is what the choices have in common.
    choices = choices_of(groups)
    group = groups[0].name
    for choice in value if isinstance(value, list) and group in _SEVERAL_CHOICES else [value]:
        # A name in another script needs quotation marks, which are no part of it.
        name = choice.text if isinstance(choice, QuotedString) else choice
        if name not in choices:
            meant = did_you_mean(str(name), choices)
            raise ConfigurationError(f"{group} has no choice {name!r}{meant or ':'} take one of {', '.join(choices)}")
    return True


def choices_of(groups: Sequence[Path]) -> list[str]:
    """Return what can be chosen from the folders of a group, sorted."""
    return sorted({path.stem for group in groups for path in group.glob("[!_]*.yaml")})


def _groups(override: Override, folders: Sequence[Path]) -> list[Path]:
    name = str(override.get_key_element()).lstrip("+~").partition("@")[0]
    return [folder / name for folder in folders if (folder / name).is_dir()]


def check_override(override: Override, configuration: Mapping[str, Any]) -> None:
    """Check that a key exists and that its new value is of the kind of the old one.

    Args:
        override: No choice of a group.
        configuration: The configuration without this override, resolved.

    Raises:
        ConfigurationError: If it does not fit.
    """
    key = override.key_or_group
    if override.is_add() or override.is_force_add() or key.startswith("hydra."):
        return
    known = flat(configuration)
    if key not in known:
        if _is_setting(key, known):
            raise ConfigurationError(f"{key} exists, but no file sets it: add it with +{override.input_line}")
        meant = did_you_mean(key, [name for name in known if not name.endswith("_")])
        hint = meant or ": the files in configs/ say what there is, and +key=value adds one"
        raise ConfigurationError(f"there is no key {key}{hint}")
    if override.is_delete() or key.startswith(_CHECKED_ELSEWHERE):
        return
    value = override.value()
    expected = None if key in _SEVERAL_KINDS else _kind(known[key])
    if expected is not None and not _fits(value, known[key]):
        shown = value.text if isinstance(value, QuotedString) else value
        raise ConfigurationError(f"{key} must be {expected}, not {shown!r}")


def _is_setting(key: str, known: Mapping[str, Any]) -> bool:
    """Tell whether a key that no file has is one that the part would take; loads the part."""
    section, _, name = key.rpartition(".")
    part = known.get(section)
    if not isinstance(part, Mapping) or "_target_" not in part:
        return False
    signature = signature_of(named(str(part["_target_"]), section))
    return signature is not None and name in signature.parameters


def flat(configuration: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return every dotted key with its value, also the keys of whole groups."""
    keys: dict[str, Any] = {}
    for key, value in configuration.items():
        keys[f"{prefix}{key}"] = value
        if isinstance(value, Mapping):
            keys |= flat(value, f"{prefix}{key}.")
    return keys


def _kind(value: object) -> str | None:
    """Name what a value is, None where anything may stand."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int):
        return "a whole number"
    if isinstance(value, float):
        return "a number"
    if isinstance(value, list):
        return "a list [a,b]"
    if isinstance(value, Mapping):
        return "a group of keys {a: b}"
    return None


def _fits(value: object, present: object) -> bool:
    # An interpolation is only known later, and null means that a part is left out.
    if value is None or (isinstance(value, str) and value.startswith("${")):
        return True
    if isinstance(present, bool) or isinstance(value, bool):
        return isinstance(present, bool) and isinstance(value, bool)
    if isinstance(present, int):
        return isinstance(value, int)
    if isinstance(present, float):
        return isinstance(value, Number)
    return isinstance(value, list if isinstance(present, list) else Mapping)
