"""Running a search: one trial after the other, until the study has as many as it should."""

import itertools
import logging
import math
import socket
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import optuna
from hydra.plugins.launcher import Launcher
from loguru import logger
from omegaconf import DictConfig
from optuna.exceptions import ExperimentalWarning, StorageInternalError
from optuna.storages import RDBStorage, fail_stale_trials
from optuna.trial import FrozenTrial, Trial, TrialState
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from textops.errors import TextopsError
from textops.search.heartbeat import heartbeat
from textops.search.parameters import SearchSpace, Value
from textops.search.plan import plan_search
from textops.search.process_identity import process_identity
from textops.search.results import finish_search, point_to_best
from textops.search.settings import SearchSettings
from textops.search.storage import open_storage, patiently, shown_address, storage_errors
from textops.search.study import open_study
from textops.search.trial import TrialOutcome
from textops.search.trials import (
    DEFAULTS,
    FOLDER,
    MACHINE,
    MESSAGE,
    METRICS,
    PROCESS,
    SURPLUS,
    best_trial,
    counted,
    fail,
    give_back_broken,
    place_of,
    repeat_twin,
    run_again,
    twin_of,
)

_SECONDS_BETWEEN_LOOKS = 1.0


class SearchStoppedError(TextopsError):
    """A search that was asked to stop; its trial waits to be run again."""

    def __init__(self, exit_code: int) -> None:
        super().__init__("the search was stopped: start the same command again, and it goes on")
        self.exit_code = exit_code


def run_search(configuration: DictConfig, arguments: list[str], launcher: Launcher) -> None:
    """Search until the study has its trials, together with whoever else shares it.

    Args:
        configuration: Composed without the parameters, Hydra's own part included.
        arguments: Overrides of the command line.
        launcher: Runs the trials.

    Raises:
        TextopsError: If the search cannot work, was stopped, or no trial came through.
    """
    plan = plan_search(configuration, arguments)
    storage = open_storage(
        plan.address,
        heartbeat=plan.settings.heartbeat,
        again=lambda study, trial: _again(study, trial, plan.settings.retries),
    )
    with storage_errors(plan.address):
        study, made = open_study(plan, storage)
        if made and plan.settings.defaults_first:
            _ask_for_defaults(study, plan.space, configuration)
    # It would say each trial again.
    logging.getLogger(type(launcher).__module__).setLevel(logging.WARNING)
    logger.info("Searching {} in {}", plan.settings.study, shown_address(plan.address))
    _Search(configuration, plan.settings, plan.space, study, storage, plan.address, launcher).run()
    finish_search(configuration, plan.settings, plan.space, study)


def _again(study: optuna.Study, trial: FrozenTrial, most: int) -> None:
    if run_again(study, trial, most):
        logger.warning("trial {} was broken off: its values will be tried again", trial.number)


def _ask_for_defaults(study: optuna.Study, space: SearchSpace, configuration: DictConfig) -> None:
    defaults = space.defaults(configuration)
    if len(defaults) == len(space.parameters):
        study.enqueue_trial(dict(defaults), user_attrs={DEFAULTS: True})


@dataclass(frozen=True)
class _Search:
    configuration: DictConfig
    settings: SearchSettings
    space: SearchSpace
    study: optuna.Study
    storage: RDBStorage
    address: URL
    launcher: Launcher

    def run(self) -> None:
        """Run trials until there are enough, and wait for those of other processes: they may break off."""
        started = time.monotonic()
        told = False
        while True:
            with storage_errors(self.address):
                for number in give_back_broken(self.study, self.settings.retries):
                    logger.warning("trial {} was broken off: its values will be tried again", number)
                with _quiet():
                    fail_stale_trials(self.study)
                trials = counted(self.study.get_trials(deepcopy=False))
            states = [trial.state for trial in trials]
            late = self.settings.seconds is not None and time.monotonic() - started >= self.settings.seconds
            if late:
                logger.info("No more trials: {} seconds are over", self.settings.seconds)
                return
            if len(trials) < self.settings.trials or TrialState.WAITING in states:
                self._run_one()
            elif TrialState.RUNNING in states:
                if not told:
                    logger.info("Waiting for {} trials of other processes", states.count(TrialState.RUNNING))
                told = True
                time.sleep(_SECONDS_BETWEEN_LOOKS)
            else:
                return

    def _run_one(self) -> None:
        with storage_errors(self.address):
            with _quiet():
                trial = self.study.ask()
            with heartbeat(self.storage, trial, self.settings.heartbeat):
                outcome = self._outcome_or_note(trial)
                if outcome is not None:
                    self._record(trial, outcome)

    def _outcome_or_note(self, trial: Trial) -> TrialOutcome | None:
        """Run a trial, and leave word in the storage where that ends the search."""
        try:
            return self._outcome(trial)
        except (SQLAlchemyError, StorageInternalError):
            # There is nowhere to leave word; the next process sees that this one has gone.
            raise
        except Exception as error:
            # A mistake of ours: the same values would bring the same traceback.
            trial.set_user_attr(MESSAGE, f"{type(error).__name__}: {error}")
            fail(self.study, trial.number)
            raise
        except BaseException:
            # Ctrl-C: nothing was learned about these values.
            self._give_back(trial)
            raise

    def _outcome(self, trial: Trial) -> TrialOutcome | None:
        """Train with the values of a trial; None where there is nothing to record."""
        trial.set_user_attr(PROCESS, process_identity())
        trial.set_user_attr(MACHINE, socket.gethostname())
        place = place_of(trial.number, self.study.get_trials(deepcopy=False))
        if place > self.settings.trials:
            # Two processes may both have seen that one was left.
            trial.set_user_attr(SURPLUS, value=True)
            fail(self.study, trial.number)
            return None
        values = {part.name: part.suggest(trial) for part in self.space.parameters}
        twin = twin_of(trial.number, dict(values), self.study.get_trials(deepcopy=False))
        if twin is not None:
            repeat_twin(self.study, trial, twin)
            logger.info("Trial {} would repeat trial {}: its end is known", trial.number, twin.number)
            return None
        folder = _free_folder(Path(str(self.configuration.hydra.sweep.dir)), trial.number)
        trial.set_user_attr(FOLDER, str(folder))
        logger.info("Trial {} ({} of {}): {}", trial.number, place, self.settings.trials, _shown(values))
        overrides = [
            *self.space.fixed,
            *(part.override(values[part.name]) for part in self.space.parameters),
            f"search.trial={trial.number}",
            f"hydra.sweep.subdir={folder.name}",
        ]
        (job,) = self.launcher.launch([overrides], initial_job_idx=trial.number)
        outcome: TrialOutcome = job.return_value
        return outcome

    def _give_back(self, trial: Trial) -> None:
        if fail(self.study, trial.number):
            run_again(self.study, self.study.get_trials(deepcopy=False)[trial.number])

    def _record(self, trial: Trial, outcome: TrialOutcome) -> None:
        """Write the end of a trial into the storage, and let `paths.latest` lead to the best run so far."""
        if outcome.exit_code is not None:
            self._give_back(trial)
            raise SearchStoppedError(outcome.exit_code)
        value, message = self._value(trial, outcome), outcome.message
        if message is None and outcome.pruned is None and (value is None or not math.isfinite(value)):
            message = f"{self.settings.metric} is {value}"
        if message is not None:
            patiently(lambda: trial.set_user_attr(MESSAGE, message))
            ending = TrialState.FAIL
            logger.warning("Trial {} failed: {}", trial.number, message)
        elif outcome.pruned is not None:
            ending = TrialState.PRUNED
            logger.info("Trial {} was stopped: {}", trial.number, outcome.pruned)
        else:
            ending = TrialState.COMPLETE
        # Finished already where this process was silent for too long, and another one has given it up.
        values = value if ending is TrialState.COMPLETE else None
        patiently(lambda: self.study.tell(trial, values, state=ending, skip_if_finished=True))
        best = best_trial(self.study.get_trials(deepcopy=False), self.study.direction)
        if best is not None:
            point_to_best(self.configuration, best)
        if best is not None and ending is TrialState.COMPLETE:
            standing = (
                "the best so far" if best.number == trial.number else f"best {best.value:.4f}, trial {best.number}"
            )
            logger.info("Trial {}: {} {:.4f} ({})", trial.number, self.settings.metric, value, standing)

    def _value(self, trial: Trial, outcome: TrialOutcome) -> float | None:
        """Return what is judged: what the training came to, or another figure of the same checkpoint."""
        if self.settings.metric == "val/loss" or outcome.value is None:
            return outcome.value
        metrics = self.study.get_trials(deepcopy=False)[trial.number].user_attrs.get(METRICS, {})
        value: float | None = metrics.get(self.settings.metric)
        return value


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out what Optuna says at every trial: that heartbeats may change, and want `Study.optimize`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        warnings.filterwarnings("ignore", message="Heartbeat of storage")
        yield


def _free_folder(parent: Path, number: int) -> Path:
    """Return a folder for a run: named after the trial, or with a letter behind it where an older search lies."""
    names = itertools.chain([str(number)], (f"{number}-{again}" for again in itertools.count(2)))
    return next(parent / name for name in names if not (parent / name).exists())


def _shown(values: Mapping[str, Value]) -> str:
    return ", ".join(
        f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}" for name, value in values.items()
    )
