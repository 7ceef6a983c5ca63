"""What a training is made of: code, environment, data, configuration; without secrets."""

import os
import platform
import sys
from typing import Any

import torch
from omegaconf import DictConfig, OmegaConf

from textops.data.configuration import SPLITS
from textops.data.manifest import DatasetManifest
from textops.installation import install_groups
from textops.training.commit import current_commit, uncommitted_changes
from textops.training.tracking.hiding import without_secrets
from textops.training.tracking.records import Facts

_GROUPS_THAT_MATTER = ("base", "train", "experiments", "pretrained")


def gather_facts(name: str, configuration: DictConfig, dataset: DatasetManifest) -> Facts:
    """Gather what can be known before a training begins.

    Args:
        name: Of the model.
        configuration: Of the run.
        dataset: What the run is trained on.
    """
    container = OmegaConf.to_container(configuration, resolve=True)
    return Facts(
        name=name,
        configuration=without_secrets({str(key): value for key, value in dict(container).items()}),  # type: ignore[arg-type]
        sections={"git": _git(), "environment": _environment(), "dataset": dataset_facts(dataset)},
    )


def dataset_facts(dataset: DatasetManifest) -> dict[str, Any]:
    """Return name, fingerprint and counts of a data set: what it is, and none of its texts."""
    return {
        "name": dataset.name,
        "fingerprint": dataset.fingerprint,
        "classes": list(dataset.classes),
        "examples": {split: dataset.examples(split) for split in SPLITS},
        "counts": {split: dict(dataset.counts[split]) for split in SPLITS},
        "split": dataset.split.rule,
        "duplicates": dataset.duplicates.exact,
        "median_characters": dataset.text_length.median,
    }


def _git() -> dict[str, Any]:
    commit = current_commit()
    return {
        "commit": None if commit is None else commit.removesuffix("-dirty"),
        "dirty": None if commit is None else commit.endswith("-dirty"),
        "changes": uncommitted_changes(),
    }


def _environment() -> dict[str, Any]:
    groups = install_groups()
    packages = [package for group in _GROUPS_THAT_MATTER for package in groups.get(group, [])]
    affinity = getattr(os, "sched_getaffinity", None)
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "processors": len(affinity(0)) if affinity else os.cpu_count(),
        "gpus": [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())],
        "threads": torch.get_num_threads(),
        "interpreter": sys.implementation.name,
        "packages": {package.name: package.installed for package in packages if package.installed},
    }
