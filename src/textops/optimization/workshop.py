"""What the forms of a model are made of, each part made once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from textops.bundle import MODEL_FILE
from textops.data.dataset import Dataset
from textops.errors import DataError
from textops.inference.session import open_session
from textops.models.encoder import Encoder
from textops.models.ngram import NgramScorer
from textops.optimization.distillation import Student, configuration_of_student, distil, further_texts
from textops.optimization.export import CHECKPOINT_VARIANT
from textops.optimization.further_training import TrainingData
from textops.optimization.ngram_forms import NgramForm, compact, filled_buckets
from textops.optimization.pruning import Pruned, prune
from textops.optimization.settings import OptimizationSettings
from textops.optimization.teacher import Teacher, teacher_of
from textops.optimization.variant import NotPossibleError
from textops.text.ngrams import NgramTokenizer
from textops.text.tokenizer import Tokenizer
from textops.training.assembly import make_datamodule
from textops.training.run import Run
from textops.training.settings import settings_of


@dataclass(frozen=True, eq=False)
class Workshop:
    """What the forms of a model are made of.

    Attributes:
        run: The trained model.
        dataset: What it was trained on.
        settings: How forms are made.
        teacher: What a student learns from; None for the model itself.
        folder: Where the forms go, each into a folder of its name.
    """

    run: Run
    dataset: Dataset
    settings: OptimizationSettings
    teacher: Teacher | None
    folder: Path

    @property
    def family(self) -> str:
        """Name of the encoder."""
        return str(self.run.configuration.model.name)

    @property
    def several(self) -> bool:
        """Whether a text has any number of labels."""
        return self.dataset.manifest.source.separator is not None

    @property
    def checkpoint_export(self) -> Path:
        """Where the export of the checkpoint lies."""
        return self.folder / CHECKPOINT_VARIANT / MODEL_FILE

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """What the model reads with."""
        return self.run.tokenizer()

    @cached_property
    def pruned(self) -> Pruned:
        """The model with fewer weights."""
        datamodule = make_datamodule(self.run.configuration, self.dataset.folder)
        datamodule.setup()
        settings = settings_of(self.run.configuration)
        train, val = datamodule.tokenized_split("train"), datamodule.tokenized_split("val")
        data = TrainingData(train, val, settings, self.dataset)
        return prune(self.run.encoder(), self.tokenizer, self.run.configuration, data, self.settings.pruning)

    @cached_property
    def further_texts(self) -> list[str]:
        """Texts without labels that the teacher is asked about.

        Raises:
            DataError: If they cannot be read; the message names the setting, as readers know those of data sets alone.
        """
        settings = self.settings.distillation
        try:
            return further_texts(settings.unlabelled, settings.unlabelled_columns, self.dataset)
        except DataError as error:
            raise DataError(f"optimization.distillation.unlabelled: {error}") from error

    def check(self) -> None:
        """Find out before hours of work whether there can be a student, and what it is to learn from can be used.

        Raises:
            ConfigurationError: If there is no such student, or it has no such setting.
            DataError: If the teacher has other classes, or the further texts cannot be read.
        """
        if self.several or not any(name.startswith("distilled") for name in self.settings.variants):
            return
        configuration_of_student(self.run.configuration, self.settings.distillation)
        if self.teacher is not None:
            self.teacher.check(self.dataset.manifest.classes)
        _ = self.further_texts

    @cached_property
    def student(self) -> Student:
        """A small model that has learned from the teacher.

        Raises:
            NotPossibleError: If the model would have to teach itself.
        """
        settings = self.settings.distillation
        if self.several:
            raise NotPossibleError(
                "a student learns which one class its teacher takes a text for, and a text has several labels here"
            )
        if self.teacher is None and self.family == settings.student:
            raise NotPossibleError(
                f"a student of the same family ({self.family}) learns nothing from it: name a larger model, "
                "optimization.distillation.teacher"
            )
        teacher = self.teacher or teacher_of(self.run, open_session(self.checkpoint_export), self.tokenizer)
        return distil(teacher, self.dataset, self.further_texts, self.run.configuration, settings)


def ngram_form(encoder: Encoder, tokenizer: Tokenizer) -> NgramForm | None:
    """Return an n-gram model without the rows that weigh nothing; None of another model."""
    network = encoder.exportable()
    if not isinstance(network, NgramScorer) or not isinstance(tokenizer, NgramTokenizer):
        return None
    return compact(network, tokenizer, filled_buckets(network))
