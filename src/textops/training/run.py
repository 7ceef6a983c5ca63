"""A run: the folder that a training leaves behind."""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from omegaconf import DictConfig, OmegaConf
from pydantic import BaseModel, ConfigDict, Field
from yaml import YAMLError  # type: ignore[import-untyped]

from textops.bundle import MANIFEST_FILE
from textops.errors import ConfigurationError
from textops.files import write_text
from textops.models.encoder import Encoder
from textops.text.tokenizer import Tokenizer, load_tokenizer
from textops.training.encoder import make_encoder

CONFIGURATION_FILE = "config.yaml"
RECORD_FILE = "run.json"
TOKENIZER_FILE = "tokenizer.json"
BUNDLE_FOLDER = "bundle"
REPORT_FOLDER = "report"


SCHEMA_VERSION = 2
"""Of run and checkpoint. Version 1 said no version, and named the table of the n-gram model otherwise."""

_RENAMED = {"encoder.table": "encoder.table.weight"}


class RunRecord(BaseModel):
    """The content of `run.json`.

    Attributes:
        schema_version: Of run and checkpoint.
        name: Name of the model.
        dataset: Folder of the data set.
        fingerprint: Fingerprint of the data set.
        classes: Class names in the order of the logits.
        checkpoint: Best checkpoint, relative to the run.
        epochs: Epochs that were trained.
        training_seconds: Time of the training loop, validation included.
        validation_loss: Calibrated loss of the best checkpoint on the validation set.
        git_commit: Commit of the code.
        architecture: What the encoder is, where its settings do not tell all.
        created: End of the training, UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = 1
    name: str
    dataset: str
    fingerprint: str
    classes: tuple[str, ...]
    checkpoint: str
    epochs: int
    training_seconds: float
    validation_loss: float
    git_commit: str | None
    architecture: dict[str, Any] | None = None
    created: datetime = Field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True)
class Placement:
    """Where what is made of a run goes, if not into its own folder: a pipeline wants what each stage makes apart.

    Attributes:
        bundle: Folder of the bundle; None for that in the run.
        report: Folder of figures and tables; None for that in the run.
    """

    bundle: Path | None = None
    report: Path | None = None

    def check(self) -> None:
        """See that the folder of the bundle may be replaced.

        Raises:
            ConfigurationError: If something else lies there.
        """
        if self.bundle is None or not self.bundle.exists() or (self.bundle / MANIFEST_FILE).is_file():
            return
        if not self.bundle.is_dir() or any(self.bundle.iterdir()):
            raise ConfigurationError(f"{self.bundle} holds something else than a bundle: choose another folder")


@dataclass(frozen=True)
class Run:
    """A finished training.

    Attributes:
        folder: Where it lies.
        record: What `run.json` says.
        configuration: The resolved configuration it was made with.
        placed: Where what is made of it goes.
    """

    folder: Path
    record: RunRecord
    configuration: DictConfig
    placed: Placement = Placement()

    @classmethod
    def load(cls, folder: Path, placed: Placement = Placement()) -> "Run":
        """Open the folder that a training left, or a link to it.

        Args:
            folder: The folder.
            placed: Where what is made of it goes, if not there.

        Raises:
            ConfigurationError: If there is no finished run, or what is made of it may not go where it is to go.
        """
        placed.check()
        folder = folder.resolve()
        try:
            record = _read_record(folder / RECORD_FILE)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise ConfigurationError(f"no finished run at {folder}: train a model first (textops train)") from error
        except (OSError, ValueError) as error:
            raise _damaged(folder / RECORD_FILE) from error
        try:
            configuration = OmegaConf.load(folder / CONFIGURATION_FILE)
        except (OSError, UnicodeDecodeError, YAMLError) as error:
            raise _damaged(folder / CONFIGURATION_FILE) from error
        if not isinstance(configuration, DictConfig) or not {"data", "model", "paths"} <= set(configuration):
            raise _damaged(folder / CONFIGURATION_FILE)
        return cls(folder, record, configuration, placed)

    @property
    def bundle(self) -> Path:
        """Where the bundle of the run lies once it was evaluated."""
        return self.placed.bundle or self.folder / BUNDLE_FOLDER

    @property
    def report(self) -> Path:
        """Where figures and tables of the run lie once it was evaluated."""
        return self.placed.report or self.folder / REPORT_FOLDER

    def tokenizer(self) -> Tokenizer:
        """Read the tokenizer of the run."""
        return load_tokenizer(self.folder / TOKENIZER_FILE)

    def encoder(self) -> Encoder:
        """Build the encoder and fill in the weights of the best checkpoint.

        Raises:
            ConfigurationError: If the checkpoint is missing or damaged, or belongs to another model.
        """
        encoder = make_encoder(self.configuration, self.tokenizer(), len(self.record.classes), self.record.architecture)
        path = self.folder / self.record.checkpoint
        state = _read_checkpoint(path)
        if self.record.schema_version < SCHEMA_VERSION:
            state = {_RENAMED.get(key, key): value for key, value in state.items()}
        try:
            encoder.load_state_dict({key.removeprefix("encoder."): value for key, value in state.items()})
        except RuntimeError as error:
            raise ConfigurationError(
                f"{path} does not fit the model of {self.folder / CONFIGURATION_FILE}: train again (textops train)"
            ) from error
        return encoder.eval()


def _read_record(path: Path) -> RunRecord:
    """Read `run.json`; ValueError where it is not valid."""
    content = path.read_bytes()
    document = json.loads(content)
    version = document.get("schema_version", 1) if isinstance(document, dict) else 1
    if version not in range(1, SCHEMA_VERSION + 1):
        raise ConfigurationError(
            f"{path} has schema version {version}, this textops reads up to {SCHEMA_VERSION}: "
            "use the textops that made it, or train again (textops train)"
        )
    return RunRecord.model_validate_json(content)


def _read_checkpoint(path: Path) -> dict[str, torch.Tensor]:
    try:
        state: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)["state_dict"]
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path} is missing: train again (textops train)") from error
    except (EOFError, KeyError, OSError, RuntimeError, TypeError, UnpicklingError) as error:
        raise _damaged(path) from error
    return state


def _damaged(path: Path) -> ConfigurationError:
    return ConfigurationError(f"{path} is damaged or cannot be read: train again (textops train)")


def begin_run(folder: Path, configuration: DictConfig) -> None:
    """Make the folder of a run and write its configuration, from which a training that is broken off can go on.

    Raises:
        ConfigurationError: If it cannot be written.
    """
    make_folders(folder)
    write_text(folder / CONFIGURATION_FILE, OmegaConf.to_yaml(configuration, resolve=True))


def finish_run(folder: Path, record: RunRecord, tokenizer: Tokenizer) -> Run:
    """Write what makes a folder a run; the record comes last, because it says that all else is there."""
    tokenizer.save(folder / TOKENIZER_FILE)
    write_text(folder / RECORD_FILE, record.model_dump_json(indent=2) + "\n")
    return Run.load(folder)


def make_folders(*folders: Path) -> None:
    """Make the folders a training writes to, before it has cost any time.

    Raises:
        ConfigurationError: If one cannot be made.
    """
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"{folder} cannot be made ({error.strerror}): set paths.* elsewhere") from error


def check_latest(link: Path) -> None:
    """Check that nothing stands where the link to the last run goes.

    Raises:
        ConfigurationError: If something that is no link stands there.
    """
    if link.exists() and not link.is_symlink():
        raise ConfigurationError(f"{link} is not a link to a run: move it away, or set paths.latest")


def point_latest(link: Path, folder: Path) -> None:
    """Let the link lead to a run, without a moment in which it leads nowhere.

    Raises:
        ConfigurationError: If something that is no link stands in its place.
    """
    check_latest(link)
    link.parent.mkdir(parents=True, exist_ok=True)
    beside = link.with_name(f".{link.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    beside.symlink_to(os.path.relpath(folder.resolve(), link.parent.resolve()))
    beside.replace(link)
