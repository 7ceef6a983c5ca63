"""What a search will do, checked before it costs any time."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import optuna
from omegaconf import DictConfig
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler
from sqlalchemy.engine import URL

from textops.search.parameters import SearchSpace, read_search_space, without_sweeps
from textops.search.sampling import make_pruner, make_sampler
from textops.search.settings import SearchSettings, read_search_settings
from textops.search.storage import open_storage, storage_address, storage_errors
from textops.training.configuration import compose_configuration

_SEVERAL_RUNS = {"-m", "--multirun"}


@dataclass(frozen=True)
class SearchPlan:
    """A search that can begin.

    Attributes:
        settings: Section `search` of the configuration.
        space: What is searched, and what is not.
        sampler: Chooses the values.
        pruner: Tells which trials are not worth going on.
        address: Of the storage.
    """

    settings: SearchSettings
    space: SearchSpace
    sampler: BaseSampler
    pruner: BasePruner
    address: URL


def plan_search(configuration: DictConfig, arguments: Sequence[str]) -> SearchPlan:
    """Read what a search will do.

    Args:
        configuration: Composed without the parameters.
        arguments: Overrides of the command line.

    Raises:
        ConfigurationError: If a setting or a parameter cannot work.
    """
    settings = read_search_settings(configuration)
    space = read_search_space(arguments, configuration)
    sampler, pruner = make_sampler(configuration), make_pruner(configuration)
    return SearchPlan(settings, space, sampler, pruner, storage_address(settings.storage))


def check_search(arguments: Sequence[str]) -> None:
    """Check a search before anything costly is loaded: its settings, its parameters, its storage and its study.

    Args:
        arguments: Flags and overrides of the command line, each of which fits.

    Raises:
        ConfigurationError: If the search cannot begin.
    """
    from textops.search.study import check_study

    typed = [argument for argument in arguments if not argument.startswith("-")]
    if not {argument for argument in arguments if argument.startswith("-")} <= _SEVERAL_RUNS:
        # What other flags do, Hydra alone knows; and the sweeper checks the same again.
        return
    plan = plan_search(compose_configuration(without_sweeps(typed)), typed)
    if plan.address.get_backend_name() == "sqlite" and not Path(str(plan.address.database)).is_file():
        return
    storage = open_storage(plan.address)
    with storage_errors(plan.address):
        if plan.settings.study in optuna.get_all_study_names(storage):
            check_study(plan, optuna.load_study(study_name=plan.settings.study, storage=storage))
