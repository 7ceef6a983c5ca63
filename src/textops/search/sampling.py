"""Choosing values and ending trials early: Optuna's samplers and pruners as the configuration names them."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import optuna
from hydra.errors import InstantiationException
from hydra.utils import instantiate
from omegaconf import DictConfig
from optuna.distributions import BaseDistribution
from optuna.exceptions import ExperimentalWarning
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState

from textops.errors import ConfigurationError


class SeededSampler(BaseSampler):
    """Another sampler, seeded anew for each trial with the seed and the trial's number.

    With the same seed in each of them, processes that share a study would all draw the same values; with another one
    in each, a search could not be repeated.
    """

    def __init__(self, make: Callable[[int], BaseSampler], seed: int) -> None:
        """Wrap what `make` makes of a seed."""
        self._make = make
        self._seed = seed
        self._sampler = make(seed)

    def before_trial(self, study: optuna.Study, trial: FrozenTrial) -> None:
        """Draw from the seed and the number of the trial."""
        (mixed,) = np.random.SeedSequence([self._seed, trial.number]).generate_state(1)
        self._sampler = self._make(int(mixed))
        self._sampler.before_trial(study, trial)

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Ask the sampler which parameters it samples together."""
        return self._sampler.infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Let the sampler sample parameters together."""
        return self._sampler.sample_relative(study, trial, search_space)

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:  # noqa: ANN401 (as Optuna has it)
        """Let the sampler sample one parameter."""
        return self._sampler.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        """Let the sampler note how a trial ended."""
        self._sampler.after_trial(study, trial, state, values)


def make_sampler(configuration: DictConfig) -> BaseSampler:
    """Make the sampler of `search.sampler`; one that takes a seed is seeded for each trial.

    Raises:
        ConfigurationError: If it cannot be made.
    """
    part = configuration.search.sampler
    seed = part.get("seed") if isinstance(part, DictConfig) else None
    if seed is None:
        return _made_sampler(part)
    return SeededSampler(lambda mixed: _made_sampler(part, seed=mixed), int(seed))


def _made_sampler(part: object, **arguments: object) -> BaseSampler:
    made = _made(part, "search.sampler", **arguments)
    if not isinstance(made, BaseSampler):
        raise ConfigurationError(f"search.sampler makes a {type(made).__name__}, which is no optuna sampler")
    return made


def make_pruner(configuration: DictConfig) -> BasePruner:
    """Make the pruner of `search.pruner`.

    Raises:
        ConfigurationError: If it cannot be made.
    """
    made = _made(configuration.search.pruner, "search.pruner")
    if not isinstance(made, BasePruner):
        raise ConfigurationError(f"search.pruner makes a {type(made).__name__}, which is no optuna pruner")
    return made


def _made(part: object, key: str, **arguments: object) -> object:
    if not isinstance(part, DictConfig):
        raise ConfigurationError(f"{key} is {part!r}: choose one with {key.replace('.', '/')}=...")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            made: object = instantiate(part, **arguments)
    except InstantiationException as error:
        reason = str(error.__cause__ or error).splitlines()[0].rstrip(":")
        raise ConfigurationError(f"{key} cannot be made: {reason}") from error
    return made
