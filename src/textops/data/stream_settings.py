"""How training documents are read from shards as they are needed."""

from pydantic import Field

from textops.frozen import Frozen


class StreamSettings(Frozen):
    """The section `streaming` of the configuration.

    Attributes:
        shards: Folder or address of a sharded data set; None to train on the data set that `prepare` wrote.
        buffer_rows: Documents that a reader holds and mixes.
        sample_rows: Training documents from which a vocabulary is learned and frequencies are counted.
        validation_rows: Validation documents that are looked at after an epoch, the first ones; their order is a hash,
            so they are a fair sample.
    """

    shards: str | None = Field(default=None, min_length=1)
    buffer_rows: int = Field(default=8192, ge=1)
    sample_rows: int = Field(default=100_000, ge=1)
    validation_rows: int = Field(default=100_000, ge=1)
