"""What a search came to: the best trial, its run, and the command that repeats it."""

import json
import shlex
from collections import Counter
from pathlib import Path
from typing import Any, cast

import optuna
from loguru import logger
from omegaconf import DictConfig, OmegaConf
from optuna.trial import FrozenTrial, TrialState

from textops.errors import ConfigurationError
from textops.files import shown, write_text
from textops.search.parameters import SearchSpace
from textops.search.settings import SearchSettings
from textops.search.storage import shown_address, storage_address
from textops.search.trials import FOLDER, MACHINE, MESSAGE, best_trial, counted
from textops.training.configuration import compose_configuration
from textops.training.override_check import flat
from textops.training.overrides import quoted

RESULTS = "optimization_results"

# What belongs to the search or to one run of it, and to no repetition.
_NOT_REPEATED = ("search", "callbacks.pruning", "paths.run", "hydra")


def finish_search(configuration: DictConfig, settings: SearchSettings, space: SearchSpace, study: optuna.Study) -> None:
    """Say what a search came to, write it down, and let `paths.latest` lead to the best run.

    Raises:
        ConfigurationError: If no trial came through.
    """
    trials = counted(study.get_trials(deepcopy=False))
    best = best_trial(trials, study.direction)
    if best is None:
        messages = [trial.user_attrs[MESSAGE] for trial in trials if MESSAGE in trial.user_attrs]
        said = f"; the last one said: {messages[-1]}" if messages else ""
        raise ConfigurationError(f"none of the {len(trials)} trials of {settings.study} came through{said}")
    command = repeating_command(space, best)
    counts = Counter(trial.state for trial in trials)
    folder = Path(str(configuration.hydra.sweep.dir))
    _write(folder, settings, best, command, counts)
    logger.success(
        "{}: {} trials came through, {} were stopped early, {} failed",
        settings.study,
        counts[TrialState.COMPLETE],
        counts[TrialState.PRUNED],
        counts[TrialState.FAIL],
    )
    logger.success("Best: trial {} with {} {:.4f}", best.number, settings.metric, best.value)
    if point_to_best(configuration, best):
        logger.info("{} points to it: {}", configuration.paths.latest, shown(Path(best.user_attrs[FOLDER])))
    else:
        logger.info("Its run is not here but in {} of {}", best.user_attrs[FOLDER], best.user_attrs.get(MACHINE))
    logger.info("The same training again: {}", command)
    logger.info("Figures and a table: textops report search --study {}", shlex.quote(settings.study))


def point_to_best(configuration: DictConfig, best: FrozenTrial) -> bool:
    """Let `paths.latest` lead to the run of the best trial; False if that lies on another machine."""
    from textops.training.run import RECORD_FILE, point_latest

    folder = Path(best.user_attrs.get(FOLDER, ""))
    if not (folder / RECORD_FILE).is_file():
        return False
    point_latest(Path(str(configuration.paths.latest)), folder)
    return True


def repeating_command(space: SearchSpace, best: FrozenTrial) -> str:
    """Return the command of one training that does what a trial did.

    What the search's own file sets beside the parameters is found by composing both, and written out.
    """
    values = [part.override(best.params[part.name]) for part in space.parameters]
    typed = [text for text in space.fixed if text.partition("=")[0].split(".")[0].split("/")[0] not in _NOT_REPEATED]
    searched = compose_configuration([*space.fixed, *values], Path("run"))
    if not any(text.startswith("model=") for text in [*typed, *values]):
        typed.insert(0, f"model={searched.model.name}")
    wanted, plain = (_flat(part) for part in (searched, compose_configuration([*typed, *values], Path("run"))))
    changed = [
        f"{key}={_written(value)}"
        for key, value in wanted.items()
        if plain.get(key, value) != value and not isinstance(value, dict) and not key.startswith(_NOT_REPEATED)
    ]
    return shlex.join(["textops", "train", *map(quoted, [*typed, *values, *changed])])


def _flat(configuration: DictConfig) -> dict[str, Any]:
    return flat(cast("dict[str, Any]", OmegaConf.to_container(configuration, resolve=True)))


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | bool | None) else str(value)


def _write(
    folder: Path, settings: SearchSettings, best: FrozenTrial, command: str, counts: "Counter[TrialState]"
) -> None:
    """Write the results as Hydra's own Optuna sweeper names them, and as JSON with all there is to say."""
    short = {"name": "optuna", "best_params": best.params, "best_value": best.value}
    write_text(folder / f"{RESULTS}.yaml", OmegaConf.to_yaml(OmegaConf.create(short)))
    document = {
        "study": settings.study,
        "storage": shown_address(storage_address(settings.storage)),
        "metric": settings.metric,
        "direction": settings.direction,
        "trials": {state.name.lower(): count for state, count in sorted(counts.items())},
        "best": {
            "trial": best.number,
            "value": best.value,
            "params": best.params,
            "run": best.user_attrs.get(FOLDER),
            "machine": best.user_attrs.get(MACHINE),
            "command": command,
        },
    }
    write_text(folder / f"{RESULTS}.json", json.dumps(document, ensure_ascii=False, indent=2) + "\n")
