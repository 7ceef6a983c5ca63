"""Several runs from one command: each value of a sweep is checked before the first run has cost any time."""

import itertools
from collections.abc import Callable, Sequence
from importlib.util import find_spec

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override, ValueType
from hydra.errors import HydraException
from omegaconf import DictConfig

from textops.errors import ConfigurationError
from textops.training.configuration import compose_configuration

# A range may have any number of values, all of one kind.
_CHECKED_OF_A_RANGE = 2
Composer = Callable[[Sequence[str]], DictConfig]
_LISTED = (ValueType.SIMPLE_CHOICE_SWEEP, ValueType.CHOICE_SWEEP, ValueType.RANGE_SWEEP)


def check_multirun(overrides: Sequence[str], compose: Composer = compose_configuration) -> None:
    """Compose as many runs as it takes to see every value of every sweep once, and the first of each range.

    Args:
        overrides: Hydra overrides, such as `model=ngram,lstm`, `seed=range(3)` or `search=ngram`.
        compose: Composes one run, with all that belongs to it checked.

    Raises:
        ConfigurationError: If an override or one of its values does not fit.
    """
    values = [choices for override in overrides if (choices := _single_values(override))]
    configuration = compose([choices[0] for choices in values])
    if "search" in configuration:
        _check_search(overrides, values, configuration, compose)
        return
    for override in overrides:
        if (parsed := _parsed(override)) is not None and parsed.is_interval_sweep():
            raise ConfigurationError(f"only a search takes values from {override!r}: add search=custom")
    _check_further(values, compose)


def wants_search(overrides: Sequence[str]) -> bool:
    """Tell whether overrides ask for a hyperparameter search."""
    return any(text.startswith("search=") and text not in ("search=", "search=null") for text in overrides)


def _check_search(
    overrides: Sequence[str], values: list[list[str]], configuration: DictConfig, compose: Composer
) -> None:
    """Check the parameters of a search along with what was typed, which goes before."""
    if find_spec("optuna") is None:
        raise ConfigurationError("a search needs optuna: pip install 'textops[experiments]'")
    _check_further(values, compose)
    typed = {parsed.key_or_group for text in overrides if (parsed := _parsed(text)) is not None}
    given = [f"{key}={value}" for key, value in configuration.search.params.items() if str(key) not in typed]
    own = [choices for override in given if (choices := _single_values(override))]
    if not own:
        return
    try:
        compose([choices[0] for choices in values + own])
        _check_further(values + own, compose)
    except ConfigurationError as error:
        raise ConfigurationError(f"the parameters of the search do not fit: {error}") from error


def _check_further(values: list[list[str]], compose: Composer) -> None:
    """Compose each value behind the first of its sweep, along with the first ones of the others."""
    first = [choices[0] for choices in values]
    for place, choices in enumerate(values):
        for choice in choices[1:]:
            compose([*first[:place], choice, *first[place + 1 :]])


def _parsed(text: str) -> Override | None:
    try:
        return OverridesParser.create().parse_override(text)
    except HydraException:
        return None


def _single_values(text: str) -> list[str]:
    """Return an override once for each of its values; none where only the sweeper knows them."""
    override = _parsed(text)
    if override is None or not override.is_sweep_override():
        return [text]
    sweep = override.value()
    if isinstance(sweep, IntervalSweep):
        # Whole ends may be meant for whole numbers.
        ends = (int(end) if end is not None and float(end).is_integer() else end for end in (sweep.start, sweep.end))
        return [f"{override.get_key_element()}={end}" for end in ends]
    if override.value_type not in _LISTED:
        return []
    values = itertools.islice(
        override.sweep_string_iterator(), _CHECKED_OF_A_RANGE if override.is_range_sweep() else None
    )
    return [f"{override.get_key_element()}={value}" for value in values]
