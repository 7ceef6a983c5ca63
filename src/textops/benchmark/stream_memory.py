"""Streams one epoch of a sharded data set and says how much memory that took: `python -m ... FOLDER BATCH_SIZE`."""

import sys
from pathlib import Path

from textops.data.dataset import Dataset
from textops.data.loader_settings import LoaderSettings
from textops.data.stream_loader import StreamLoader
from textops.data.stream_plan import StreamPlan
from textops.data.stream_settings import StreamSettings
from textops.data.streamed_split import StreamedDocuments, index_of
from textops.text.ngrams import NgramTokenizer

_KIBIBYTE = 1024


def stream_loader(dataset: Dataset, batch_size: int) -> StreamLoader:
    """Return a loader of one process with the settings that a training has by default."""
    plan = StreamPlan(index_of(dataset).splits["train"], batch_size)
    documents = StreamedDocuments(dataset, NgramTokenizer(), plan, 0, StreamSettings().buffer_rows)
    return StreamLoader(documents, LoaderSettings())


def peak_bytes() -> int:
    """Return the most memory that this process has had.

    What `getrusage` says is no less than what the process had that started this one.
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * _KIBIBYTE


if __name__ == "__main__":
    for _ in stream_loader(Dataset.load(Path(sys.argv[1])), int(sys.argv[2])):
        pass
    sys.stdout.write(f"{peak_bytes()}\n")
