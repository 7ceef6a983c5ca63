"""Some thousand rows of the input, on their way to whoever scores them."""

import json
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

_BYTES = 8 << 20
# Of every column, a part of the output has some hundred bytes of description.
_BYTES_OF_A_COLUMN = 8 << 10

_KEY = b"textops.part"


def most_bytes(columns: int) -> int:
    """Return how large a part may become: a process holds a few times that.

    Memory of this size is used again for the next part; more is given back to the system, which clears it each time.
    """
    return _BYTES + columns * _BYTES_OF_A_COLUMN


@dataclass(frozen=True)
class Part:
    """Rows that follow each other.

    Attributes:
        first_row: Number of its first row in the whole input, from 1.
        columns: Its cells.
        faults: By row, why it cannot be read; null where it can.
        files: By row, the file it comes from; None where there is only one.
    """

    first_row: int
    columns: pa.Table
    faults: "pa.ChunkedArray[Any] | None"
    files: "pa.ChunkedArray[Any] | None"

    @property
    def rows(self) -> int:
        """How many there are."""
        return self.columns.num_rows

    def packed(self) -> pa.Buffer:
        """Return it as bytes."""
        sink = pa.BufferOutputStream()
        self.write_to(sink)
        return sink.getvalue()

    def write_to(self, sink: pa.NativeFile) -> None:
        """Write it; names are numbers meanwhile, as an input may use one twice."""
        extra = [each for each in (self.faults, self.files) if each is not None]
        arrays = [*self.columns.columns, *extra]
        about = {
            "first_row": self.first_row,
            "names": self.columns.column_names,
            "faults": self.faults is not None,
            "files": self.files is not None,
            "rows": self.rows,
        }
        table = pa.table(arrays, names=[str(number) for number in range(len(arrays))])
        table = table.replace_schema_metadata({_KEY: json.dumps(about).encode()})
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)

    @classmethod
    def read_from(cls, stream: pa.NativeFile | pa.Buffer) -> "Part":
        """Read what `write_to` wrote; out of memory, cells are not copied."""
        with pa.ipc.open_stream(stream) as reader:
            table = reader.read_all()
        about = json.loads((table.schema.metadata or {})[_KEY])
        arrays = table.columns
        files = arrays.pop() if about["files"] else None
        faults = arrays.pop() if about["faults"] else None
        names = about["names"]
        columns = pa.table(arrays, names=names) if names else pa.table({"": pa.nulls(about["rows"])}).select([])
        return cls(about["first_row"], columns, faults, files)
