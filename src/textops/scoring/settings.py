"""What `textops score` is asked to do."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from textops.data.configuration import ReadConfiguration
from textops.frozen import Frozen

MOST_PROCESSES = 1024


class ScoreSettings(Frozen):
    """The arguments of the verb.

    Attributes:
        source: File, folder, glob or address; with `query` a database, with `huggingface` a data set of the hub.
        out: The file to write.
        model: Reference of the registry, None for the only model.
        bundle: A bundle instead.
        text_columns: Columns that are joined to the text; none: what the model was trained on, or `text`.
        keep: Columns of the input that are kept; None for all.
        probabilities: Whether each class gets a column.
        processes: Processes that score, None for one on each processor; on a cluster, how many there.
        batch_size: Most rows of a part, None for what suits the model.
        overwrite: Whether a file that is there is replaced.
        engine: Who scores.
        ray_address: Address of the cluster; None for what Ray finds, or else one on this machine.
        read: How the input is read.
        query: A SELECT that gives the rows; the source is the address of a database, or `env:VARIABLE`.
        huggingface: Splits that are read, or `all`; the source is a data set of the Hugging Face hub.
    """

    source: str
    out: Path
    model: str | None = None
    bundle: Path | None = None
    text_columns: tuple[str, ...] = ()
    keep: tuple[str, ...] | None = None
    probabilities: bool = False
    processes: int | None = Field(default=None, ge=1, le=MOST_PROCESSES)
    batch_size: int | None = Field(default=None, ge=1)
    overwrite: bool = False
    engine: Literal["local", "ray"] = "local"
    ray_address: str | None = None
    read: ReadConfiguration = ReadConfiguration()
    query: str | None = Field(default=None, min_length=1)
    huggingface: tuple[str, ...] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.query is not None and self.huggingface is not None:
            raise ValueError("--query and --huggingface are two sources: give one of them")
        return self
