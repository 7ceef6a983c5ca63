"""Settings of an evaluation that differ from those the run was trained with."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from textops.data.nearest import did_you_mean
from textops.errors import ConfigurationError
from textops.evaluation.behaviour import BehaviourSettings
from textops.evaluation.decision_rule import DecisionSettings
from textops.evaluation.robustness import RobustnessSettings
from textops.evaluation.slices import SliceSettings
from textops.training.override_check import check_override, parse_overrides
from textops.training.overrides import quoted
from textops.training.run import Run
from textops.training.settings import settings_of

_SECTIONS = ("behaviour", "decision", "review", "robustness", "slices")


def with_settings(run: Run, overrides: Sequence[str], others: Sequence[Path] = ()) -> Run:
    """Return a run whose configuration says how it is to be evaluated.

    Args:
        run: A finished run; its folder is left as it is.
        overrides: Such as `robustness.examples=100`; of behaviour, decision, review, robustness and slices.
        others: Folders of other data sets; they are added to `robustness.others`.

    Raises:
        ConfigurationError: If one is of another section, unknown, or has a value that it cannot have.
    """
    known = {
        "decision": DecisionSettings().model_dump(mode="json"),
        "behaviour": BehaviourSettings().model_dump(mode="json"),
        "robustness": RobustnessSettings().model_dump(mode="json"),
        "slices": SliceSettings().model_dump(mode="json"),
        "review": OmegaConf.to_container(run.configuration.review, resolve=True),
    }
    configuration = run.configuration.copy()
    for override in parse_overrides([quoted(text) for text in overrides]):
        section = override.key_or_group.partition(".")[0]
        if section not in _SECTIONS or "." not in override.key_or_group:
            hint = did_you_mean(section, _SECTIONS) or f": it takes {', '.join(_SECTIONS)}"
            raise ConfigurationError(f"evaluate cannot set {override.key_or_group}, the model is trained already{hint}")
        check_override(override, known)
        value: Any = override.value()
        OmegaConf.update(configuration, override.key_or_group, value, force_add=True)
    folders = [*settings_of(configuration).robustness.others, *map(str, others)]
    OmegaConf.update(configuration, "robustness.others", folders, force_add=True)
    return dataclasses.replace(run, configuration=configuration)
