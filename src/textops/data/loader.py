"""Serves the batches of a split, epoch after epoch, and can go on in the middle of one."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import torch
from torch.utils.data import DataLoader

from textops.data.batch import RaggedBatch
from textops.data.batch_order import BatchOrder, BatchRows
from textops.data.loader_settings import LoaderSettings
from textops.data.token_files import TokenizedSplit


class ResumableLoader(Protocol):
    """Serves batches, epoch after epoch, and can go on in the middle of one."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[RaggedBatch]: ...

    def state_dict(self) -> dict[str, Any]:
        """Tell how far the epoch has come."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on behind the batches that have been served."""


def data_loader(
    dataset: torch.utils.data.Dataset[Any],
    settings: LoaderSettings,
    sampler: torch.utils.data.Sampler[BatchRows] | None = None,
) -> DataLoader[Any]:
    """Make what fetches whole batches.

    Args:
        dataset: Gives batches, in its own order or by what the sampler says.
        settings: Processes that help, and how.
        sampler: Which documents make which batch; None where the data set knows.
    """
    return DataLoader(
        dataset,
        sampler=sampler,
        batch_size=None,
        num_workers=settings.num_workers,
        prefetch_factor=settings.prefetch_factor,
        persistent_workers=settings.persistent_workers,
        pin_memory=settings.pin_memory,
        # Its own, so that what a model draws does not depend on how batches come about.
        generator=torch.Generator(),
    )


@dataclass(frozen=True)
class _Position:
    """How many batches of an epoch have been served."""

    epoch: int
    served: int


class BatchLoader:
    """Batches of a split in a given order.

    Lightning keeps `state_dict` in its checkpoints: a training that was broken off goes on with the batch that comes
    next. Not a `DataLoader` itself, because Lightning would replace its order with one that knows no batches.
    """

    def __init__(
        self,
        split: TokenizedSplit,
        order: BatchOrder,
        settings: LoaderSettings,
        epoch: Callable[[], int] = lambda: 0,
    ) -> None:
        """Describe what to serve.

        Args:
            split: The documents.
            order: Which of them make which batch.
            settings: Processes that help, and how.
            epoch: Tells the present epoch.
        """
        self._order = order
        self._epoch = epoch
        self._position = _Position(epoch=0, served=0)
        self._resumed: _Position | None = None
        self._loader = data_loader(split, settings, _Sampler(self))

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[RaggedBatch]:
        """Serve the epoch, or what is left of it."""
        epoch = self._epoch()
        resumed, self._resumed = self._resumed, None
        # A training that ended with an epoch begins the next one anew.
        served = resumed.served if resumed is not None and resumed.epoch == epoch else 0
        self._position = _Position(epoch, served)
        for batch in self._loader:
            self._position = _Position(epoch, self._position.served + 1)
            yield batch

    def remaining(self) -> list[BatchRows]:
        """Return which documents the rest of the present epoch has."""
        return self._order.batches(self._position.epoch)[self._position.served :]

    def state_dict(self) -> dict[str, int]:
        """Tell how far the epoch has come."""
        return asdict(self._position)

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on behind the batches that have been served."""
        self._resumed = _Position(**state)


class _Sampler(torch.utils.data.Sampler[BatchRows]):
    """Asks the loader anew in each epoch: persistent workers keep one DataLoader for all of them."""

    def __init__(self, loader: BatchLoader) -> None:
        self._loader = loader

    def __len__(self) -> int:
        return len(self._loader)

    def __iter__(self) -> Iterator[BatchRows]:
        return iter(self._loader.remaining())
