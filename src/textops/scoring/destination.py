"""Where the answers go: the form of the file by its ending, and whether it can be written."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from textops.errors import ConfigurationError

Form = Literal["parquet", "csv", "jsonl"]
ENDINGS: dict[str, tuple[Form, bool]] = {
    ".parquet": ("parquet", False),
    ".csv": ("csv", False),
    ".csv.gz": ("csv", True),
    ".jsonl": ("jsonl", False),
    ".jsonl.gz": ("jsonl", True),
}


@dataclass(frozen=True)
class Destination:
    """The file to write.

    Attributes:
        path: Where.
        form: What its ending stands for.
        packed: Whether by gzip.
    """

    path: Path
    form: Form
    packed: bool

    @property
    def folder(self) -> Path:
        """What lies beside it while it is made."""
        return self.path.parent / f".{self.path.name}.score"


def destination_of(path: Path) -> Destination:
    """Return what the name of a file asks for.

    Raises:
        ConfigurationError: If its ending stands for nothing, or a folder lies there.
    """
    found = next((known for ending, known in ENDINGS.items() if path.name.lower().endswith(ending)), None)
    if found is None:
        raise ConfigurationError(
            f"{path}: its ending does not say what to write; end it with one of {', '.join(ENDINGS)}"
        )
    if path.is_dir():
        raise ConfigurationError(f"{path} is a folder: give the name of a file")
    form, packed = found
    return Destination(path, form, packed)


def refuse_lost_files(destination: Destination, read: Iterable[Path], *, overwrite: bool) -> None:
    """Refuse to write over what is read, or over what is there.

    Raises:
        ConfigurationError: If that would happen.
    """
    path = destination.path
    if any(_same(path, file) for file in read):
        raise ConfigurationError(f"{path} is one of the files that are read: choose another name")
    if path.exists() and not overwrite:
        raise ConfigurationError(f"{path} exists: choose another name, or add --overwrite to replace it")


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve() or (one.exists() and other.exists() and one.samefile(other))
