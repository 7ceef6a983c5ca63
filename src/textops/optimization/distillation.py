"""A small model that learns from a large one: its answers for the training texts, and for texts without labels."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from loguru import logger
from numpy.typing import NDArray
from omegaconf import DictConfig

from textops.data.configuration import SPLITS, ReadConfiguration
from textops.data.dataset import Dataset
from textops.data.locations import located
from textops.data.reading import read_records
from textops.data.records import BrokenRecord, ReadingNotes
from textops.data.text_cleaning import cleaned
from textops.data.token_files import TokenizedSplit, map_split, write_split
from textops.errors import ConfigurationError
from textops.models.distillation import Lesson
from textops.models.encoder import Encoder
from textops.optimization.further_training import TrainingData, train_further
from textops.optimization.settings import DistillationSettings
from textops.optimization.teacher import Teacher
from textops.text.ragged import Ragged
from textops.text.tokenizer import Tokenizer
from textops.training.assembly import make_datamodule, make_student
from textops.training.configuration import compose_configuration
from textops.training.encoder import make_encoder
from textops.training.settings import settings_of

_TEXTS_OF_A_PART = 1000


@dataclass(frozen=True)
class Student:
    """What came of the distillation.

    Attributes:
        encoder: The trained encoder.
        tokenizer: What it reads with.
        family: Its name, `ngram` and so on.
        description: Of whom and of what it learned, in words.
    """

    encoder: Encoder
    tokenizer: Tokenizer
    family: str
    description: str


def distil(
    teacher: Teacher,
    dataset: Dataset,
    further: Sequence[str],
    configuration: DictConfig,
    settings: DistillationSettings,
) -> Student:
    """Train a student on what a teacher says of the training texts and of further ones.

    Args:
        teacher: With the classes of the data set.
        dataset: What the student is trained and validated on.
        further: Further texts, without labels.
        configuration: Of the run that is optimized: its folders and its seed are taken.
        settings: Which student, and how it learns.

    Raises:
        ConfigurationError: If the student cannot be made or trained.
        DataError: If the teacher has other classes.
    """
    student = configuration_of_student(configuration, settings)
    datamodule = make_datamodule(student, dataset.folder)
    datamodule.setup()
    training, tokenizer = datamodule.tokenized_split("train"), datamodule.tokenizer
    said = teacher.logits([*dataset.texts("train"), *further], dataset.manifest.classes)
    lesson = Lesson(torch.from_numpy(said), len(training), settings.temperature, settings.soft_share)
    examples = [dataset.manifest.counts["train"][name] for name in dataset.manifest.classes]
    encoder = make_encoder(student, tokenizer, len(examples))
    encoder.fit(datamodule.training_documents)
    with tempfile.TemporaryDirectory() as folder:
        everything = _joined(Path(folder), training, tokenizer, further)
        train_further(
            make_student(student, encoder, lesson, examples),
            TrainingData(everything, datamodule.tokenized_split("val"), settings_of(student)),
            settings_of(student),
            epochs=settings.epochs or int(student.trainer.max_epochs),
            gradient_clip=student.trainer.get("gradient_clip_val"),
        )
    description = f"{student.model.name}, taught by {teacher.name} ({teacher.family})"
    if further:
        description += f", also with {len(further):,} texts without labels"
    return Student(encoder.eval(), tokenizer, str(student.model.name), description)


def further_texts(paths: Sequence[str], columns: Sequence[str], dataset: Dataset) -> list[str]:
    """Read texts without labels, each once, and none that the data set holds: what is held out stays unseen.

    They are cleaned as those of the data set were, or they would be none of the texts that it holds, nor like them.

    Args:
        paths: Files, folders, globs or addresses.
        columns: Columns that make a text, joined by newlines.
        dataset: Whose texts are left out.

    Raises:
        DataError: If a path leads nowhere, or a file cannot be read or has no such column.
    """
    if not paths:
        return []
    known = {text for split in SPLITS for text in dataset.texts(split)}
    patterns = [re.compile(pattern) for pattern in dataset.manifest.source.remove_patterns]
    found: dict[str, None] = {}
    with located(paths) as files:
        for record in read_records(files, ReadConfiguration(), columns, ReadingNotes()):
            if isinstance(record, BrokenRecord):
                logger.warning("{}: left out, {}", record.place, record.reason)
                continue
            text = cleaned([record.fields.get(column, "") for column in columns], patterns)
            if text and text not in known:
                found[text] = None
    return list(found)


def configuration_of_student(configuration: DictConfig, settings: DistillationSettings) -> DictConfig:
    """Return the settings of the student's own family, with folders and seed of the run.

    Raises:
        ConfigurationError: If there is no such student, or it has no such setting.
    """
    chosen = [f"model={settings.student}", *settings.student_overrides]
    try:
        student = compose_configuration([*chosen, f"seed={configuration.seed}"])
    except ConfigurationError as error:
        raise ConfigurationError(f"optimization.distillation.student_overrides: {error}") from error
    student.paths = configuration.paths
    student.class_weights = configuration.get("class_weights", student.class_weights)
    return student


def _joined(folder: Path, training: TokenizedSplit, tokenizer: Tokenizer, further: Sequence[str]) -> TokenizedSplit:
    """Write the training documents, and the further ones behind them; those have a label that nobody looks at."""

    def parts() -> Iterator[tuple[Ragged, NDArray[np.int64]]]:
        for start in range(0, len(training), _TEXTS_OF_A_PART):
            rows = np.arange(start, min(start + _TEXTS_OF_A_PART, len(training)))
            yield training.documents.take(rows), training.labels[rows]
        for start in range(0, len(further), _TEXTS_OF_A_PART):
            texts = further[start : start + _TEXTS_OF_A_PART]
            yield tokenizer.ragged(texts), np.zeros(len(texts), np.int64)

    return map_split(folder, "train", write_split(folder, "train", parts()))
