"""The model that a student learns from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textops.bundle import MANIFEST_FILE
from textops.errors import DataError
from textops.files import shown
from textops.inference import Predictor
from textops.inference.scores import Session, score_texts
from textops.optimization.torch_session import TorchSession
from textops.text.tokenizer import Tokenizer
from textops.training.run import Run


@dataclass(frozen=True)
class Teacher:
    """A model that answers.

    Attributes:
        name: What messages call it.
        family: Its encoder, `ngram` and so on.
        classes: Class names in the order of its logits.
        answer: From texts to raw logits, float32, shape [texts, classes].
    """

    name: str
    family: str
    classes: tuple[str, ...]
    answer: Callable[[Sequence[str]], NDArray[np.float32]]

    def check(self, classes: Sequence[str]) -> None:
        """Check that it can teach a model of these classes.

        Raises:
            DataError: If these are not its own classes.
        """
        if set(classes) != set(self.classes):
            raise DataError(
                f"the teacher {self.name} knows the classes {', '.join(self.classes)}, the data set has "
                f"{', '.join(classes)}: take a teacher of the same classes (optimization.distillation.teacher)"
            )

    def logits(self, texts: Sequence[str], classes: Sequence[str]) -> NDArray[np.float32]:
        """Return its logits for other models: one column for each of these classes, in their order.

        Raises:
            DataError: If these are not its own classes.
        """
        self.check(classes)
        return self.answer(texts)[:, [self.classes.index(name) for name in classes]]


def load_teacher(folder: Path) -> Teacher:
    """Load the model of a bundle, or else of a run.

    Raises:
        BundleError: If the bundle is altered or does not answer.
        ConfigurationError: If it is neither, or the run is damaged.
    """
    if (folder / MANIFEST_FILE).is_file():
        predictor = Predictor.load(folder)
        manifest = predictor.manifest
        return Teacher(shown(folder), manifest.encoder, manifest.classes, predictor.logits)
    run = Run.load(folder)
    session, tokenizer = TorchSession(run.encoder().exportable()), run.tokenizer()
    return teacher_of(run, session, tokenizer)


def teacher_of(run: Run, session: Session, tokenizer: Tokenizer) -> Teacher:
    """Return the model of a run as a teacher, answering with a session that is open."""
    return Teacher(
        run.record.name,
        str(run.configuration.model.name),
        run.record.classes,
        lambda texts: score_texts(session, tokenizer, texts),
    )
