"""What a training expects of a profiler."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sized
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, Protocol

from pytorch_lightning.callbacks import Callback
from pytorch_lightning.profilers import Profiler

from textops.errors import ConfigurationError

Phase = Literal["data", "training"]
"""`data` prepares, tokenizes and reads every batch once; `training` is all that the trainer does."""


class Batches(Sized, Protocol):
    """A loader: it knows how many batches it has."""

    def __iter__(self) -> Iterator[object]:
        """Serve the batches."""


class TrainingProfiler(ABC):
    """Looks at the phases of a training one after the other.

    Attributes:
        callbacks: What the trainer has to call.
        actions: Whom the trainer tells what it is doing; None for nobody.
    """

    callbacks: tuple[Callback, ...] = ()
    actions: Profiler | None = None

    @abstractmethod
    def phase(self, name: Phase) -> AbstractContextManager[None]:
        """Look at what happens inside the block, and write what was seen even if it raises."""

    @abstractmethod
    def read(self, loader: Batches) -> None:
        """Read every batch once, to see what that costs without a model."""


class NullProfiler(TrainingProfiler):
    """Looks at nothing, costs nothing."""

    def phase(self, name: Phase) -> AbstractContextManager[None]:  # noqa: ARG002 (no phase is looked at)
        """Let the block be."""
        return nullcontext()

    def read(self, loader: Batches) -> None:
        """Read nothing."""


def checked_count(name: str, value: int, least: int) -> int:
    """Return a count of the configuration.

    Raises:
        ConfigurationError: If it is no whole number or too small.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ConfigurationError(f"profiler.{name}={value!r} is not possible: give a whole number from {least} on")
    return value
