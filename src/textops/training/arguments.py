"""The arguments of a training as Hydra takes them, checked before anything costly is loaded."""

from collections.abc import Sequence

from textops.training.configuration import compose_configuration
from textops.training.multirun import check_multirun, wants_search
from textops.training.overrides import quoted

_SEVERAL_RUNS = {"-m", "--multirun"}
_SEARCHES = "--multirun"


def checked_arguments(arguments: Sequence[str]) -> list[str]:
    """Return arguments that Hydra will compose: flags first, and quotation marks where a value needs them.

    Hydra's own errors span a page, so what it will compose is composed here once before. What flags other than
    `--multirun` do to the configuration, Hydra alone knows.

    Args:
        arguments: Overrides and flags as somebody typed them.

    Raises:
        ConfigurationError: If an override, or one value of a multirun, does not fit.
    """
    flags = [argument for argument in arguments if argument.startswith("-")]
    overrides = [quoted(argument) for argument in arguments if not argument.startswith("-")]
    if not flags and wants_search(overrides):
        # A search of one training is none, so it was not meant.
        flags = [_SEARCHES]
    if not flags:
        compose_configuration(overrides)
    elif set(flags) <= _SEVERAL_RUNS:
        check_multirun(overrides)
    # Hydra takes no override behind a flag that stands behind overrides.
    return [*flags, *overrides] if set(flags) <= _SEVERAL_RUNS else [*map(quoted, arguments)]
