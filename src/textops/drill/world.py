"""A world for the drill: a past that the model learns from, and a future that it has not seen."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loguru import logger
from omegaconf import DictConfig

from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.errors import DataError
from textops.evaluation.evidence import gather_evidence, held_out_of
from textops.files import write_text
from textops.installation import configuration_folder
from textops.optimization.bundling import build_bundle
from textops.registry import PRODUCTION, Registry, Version, promote
from textops.simulation.pool import LabelledText, labelled_texts
from textops.training.configuration import compose_configuration
from textops.training.source import dataset_folder, source_of
from textops.training.train import train

_FUTURE_SHARE = 0.5
# Of the future: before the drift, until the model is mended, and after.
_NORMAL_SHARE, _DRIFTED_SHARE = 0.25, 0.5
_FEWEST_TEXTS = 120
_TEST_SHARE, _VAL_SHARE = 0.2, 0.1
_POSITIONS = 1 << 32


@dataclass(frozen=True)
class World:
    """What the drill is played in.

    Attributes:
        folder: Everything lies here: data, registry, prediction log.
        version: The model that was trained on the past, in production.
        normal: Texts of the future that are sent before the drift.
        drifted: Texts that are sent, changed, until the model is mended.
        recovered: Texts that are sent, changed alike, after that: no training has seen them.
    """

    folder: Path
    version: Version
    normal: list[LabelledText]
    drifted: list[LabelledText]
    recovered: list[LabelledText]

    @property
    def registry(self) -> Path:
        """Where the registry lies."""
        return registry_of(self.folder)


def registry_of(folder: Path) -> Path:
    """Return where the registry of a drill lies."""
    return folder / "models" / "registry"


def make_world(folder: Path, overrides: Sequence[str]) -> World:
    """Prepare data, keep half of them back as the future, and bring a model of the other half into production.

    Args:
        folder: An empty folder.
        overrides: Of the configuration: which data, which model.

    Raises:
        DataError: If there are too few texts.
        TextopsError: If a step fails.
    """
    configuration = compose_configuration(overrides)
    source = folder / "source"
    prepare(source_of(configuration), source, force=False)
    past, future = _divided(Dataset.load(source))
    name = str(configuration.data.name)
    _write_past(folder / "past.jsonl", past)
    logger.info("{:,} texts are the past, {:,} the future", len(past), len(future))
    others = [each for each in overrides if not each.startswith(("data=", "data."))]
    version = _released(compose_configuration([*others, *_of_past(folder, name)]), folder)
    first, second = round(_NORMAL_SHARE * len(future)), round((_NORMAL_SHARE + _DRIFTED_SHARE) * len(future))
    return World(folder, version, future[:first], future[first:second], future[second:])


def _divided(dataset: Dataset) -> tuple[list[LabelledText], list[LabelledText]]:
    """Divide all texts; near duplicates stay together, and both halves are in no particular order."""
    if dataset.manifest.source.separator is not None:
        raise DataError(
            f"texts of {dataset.manifest.name} have several labels, and the drill plays with one: take others"
        )
    placed: list[tuple[float, float, LabelledText]] = []
    for split in ("train", "val", "test"):
        examples = dataset.examples(split)
        if len(labelled_texts(examples, dataset.answers.names)) != len(examples):
            raise DataError(f"{dataset.folder} holds blank texts: prepare it again")
        texts = labelled_texts(examples, dataset.answers.names)
        for each, group, identifier in zip(texts, examples.groups, examples.ids, strict=True):
            placed.append((_position(f"future {group}"), _position(f"order {identifier}"), each))
    placed.sort(key=lambda place: place[1])
    future = [each for place, _, each in placed if place < _FUTURE_SHARE]
    past = [each for place, _, each in placed if place >= _FUTURE_SHARE]
    if min(len(past), len(future)) < _FEWEST_TEXTS:
        raise DataError(
            f"{dataset.manifest.name} has {len(placed):,} texts, a drill needs {2 * _FEWEST_TEXTS:,}: take other data"
        )
    return past, future


def _position(name: str) -> float:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "little") / _POSITIONS


def _write_past(path: Path, past: Sequence[LabelledText]) -> None:
    lines = (json.dumps({"text": each.text, "label": each.label}, ensure_ascii=False) for each in past)
    write_text(path, "\n".join(lines) + "\n")


def _of_past(folder: Path, name: str) -> list[str]:
    """Return the overrides for the past as one's own data, and for a life below the folder."""
    return [
        "data=csv",
        f"data.name={name}",
        f"data.paths={folder / 'past.jsonl'}",
        "data.text_columns=[text]",
        "data.label_column=label",
        f"data.split.train={1 - _VAL_SHARE - _TEST_SHARE:.2f}",
        f"data.split.test={_TEST_SHARE}",
        f"data.split.val={_VAL_SHARE}",
        f"paths.processed={folder / 'data' / 'processed'}",
        f"paths.tokens={folder / 'data' / 'tokens'}",
        f"paths.outputs={folder / 'outputs'}",
        f"paths.latest={folder / 'models' / 'latest'}",
    ]


def _released(configuration: DictConfig, folder: Path) -> Version:
    """Train, evaluate, register, and promote through the gate."""
    run = train(configuration)
    judged = build_bundle(run)
    registry = Registry(registry_of(folder))
    version = registry.register(judged.bundle)
    held_out = held_out_of(Dataset.load(dataset_folder(configuration)))
    promote(
        registry,
        str(version),
        PRODUCTION,
        held_out,
        evidence=gather_evidence(version, held_out, configuration_folder() / "behaviour"),
    )
    return version
