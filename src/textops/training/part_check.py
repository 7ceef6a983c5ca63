"""Parts of a configuration that cannot be made, found before data are read: by the signatures of what they name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from omegaconf import DictConfig

from textops.data.nearest import did_you_mean
from textops.errors import ConfigurationError
from textops.training.saved_configuration import as_container
from textops.training.signature import named, signature_of
from textops.training.type_check import described, fits

_TARGET = "_target_"
_LONGEST_VALUE = 60
_NEEDED = ("model.tokenizer", "model.encoder", "optimizer", "scheduler", "trainer")


@dataclass(frozen=True)
class Range:
    """Values that a number can have.

    Attributes:
        low: The smallest.
        high: The largest, None for no end.
        open: Whether `high` itself is too much.
    """

    low: float
    high: float | None = None
    open: bool = False

    def holds(self, value: float) -> bool:
        """Tell whether a value lies inside."""
        if self.high is None:
            return value >= self.low
        return self.low <= value < self.high if self.open else self.low <= value <= self.high

    def __str__(self) -> str:
        if self.high is None:
            return f"at least {self.low:g}"
        return f"from {self.low:g} to {'below ' * self.open}{self.high:g}"


# What signatures leave open, by section and name.
_RANGES = {
    ("model", "dropout"): Range(0, 1, open=True),
    ("model", "size"): Range(1),
    ("model", "min_count"): Range(1),
    ("model", "max_tokens"): Range(1),
    ("model", "word_dimension"): Range(1),
    ("model", "state_dimension"): Range(1),
    ("model", "dimension"): Range(1),
    ("model", "layers"): Range(1),
    ("model", "heads"): Range(1),
    ("model", "filters"): Range(1),
    ("optimizer", "lr"): Range(0),
    ("optimizer", "weight_decay"): Range(0),
    ("optimizer", "momentum"): Range(0, 1),
    ("scheduler", "warmup"): Range(0, 1),
    ("callbacks", "patience"): Range(0),
    ("trainer", "gradient_clip_val"): Range(0),
    ("trainer", "accumulate_grad_batches"): Range(1),
}


def check_parts(configuration: DictConfig) -> None:
    """Check each part of a configuration that names what to make.

    Raises:
        ConfigurationError: If it names nothing that exists, a setting that this does not have, or a value that the
            setting cannot have.
    """
    content = as_container(configuration)
    for key in _NEEDED:
        section, _, name = key.partition(".")
        part = content[section][name] if name else content[section]
        if not isinstance(part, Mapping) or _TARGET not in part:
            raise ConfigurationError(f"{key} is {part!r}: it must name what to make, {key}.{_TARGET}")
    for key, part in _parts(content):
        _check_part(key, part)


def _parts(value: object, key: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(value, Mapping):
        if isinstance(value.get(_TARGET), str):
            yield key, value
        for name, part in value.items():
            yield from _parts(part, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _parts(part, f"{key}[{place}]")


def _check_part(key: str, part: Mapping[str, Any]) -> None:
    signature = signature_of(named(str(part[_TARGET]), key))
    if signature is None:
        return
    for name, value in part.items():
        if name.startswith("_"):
            continue
        if name in signature.parameters:
            # Many a hint leaves out that nothing is a value as well.
            if value is not None or signature.parameters[name].default is not None:
                _check_value(f"{key}.{name}", value, signature.hints.get(name, Any))
        elif not signature.takes_anything:
            meant = did_you_mean(name, signature.parameters)
            raise ConfigurationError(f"there is no key {key}.{name}: {part[_TARGET]} has no setting {name}{meant}")


def _check_value(key: str, value: object, hint: object) -> None:
    shown = "null" if value is None else repr(value)[:_LONGEST_VALUE]
    if not fits(value, hint):
        wanted = described(hint)
        raise ConfigurationError(f"{key} must be {wanted}, not {shown}" if wanted else f"{key} cannot be {shown}")
    limits = _RANGES.get((key.partition(".")[0], key.rpartition(".")[2]))
    if limits is not None and isinstance(value, int | float) and not limits.holds(value):
        raise ConfigurationError(f"{key} must be {limits}, not {shown}")
