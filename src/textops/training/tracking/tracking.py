"""From the beginning of a training to its end: open the trackers, tell them what it is made of, close them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytorch_lightning as pl
from loguru import logger
from omegaconf import DictConfig

from textops.data.dataset import Dataset
from textops.training.tracking.facts import dataset_facts, gather_facts
from textops.training.tracking.memory import remember, remembered
from textops.training.tracking.names import artifact_name
from textops.training.tracking.records import Artifact
from textops.training.tracking.settings import TrackingSettings, tracking_settings_of
from textops.training.tracking.tracker import Tracker


def trackers_of(trainer: pl.Trainer) -> list[Tracker]:
    """Return the loggers of a trainer that take more than curves; none on other ranks than zero."""
    return [part for part in trainer.loggers if isinstance(part, Tracker)] if trainer.is_global_zero else []


@contextmanager
def tracked(trainer: pl.Trainer, configuration: DictConfig, dataset: Dataset) -> Iterator[None]:
    """Keep the trackers open while a training runs in the block.

    Args:
        trainer: Whose loggers they are.
        configuration: Of the run.
        dataset: That is trained on.

    Raises:
        ConfigurationError: If a tracker needs somebody to put something right first.
    """
    trackers = trackers_of(trainer)
    settings = tracking_settings_of(configuration)
    folder = Path(str(configuration.paths.run))
    opened: list[Tracker] = []
    succeeded = False
    try:
        known = remembered(folder) if trackers else {}
        for tracker in trackers:
            tracker.open(known.get(tracker.kind))
            opened.append(tracker)
        remember(folder, {**known, **{tracker.kind: tracker.run_id for tracker in opened if tracker.run_id}})
        if opened:
            _introduce(opened, configuration, dataset, settings)
        yield
        succeeded = True
    finally:
        for tracker in opened:
            ending = tracker.close(succeeded=succeeded)
            if ending:
                logger.info("{}", ending)


def _introduce(
    trackers: list[Tracker], configuration: DictConfig, dataset: Dataset, settings: TrackingSettings
) -> None:
    facts = gather_facts(str(configuration.name), configuration, dataset.manifest)
    artifact = dataset_artifact(dataset, with_files=settings.dataset_files)
    for tracker in trackers:
        tracker.record_facts(facts)
        tracker.record_artifact(artifact)


def dataset_artifact(dataset: Dataset, *, with_files: bool) -> Artifact:
    """Return a data set as trackers keep it: who made it from what, and on request the examples.

    Args:
        dataset: A prepared data set.
        with_files: Whether the files go along, with all texts in them.
    """
    manifest = dataset.manifest
    names = dataset.file_names() if with_files else []
    return Artifact(
        name=artifact_name("dataset", manifest.name),
        kind="dataset",
        metadata=dataset_facts(manifest),
        files={name: dataset.folder / name for name in names},
        aliases=("latest", manifest.fingerprint[:12]),
    )
