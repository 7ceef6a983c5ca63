"""Opening a study: making it, or joining one that searches the same."""

import json
from typing import Any

import optuna
from loguru import logger
from optuna.distributions import BaseDistribution, distribution_to_json
from optuna.exceptions import DuplicatedStudyError
from optuna.storages import RDBStorage

from textops.errors import ConfigurationError
from textops.search.plan import SearchPlan

PARAMETERS = "parameters"
FIXED = "fixed"
METRIC = "metric"
DIRECTION = "direction"

# What may differ between processes and machines that share a study: it changes how fast a trial is, not its value.
_FREE_TO_DIFFER = ("search", "hydra", "paths", "logger", "loader", "profiler", "threads", "name")


def open_study(plan: SearchPlan, storage: RDBStorage) -> tuple[optuna.Study, bool]:
    """Make a study, or join it.

    Returns:
        The study, and whether this process has made it.

    Raises:
        ConfigurationError: If a study of this name searches something else.
    """
    name = plan.settings.study
    try:
        study = optuna.create_study(
            study_name=name,
            storage=storage,
            sampler=plan.sampler,
            pruner=plan.pruner,
            direction=plan.settings.direction,
        )
        made = True
    except DuplicatedStudyError:
        study = optuna.load_study(study_name=name, storage=storage, sampler=plan.sampler, pruner=plan.pruner)
        made = False
    check_study(plan, study)
    for key, value in _description(plan).items():
        if key not in study.user_attrs:
            study.set_user_attr(key, value)
    if not made:
        logger.info("Going on with the search {}, which has {} trials", name, len(study.trials))
    return study, made


def check_study(plan: SearchPlan, study: optuna.Study) -> None:
    """Check that a study searches what is planned; its maker may not have written down all of it yet.

    Raises:
        ConfigurationError: If it searches something else.
    """
    there = {**study.user_attrs, DIRECTION: study.direction.name.lower()}
    for key, value in {**_description(plan), DIRECTION: plan.settings.direction}.items():
        if key in there and there[key] != value:
            raise ConfigurationError(
                f"the search {study.study_name} exists already and has {_difference(key, there[key], value)}: "
                "name this one, search.study=..."
            )


def _description(plan: SearchPlan) -> dict[str, Any]:
    """Return what two processes must agree on."""
    return {
        PARAMETERS: {part.name: _described(part.distribution) for part in plan.space.parameters},
        FIXED: sorted(text for text in plan.space.fixed if _group(text) not in _FREE_TO_DIFFER),
        METRIC: plan.settings.metric,
    }


def _group(override: str) -> str:
    return override.lstrip("+~").partition("=")[0].split(".")[0].split("/")[0]


def _described(distribution: BaseDistribution) -> dict[str, Any]:
    described = json.loads(distribution_to_json(distribution))
    return {"kind": described["name"], **described["attributes"]}


def _difference(what: str, there: object, here: object) -> str:
    if isinstance(there, dict) and isinstance(here, dict):
        keys = [key for key in {**there, **here} if there.get(key) != here.get(key)]
        return f"another {', '.join(keys)}"
    if isinstance(there, list) and isinstance(here, list):
        only = [" ".join(sorted(set(one) - set(other))) or "nothing" for one, other in ((there, here), (here, there))]
        return f"{only[0]} set where {only[1]} is set here"
    return f"{what} {there}, not {here}"
