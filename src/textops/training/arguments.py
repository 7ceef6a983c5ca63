"""The arguments of a training as Hydra takes them, checked before anything costly is loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from omegaconf import DictConfig

from textops.errors import ConfigurationError
from textops.training.configuration import compose_configuration
from textops.training.multirun import check_multirun, wants_search
from textops.training.overrides import quoted

_SEVERAL_RUNS = {"-m", "--multirun"}
_SEARCHES = "--multirun"


@dataclass(frozen=True)
class TrainingRequest:
    """What somebody typed behind `textops train`.

    Attributes:
        overrides: Hydra overrides, with quotation marks where a value needs them.
        flags: Of Hydra.
        typed: Overrides and flags in their order.
    """

    overrides: tuple[str, ...]
    flags: tuple[str, ...]
    typed: tuple[str, ...]

    @classmethod
    def parse(cls, arguments: Sequence[str]) -> "TrainingRequest":
        """Tell overrides and flags apart."""
        typed = tuple(argument if argument.startswith("-") else quoted(argument) for argument in arguments)
        overrides = tuple(argument for argument in typed if not argument.startswith("-"))
        flags = tuple(argument for argument in typed if argument.startswith("-"))
        if not flags and wants_search(overrides):
            # A search of one training is none, so it was not meant.
            flags = (_SEARCHES,)
        return cls(overrides, flags, typed)

    @property
    def known_flags(self) -> bool:
        """Whether all flags are ones whose effect on the configuration is known here."""
        return set(self.flags) <= _SEVERAL_RUNS


def checked_arguments(arguments: Sequence[str], from_run: Path | None = None) -> list[str]:
    """Return arguments that Hydra will compose: flags first, and quotation marks where a value needs them.

    Hydra's own errors span a page, so what it will compose is composed here once before. What flags other than
    `--multirun` do to the configuration, Hydra alone knows.

    Args:
        arguments: Overrides and flags as somebody typed them.
        from_run: Folder of a run or a bundle whose training is repeated.

    Raises:
        TextopsError: If an override, or one value of a multirun, does not fit, or there is nothing to repeat.
    """
    request = TrainingRequest.parse(arguments)
    if from_run is not None:
        return _repeating(request, from_run)
    if not request.flags:
        _composed(request.overrides)
    elif request.known_flags:
        check_multirun(request.overrides, _composed)
    # Hydra takes no override behind a flag that stands behind overrides.
    return [*request.flags, *request.overrides] if request.known_flags else [*request.typed]


def _composed(overrides: Sequence[str]) -> DictConfig:
    configuration = compose_configuration(overrides)
    # Behind the composing, because it loads torch: a typing error is answered at once.
    from textops.training.training_check import check_training

    return check_training(configuration)


def _repeating(request: TrainingRequest, from_run: Path) -> list[str]:
    from textops.training.repetition import compose_repetition, hydra_overrides
    from textops.training.saved_configuration import read_saved
    from textops.training.training_check import check_training

    if not request.known_flags:
        raise ConfigurationError(f"--from-run goes with no other flag than --multirun: {' '.join(request.flags)}")
    saved = read_saved(from_run)
    if request.flags:
        check_multirun(request.overrides, lambda overrides: check_training(compose_repetition(saved, overrides)))
    else:
        check_training(compose_repetition(saved, request.overrides))
    return [*request.flags, *hydra_overrides(saved, request.overrides)]
