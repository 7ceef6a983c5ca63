"""Opening a study: making it, or joining one that searches the same."""

import json
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import optuna
from hydra.errors import InstantiationException
from hydra.utils import instantiate
from loguru import logger
from omegaconf import DictConfig
from optuna.distributions import BaseDistribution, distribution_to_json
from optuna.exceptions import DuplicatedStudyError, ExperimentalWarning
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler
from optuna.storages import RDBStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from textops.errors import ConfigurationError
from textops.search.parameters import SearchSpace
from textops.search.settings import SearchSettings

PARAMETERS = "parameters"
FIXED = "fixed"
METRIC = "metric"

# What may differ between processes and machines that share a study: it changes how fast a trial is, not its value.
_FREE_TO_DIFFER = ("search", "hydra", "paths", "logger", "loader", "profiler", "threads", "name")


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
        reason = str(error.__cause__ or error).splitlines()[0]
        raise ConfigurationError(f"{key} cannot be made: {reason}") from error
    return made


def open_study(
    settings: SearchSettings,
    space: SearchSpace,
    storage: RDBStorage,
    sampler: BaseSampler,
    pruner: BasePruner,
) -> tuple[optuna.Study, bool]:
    """Make a study, or join it.

    Returns:
        The study, and whether this process has made it.

    Raises:
        ConfigurationError: If a study of this name searches something else.
    """
    description = _description(settings, space)
    try:
        study = optuna.create_study(
            study_name=settings.study,
            storage=storage,
            sampler=sampler,
            pruner=pruner,
            direction=settings.direction,
        )
        made = True
    except DuplicatedStudyError:
        study = optuna.load_study(study_name=settings.study, storage=storage, sampler=sampler, pruner=pruner)
        made = False
    present = study.user_attrs
    for key, value in description.items():
        if key in present:
            _check_same(settings.study, key, present[key], value)
        else:
            study.set_user_attr(key, value)
    _check_same(settings.study, "direction", study.direction, StudyDirection[settings.direction.upper()])
    if not made:
        logger.info("Going on with the search {}, which has {} trials", settings.study, len(study.trials))
    return study, made


def _description(settings: SearchSettings, space: SearchSpace) -> dict[str, Any]:
    """Return what two processes must agree on."""
    fixed = (text for text in space.fixed if text.lstrip("+~").partition("=")[0].split(".")[0] not in _FREE_TO_DIFFER)
    return {
        PARAMETERS: {part.name: _described(part.distribution) for part in space.parameters},
        FIXED: sorted(fixed),
        METRIC: settings.metric,
    }


def _described(distribution: BaseDistribution) -> dict[str, Any]:
    described = json.loads(distribution_to_json(distribution))
    return {"kind": described["name"], **described["attributes"]}


def _check_same(study: str, what: str, there: object, here: object) -> None:
    if there == here:
        return
    if isinstance(there, dict) and isinstance(here, dict):
        keys = [key for key in {**there, **here} if there.get(key) != here.get(key)]
        detail = f"another {', '.join(keys)}"
    else:
        detail = f"{what} {there}, not {here}"
    raise ConfigurationError(f"the search {study} exists already and has {detail}: name this one, search.study=...")
