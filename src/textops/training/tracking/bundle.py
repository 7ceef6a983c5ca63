"""The bundle of a run, told to the trackers that saw the training."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hydra.utils import get_class
from loguru import logger
from omegaconf import DictConfig, OmegaConf

from textops.bundle import MANIFEST_FILE, Manifest
from textops.errors import ConfigurationError
from textops.training.assembly import make_loggers
from textops.training.run import Run
from textops.training.tracking.memory import remember, remembered
from textops.training.tracking.names import artifact_name
from textops.training.tracking.records import Artifact
from textops.training.tracking.tracker import Tracker


def record_bundle(run: Run, manifest: Manifest, figures: Mapping[str, Path]) -> None:
    """Tell the trackers of a run about its bundle, into the same runs that they had for the training.

    The bundle is there already: what a tracker cannot take is a warning and no error.

    Args:
        run: An evaluated run.
        manifest: Of its bundle.
        figures: PNG by name, such as `test/confusion_matrix`.
    """
    try:
        known = remembered(run.folder)
        trackers = _trackers_of(run)
    except ConfigurationError as error:
        logger.warning("no tracker hears of the bundle: {}", error)
        return
    for tracker in trackers:
        try:
            tracker.open(known.get(tracker.kind))
        except ConfigurationError as error:
            logger.warning("a tracker does not hear of the bundle: {}", error)
            continue
        if tracker.run_id:
            known[tracker.kind] = tracker.run_id
        _record(tracker, run.bundle, manifest, figures)
    remember(run.folder, known)


def _record(tracker: Tracker, bundle: Path, manifest: Manifest, figures: Mapping[str, Path]) -> None:
    succeeded = False
    try:
        tracker.record_summary(
            {
                f"test/{name}{part}": value
                for name, metric in manifest.metrics.items()
                for part, value in (("", metric.value), ("_low", metric.low), ("_high", metric.high))
            }
        )
        if tracker.takes_figures:
            for name, path in figures.items():
                tracker.record_figure(name, path, None)
        tracker.record_artifact(bundle_artifact(bundle, manifest))
        succeeded = True
    finally:
        ending = tracker.close(succeeded=succeeded)
        if ending:
            logger.info("{}", ending)


def bundle_artifact(bundle: Path, manifest: Manifest) -> Artifact:
    """Return a bundle as trackers keep it, with its metrics."""
    known: dict[str, Any] = manifest.model_dump(mode="json", exclude={"files"})
    return Artifact(
        name=artifact_name("model", manifest.name),
        kind="model",
        metadata=known,
        files={name: bundle / name for name in sorted([MANIFEST_FILE, *manifest.files])},
        aliases=("latest", "evaluated"),
    )


def _trackers_of(run: Run) -> list[Tracker]:
    """Make the trackers of a run's configuration again, for the folder where the run lies now."""
    kept: dict[str, Any] = {}
    for name, part in (run.configuration.get("logger") or {}).items():
        if isinstance(part, DictConfig) and _is_tracker(part):
            moved = {"folder": str(run.folder)} if "folder" in part else {}
            kept[str(name)] = OmegaConf.merge(part, moved)
    return [part for part in make_loggers(OmegaConf.create({"logger": kept})) if isinstance(part, Tracker)]


def _is_tracker(part: DictConfig) -> bool:
    try:
        return issubclass(get_class(str(part.get("_target_"))), Tracker)
    except (ImportError, ValueError) as error:
        raise ConfigurationError(f"the run's logger cannot be made: {str(error).splitlines()[0]}") from error
