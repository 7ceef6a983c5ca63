"""What was measured of trainings that read shards as they go."""

import statistics

from pydantic import Field

from textops.frozen import Frozen


class Sizes(Frozen):
    """Bytes of a document, on average over the training documents.

    Attributes:
        text: As UTF-8.
        prepared: In the Parquet file of `textops prepare`.
        sharded: In the shards.
        tokenized: As tokens, which a training from memory keeps on its disk and one from shards makes as it goes.
    """

    text: float = Field(gt=0)
    prepared: float = Field(gt=0)
    sharded: float = Field(gt=0)
    tokenized: float = Field(gt=0)


class Rate(Frozen):
    """How fast something goes on one processor.

    Attributes:
        name: What.
        rates: Documents a second, of each round.
    """

    name: str
    rates: tuple[float, ...] = Field(min_length=1)

    @property
    def median(self) -> float:
        """Median of the rounds."""
        return statistics.median(self.rates)


class TrainingTime(Frozen):
    """How long a training takes.

    Attributes:
        model: Its model.
        setup: Where documents come from, and how many processes train.
        processes: How many train.
        batch_size: Documents of a step, over all processes.
        microseconds: For a document and epoch, all processes together, of each epoch.
    """

    model: str
    setup: str
    processes: int = Field(ge=1)
    batch_size: int = Field(ge=1)
    microseconds: tuple[float, ...] = Field(min_length=1)

    @property
    def median(self) -> float:
        """Median of the epochs."""
        return statistics.median(self.microseconds)


class Memory(Frozen):
    """How much memory an epoch takes.

    Attributes:
        documents: Training documents that were streamed.
        peak_bytes: Most memory of the process, of what it had loaded before included.
    """

    documents: int
    peak_bytes: int


class ShardMeasurements(Frozen):
    """All of it.

    Attributes:
        machine: On what it was measured.
        load: What the machine had to do for others when that began: processes that ran, for each processor.
        data: Name of the data set.
        documents: Training documents of it.
        rounds: Repeats.
        sizes: Bytes of a document.
        rates: Documents a second.
        trainings: Times of trainings.
        memory: Memory of streaming data sets of several sizes.
    """

    machine: dict[str, str | int]
    load: float
    data: str
    documents: int
    rounds: int
    sizes: Sizes
    rates: tuple[Rate, ...]
    trainings: tuple[TrainingTime, ...]
    memory: tuple[Memory, ...]

    @property
    def warning(self) -> str:
        """Return what has to be said of the figures; empty where nothing has."""
        if self.load <= _BUSY:
            return ""
        return (
            f"**Not to be relied on: {self.load:.1f} other processes ran for each processor. Measure again where "
            "nothing else runs.**"
        )

    def rate(self, name: str) -> float:
        """Return the median of a rate."""
        return next(each for each in self.rates if each.name == name).median

    def training(self, model: str, processes: int) -> TrainingTime:
        """Return the training of a model from shards with so many processes and the most documents in a step."""
        found = [
            each
            for each in self.trainings
            if each.model == model and each.processes == processes and each.setup != FROM_MEMORY
        ]
        return max(found, key=lambda each: each.batch_size)


_BUSY = 0.3
SHARDING, READING, STREAMING = "sharding", "reading shards", "reading and tokenizing"
FROM_MEMORY = "from memory"
