"""Several runs from one command: each value of a sweep is checked before the first run has cost any time."""

import itertools
from collections.abc import Sequence

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, ValueType
from hydra.errors import HydraException

from textops.training.configuration import compose_configuration

# A range may have any number of values, all of one kind.
_CHECKED_OF_A_RANGE = 2
_LISTED = (ValueType.SIMPLE_CHOICE_SWEEP, ValueType.CHOICE_SWEEP, ValueType.RANGE_SWEEP)


def check_multirun(overrides: Sequence[str]) -> None:
    """Compose as many runs as it takes to see every value of every sweep once, and the first of each range.

    Args:
        overrides: Hydra overrides, such as `model=ngram,lstm` or `seed=range(3)`.

    Raises:
        ConfigurationError: If an override or one of its values does not fit.
    """
    values = [choices for override in overrides if (choices := _single_values(override))]
    first = [choices[0] for choices in values]
    compose_configuration(first)
    for place, choices in enumerate(values):
        for choice in choices[1:]:
            compose_configuration([*first[:place], choice, *first[place + 1 :]])


def _single_values(text: str) -> list[str]:
    """Return an override once for each of its values; none where only the sweeper knows them."""
    try:
        override: Override = OverridesParser.create().parse_override(text)
    except HydraException:
        return [text]
    if not override.is_sweep_override():
        return [text]
    if override.value_type not in _LISTED:
        return []
    values = itertools.islice(
        override.sweep_string_iterator(), _CHECKED_OF_A_RANGE if override.is_range_sweep() else None
    )
    return [f"{override.get_key_element()}={value}" for value in values]
