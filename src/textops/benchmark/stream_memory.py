"""Streams one epoch of a sharded data set and says how much memory that took: `python -m ... FOLDER BATCH_SIZE`."""

import resource
import sys
from pathlib import Path

from textops.data.dataset import Dataset
from textops.data.loader_settings import LoaderSettings
from textops.data.stream_loader import StreamLoader
from textops.data.stream_plan import StreamPlan
from textops.data.stream_settings import StreamSettings
from textops.data.streamed_split import StreamedDocuments, index_of
from textops.text.ngrams import NgramTokenizer


def stream_loader(dataset: Dataset, batch_size: int) -> StreamLoader:
    """Return a loader of one process with the settings that a training has by default."""
    plan = StreamPlan(index_of(dataset).splits["train"], batch_size)
    documents = StreamedDocuments(dataset, NgramTokenizer(), plan, 0, StreamSettings().buffer_rows)
    return StreamLoader(documents, LoaderSettings())


if __name__ == "__main__":
    for _ in stream_loader(Dataset.load(Path(sys.argv[1])), int(sys.argv[2])):
        pass
    # Kibibytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit}\n")
