"""Scores a file of any size: the verb, from its arguments to the output."""

import errno
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
from loguru import logger

from textops.data.nearest import did_you_mean, listed
from textops.errors import ConfigurationError
from textops.files import shown
from textops.registry.store import Registry
from textops.scoring.destination import Destination, destination_of, refuse_lost_files
from textops.scoring.model import ChosenModel, chosen_model
from textops.scoring.part import Part
from textops.scoring.part_scorer import PartScorer, ScoredPart, ScoreTask
from textops.scoring.parts import ReadPart, parts_of
from textops.scoring.plan import plan_of, take_up
from textops.scoring.processes import scored_by_processes, scored_here
from textops.scoring.progress import ScoreProgress
from textops.scoring.settings import ScoreSettings
from textops.scoring.source import Source, opened_source
from textops.scoring.stopping import StoppedError, stoppable
from textops.scoring.text_choice import chosen_text_columns
from textops.scoring.work import GrowingOutput, State, locked, remove_empty

_LINEAR = "ngram"
_LINEAR_ROWS, _OTHER_ROWS = 65_536, 4_096
_SECONDS_BETWEEN_COMMITS = 1.0
# The last: more than the file system, or a limit of the user, lets one file hold.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True)
class Scored:
    """What a run has made.

    Attributes:
        state: Of all rows.
        classes: Names of the classes.
        rows_a_second: Of this run.
        model_seconds: Time of the processors for features and model, in this run.
    """

    state: State
    classes: tuple[str, ...]
    rows_a_second: float
    model_seconds: float


@dataclass(frozen=True)
class _Job:
    """A run, when all is known that it takes.

    Attributes:
        settings: What is asked.
        source: What is read.
        columns: Names of the columns that are read.
        model: Who answers.
        task: What each part is asked.
        most_rows: Most rows of a part.
    """

    settings: ScoreSettings
    source: Source
    columns: tuple[str, ...]
    model: ChosenModel
    task: ScoreTask
    most_rows: int


def score(settings: ScoreSettings, registry: Registry) -> Scored:
    """Score a source and write the answers, or go on with what was begun.

    Args:
        settings: What is asked.
        registry: Where models are.

    Raises:
        TextopsError: If it cannot work, or was stopped.
    """
    destination = destination_of(settings.out)
    model = chosen_model(registry, settings.model, settings.bundle)
    with stoppable(), opened_source(settings) as source:
        refuse_lost_files(destination, (file.path for file in source.files), overwrite=settings.overwrite)
        job = _job(settings, source, destination, model)
        with locked(destination):
            try:
                return _done(job)
            finally:
                remove_empty(destination)


def _job(settings: ScoreSettings, source: Source, destination: Destination, model: ChosenModel) -> _Job:
    names = source.schema.names
    texts = chosen_text_columns(settings.text_columns, model.trained_text_columns(), source.schema)
    for name in settings.keep or ():
        if name not in names:
            raise ConfigurationError(
                f"--keep {name}: there is no such column{did_you_mean(name, names)}: there are {listed(names)}"
            )
    kept = set(names if settings.keep is None else settings.keep)
    columns = tuple(name for name in names if name in kept or name in texts)
    places = tuple(place for place, name in enumerate(columns) if name in kept)
    task = ScoreTask(texts, places, destination, model.scorer, settings.probabilities)
    most_rows = settings.batch_size or (_LINEAR_ROWS if model.manifest.encoder == _LINEAR else _OTHER_ROWS)
    return _Job(settings, source, columns, model, task, most_rows)


def _done(job: _Job) -> Scored:
    destination = job.task.destination
    plan = plan_of(job.source, job.task, job.model, job.most_rows)
    goes_on = take_up(destination, plan, overwrite=job.settings.overwrite)
    output = GrowingOutput(destination)
    if goes_on:
        logger.info("Going on with {} behind row {:,}", shown(destination.path), output.state.rows)
    try:
        return _written(job, output)
    except StoppedError as error:
        output.commit()
        error.args = (
            f"stopped behind row {output.state.rows:,}: run the same command again to go on, nothing is lost",
        )
        raise
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise ConfigurationError(
            f"{destination.path} cannot be written ({os.strerror(error.errno or 0)}): make room, then run the same "
            "command again to go on"
        ) from error
    finally:
        output.close()


def _answers(job: _Job, parts: Iterator[ReadPart]) -> Iterator[tuple[ScoredPart, int]]:
    settings, bundle, task = job.settings, job.model.folder, job.task
    if settings.engine == "ray":
        from textops.scoring.ray_engine import scored_by_ray

        return scored_by_ray(parts, settings.processes, settings.ray_address, bundle, task)
    processes = settings.processes or _processors()
    return scored_here(parts, bundle, task) if processes == 1 else scored_by_processes(parts, processes, bundle, task)


def _written(job: _Job, output: GrowingOutput) -> Scored:
    source, begun = job.source, output.state.rows
    model_seconds = 0.0
    committed = time.monotonic()
    with ScoreProgress(source.total, begun if source.is_counted_in_rows else 0, begun) as progress:
        for part, reached in _answers(job, parts_of(source, job.columns, job.task.text_columns, begun, job.most_rows)):
            output.append(part)
            model_seconds += part.model_seconds
            progress.advance(output.state.rows, reached)
            if time.monotonic() - committed >= _SECONDS_BETWEEN_COMMITS:
                output.commit()
                committed = time.monotonic()
        if output.state.bytes == 0:
            # Also where there is no row, there are columns.
            schema = pa.schema([source.schema.field(name) for name in dict.fromkeys(job.columns)])
            output.append(PartScorer(job.model.folder, job.task).score(Part(1, schema.empty_table(), None, None)))
        output.finish()
    return Scored(output.state, job.model.manifest.classes, progress.rows_a_second, model_seconds)


def _processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
