"""Serves batches read from shards, epoch after epoch, and can go on in the middle of one."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import torch

from textops.data.batch import RaggedBatch
from textops.data.loader import data_loader
from textops.data.loader_settings import LoaderSettings
from textops.data.streamed_split import StreamedDocuments, StreamedSplit, StreamFailure
from textops.errors import ConfigurationError, DataError


class StreamLoader:
    """Batches of one process, in the order of the plan; as `BatchLoader`, without knowing the documents beforehand."""

    def __init__(
        self, documents: StreamedDocuments, settings: LoaderSettings, epoch: Callable[[], int] = lambda: 0
    ) -> None:
        """Describe what to serve.

        Args:
            documents: What is read, and how it becomes batches; its plan has a reader for each of the processes that
                help, or one where there are none.
            settings: Processes that help, and how.
            epoch: Tells the present epoch.
        """
        self._plan = documents.plan
        self._epoch = epoch
        self._at = (0, 0)
        self._resumed: dict[str, Any] | None = None
        self._split = StreamedSplit(documents)
        self._loader = data_loader(self._split, settings)

    def __len__(self) -> int:
        return len(self._plan)

    def __iter__(self) -> Iterator[RaggedBatch]:
        """Serve the epoch, or what is left of it.

        Raises:
            DataError: If a shard is missing, or its content is another one.
            ConfigurationError: If some of the epoch was served with other shards, or to another number of processes:
                what was served then is not what would be left out now.
        """
        epoch = self._epoch()
        resumed, self._resumed = self._resumed, None
        # A training that ended with an epoch begins the next one anew.
        if resumed is not None and (resumed["epoch"] != epoch or resumed["served"] == 0):
            resumed = None
        if resumed is not None:
            self._check(resumed)
        self._at = (epoch, 0 if resumed is None else resumed["served"])
        self._split.place.copy_(torch.tensor(self._at))
        for batch in self._loader:
            if isinstance(batch, StreamFailure):
                raise DataError(batch.message)
            self._at = (epoch, self._at[1] + 1)
            yield batch

    def state_dict(self) -> dict[str, Any]:
        """Tell how far the epoch has come, and of which plan that is true."""
        epoch, served = self._at
        return {"epoch": epoch, "served": served, **self._circumstances()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on behind the batches that have been served; whether that can be is seen when it is done.

        Before that, a trainer may not have said yet how many processes there are.
        """
        self._resumed = state

    def _check(self, state: dict[str, Any]) -> None:
        here = self._circumstances()
        for name, (what, advice) in _CIRCUMSTANCES.items():
            if state.get(name) != here[name]:
                were = f": they were {state.get(name)} and are {here[name]}" if name != "shards" else ""
                raise ConfigurationError(f"this training goes on only with the same {what}{were}; {advice}")

    def _circumstances(self) -> dict[str, Any]:
        files = "\n".join(shard.sha256 for shard in self._plan.shards)
        return {
            "processes": self._plan.ranks,
            "readers": self._plan.workers,
            "shards": hashlib.sha256(files.encode()).hexdigest(),
        }


_CIRCUMSTANCES = {
    "processes": ("number of processes", "start as many, or train anew"),
    "readers": ("loader.num_workers", "set it back, or train anew"),
    "shards": ("shards", "shard the data set again with the same seed and number, or train anew"),
}
