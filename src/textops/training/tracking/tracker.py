"""What a Lightning logger becomes when it takes more than curves; another tracker is one more class like this."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from textops.errors import ConfigurationError
from textops.training.tracking.records import Artifact, Facts, Histogram, Table


class Tracker(ABC):
    """Remembers a training; also a Lightning logger, which brings the curves (`log_metrics`).

    Only the process with rank zero calls these methods, between `open` and `close`.

    Attributes:
        kind: Name under which a run remembers which of the tracker's runs is its own.
        takes_figures: Whether it does; drawing for nobody would be wasted time.
        takes_histograms: Whether it does.
    """

    kind: ClassVar[str]
    takes_figures: bool = True
    takes_histograms: bool = True

    @property
    @abstractmethod
    def keeps_here(self) -> bool:
        """Whether all it is told stays on this machine, also later."""

    @abstractmethod
    def open(self, run_id: str | None = None) -> None:
        """Begin, or go on with the run of that id; within bounded time and without a question.

        Raises:
            ConfigurationError: If somebody has to put something right first.
        """

    @property
    @abstractmethod
    def run_id(self) -> str | None:
        """What `open` takes to go on with this run, None where the folder of the run says it all."""

    @abstractmethod
    def record_facts(self, facts: Facts) -> None:
        """Keep what the training is made of."""

    @abstractmethod
    def record_figure(self, name: str, path: Path, step: int | None) -> None:
        """Keep a PNG; one of the whole run has no step."""

    @abstractmethod
    def record_histograms(self, histograms: Mapping[str, Histogram], step: int) -> None:
        """Keep histograms by name."""

    @abstractmethod
    def record_table(self, name: str, table: Table, step: int) -> None:
        """Keep a table."""

    @abstractmethod
    def record_summary(self, figures: Mapping[str, float]) -> None:
        """Keep figures of the whole run, which have no step."""

    @abstractmethod
    def record_artifact(self, artifact: Artifact) -> None:
        """Keep data or a model."""

    @abstractmethod
    def close(self, *, succeeded: bool) -> str | None:
        """End the run, within bounded time.

        Returns:
            Where to look, or what to do next, in one line.
        """


def require_package(module: str, extra: str) -> None:
    """Check that a package that only some install is there.

    Raises:
        ConfigurationError: If it is missing.
    """
    if find_spec(module) is None:
        raise ConfigurationError(f"this logger needs {module}, which is not installed: pip install 'textops[{extra}]'")
