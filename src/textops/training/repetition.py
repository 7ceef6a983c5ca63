"""A training repeated from the configuration that it left: `textops train --from-run`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.types import Override
from loguru import logger
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from textops.data.manifest import DatasetManifest
from textops.errors import ConfigurationError
from textops.installation import configuration_folders
from textops.training.configuration import completed, unresolved_configuration
from textops.training.derivation import filled, linked, take_over
from textops.training.override_check import check_override, flat, is_choice, is_group, parse_overrides
from textops.training.overrides import quoted
from textops.training.saved_configuration import (
    SavedConfiguration,
    as_container,
    is_hidden,
    read_saved,
    with_other_folder,
    without_search,
)

KEY = "from_run"
# A saved configuration without one of these was made without it.
_OPTIONAL = frozenset({"logger", "callbacks", "profiler", "experiment", "search", "debug"})
_EXPERIMENT = "experiment"
# What the choice of a trainer is about; the rest says how long to train, and how.
_OF_A_MACHINE = frozenset(
    {"accelerator", "devices", "strategy", "num_nodes", "precision", "deterministic", "gradient_clip_algorithm"}
)
_SHOWN_OF_A_FINGERPRINT = 12


def compose_repetition(saved: SavedConfiguration, overrides: Sequence[str] = (), run: Path | None = None) -> DictConfig:
    """Compose the configuration of a training that is made once more.

    What today's files would derive from other settings is derived again where that gave the saved value, so that an
    override reaches all that hangs on it. What is new since then has its present default.

    Args:
        saved: What the training was made with.
        overrides: Hydra overrides that come on top.
        run: Folder of the run; by default a new one below `paths.outputs`, named after the present time.

    Raises:
        ConfigurationError: If an override does not fit, or the configuration does not fit this version.
    """
    parsed = parse_overrides([quoted(override) for override in overrides])
    own = [override for override in parsed if not _is_hydras(override)]
    choices = [override for override in own if is_choice(override, configuration_folders())]
    if any(override.key_or_group.partition("/")[0] == "search" for override in choices):
        raise ConfigurationError("a search begins with files and not with a run: leave --from-run out")
    configuration = OmegaConf.create(_today(saved, choices))
    _apply(configuration, [override for override in own if override not in choices])
    configuration[KEY] = {"folder": str(saved.folder), "fingerprint": None if _changes_data(own) else saved.fingerprint}
    OmegaConf.set_struct(configuration, True)  # noqa: FBT003 (OmegaConf's signature)
    configuration = completed(configuration, run)
    for key, value in flat(as_container(configuration)).items():
        if is_hidden(value):
            raise ConfigurationError(f"{key} was a secret and not saved: give it, {key}=...")
    return configuration


def repeated(configuration: DictConfig) -> DictConfig:
    """Return the configuration of the run that a Hydra application shall repeat, else the configuration as it is."""
    if KEY not in configuration or not isinstance(configuration[KEY], str):
        return configuration
    present = HydraConfig.get()
    overrides = [text for text in present.overrides.task if not text.startswith(f"+{KEY}=")]
    return compose_repetition(read_saved(Path(configuration[KEY])), overrides, Path(present.runtime.output_dir))


def hydra_overrides(saved: SavedConfiguration, overrides: Sequence[str]) -> list[str]:
    """Return overrides that Hydra takes whatever the saved configuration holds.

    Hydra still sorts out which value belongs to which run; what it composes itself is of no importance.

    Raises:
        ConfigurationError: If a key shall be left out.
    """
    lenient = []
    for override in parse_overrides([quoted(override) for override in overrides], several=True):
        text = str(override.input_line)
        if override.is_delete():
            raise _nothing_left_out(override)
        plain = _is_hydras(override) or is_group(override, configuration_folders())
        lenient.append(text if plain else f"++{text.lstrip('+')}")
    outputs = saved.content.get("paths", {}).get("outputs")
    place = [] if outputs is None else [quoted(f"paths.outputs={outputs}")]
    # Hydra would save beside the run what it composed, and that is not what the run is made with.
    return [quoted(f"+{KEY}={saved.folder}"), "hydra.output_subdir=null", *place, *lenient]


def warn_of_other_data(configuration: DictConfig, dataset: DatasetManifest) -> None:
    """Say so if the data set is not the one that the repeated training had."""
    origin = configuration.get(KEY)
    if origin is None or origin.fingerprint in {None, dataset.fingerprint}:
        return
    logger.warning(
        "{} is not the data set that {} was trained on: its fingerprint is {}..., it was {}...",
        dataset.name,
        origin.folder,
        dataset.fingerprint[:_SHOWN_OF_A_FINGERPRINT],
        origin.fingerprint[:_SHOWN_OF_A_FINGERPRINT],
    )


def _today(saved: SavedConfiguration, choices: Sequence[Override]) -> dict[str, Any]:
    """Return the saved configuration as today's files would say it, with other choices where some were made."""
    content = with_other_folder(saved.content)
    without_search(content)
    same = _same_choices(content)
    today = _today_without_run(same)
    content = linked(filled(content, today, _OPTIONAL), today, is_hidden)
    if choices:
        groups = {override.key_or_group for override in choices}
        # An experiment brings data and model of its own, which a choice on the command line would keep it from.
        kept = [] if _EXPERIMENT in groups else same
        changed = _today_without_run([*kept, *(str(override.input_line) for override in choices)])
        if _EXPERIMENT in groups:
            groups |= {"data", "model"}
        trainer = dict(content["trainer"])
        take_over(content, today, changed, frozenset(groups))
        if "trainer" in groups:
            content["trainer"] = _elsewhere(trainer, changed["trainer"])
    return content


def _today_without_run(choices: Sequence[str]) -> dict[str, Any]:
    content = unresolved_configuration(choices)
    # Only a Hydra application knows the folder of its run.
    content["paths"]["run"] = ""
    return content


def _elsewhere(trainer: dict[str, Any], chosen: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a trainer on another machine: it trains where the choice says, and as long as before."""
    kept = {key: value for key, value in trainer.items() if key not in _OF_A_MACHINE}
    return {**chosen, **kept}


def _same_choices(content: dict[str, Any]) -> list[str]:
    """Return the choices that are still there under the names that the configuration has for them."""
    names = {group: content[group].get("name") for group in ("data", "model")}
    return [
        f"{group}={name}"
        for group, name in names.items()
        if name and any((folder / group / f"{name}.yaml").is_file() for folder in configuration_folders())
    ]


def _apply(configuration: DictConfig, overrides: Sequence[Override]) -> None:
    try:
        values = as_container(configuration)
    except OmegaConfBaseException:
        # An override may be what is missing.
        values = as_container(configuration, resolve=False)
    for override in overrides:
        check_override(override, values)
        if override.is_delete():
            raise _nothing_left_out(override)
        OmegaConf.update(configuration, override.key_or_group, override.value(), force_add=True)


def _nothing_left_out(override: Override) -> ConfigurationError:
    key = override.key_or_group
    instead = f"take another choice of {key}" if is_group(override, configuration_folders()) else f"set {key}=null"
    return ConfigurationError(f"--from-run takes no {override.input_line}: {instead}")


def _is_hydras(override: Override) -> bool:
    return bool(override.key_or_group.startswith(("hydra.", "hydra/")))


def _changes_data(overrides: Sequence[Override]) -> bool:
    return any(override.key_or_group.partition(".")[0] in {"data", "experiment"} for override in overrides)
