"""What people have dropped on the page and had answered, as long as their browser is there."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from textops.frontend.batch_columns import BatchTexts, Choice
from textops.frontend.batch_job import BatchJob
from textops.frontend.batch_results import BatchResults
from textops.frontend.batch_table import BatchTable, FileRefusedError, Layout

MOST_BATCHES = 8
"""Each may hold hundreds of megabytes."""

_GRACE_SECONDS = 120.0
_LOOK_SECONDS = 2.0


@dataclass
class Batch:
    """A file that somebody works with.

    Attributes:
        name: Of the file.
        content: Of the file; let go when its rows are asked about.
        table: Its rows.
        wanted: How the person wants it read.
        choice: Columns that were chosen.
        texts: What they hold.
        results: The answers.
        job: Asks for them.
    """

    name: str
    content: bytes
    table: BatchTable
    wanted: Layout
    choice: Choice | None = None
    texts: BatchTexts | None = None
    results: BatchResults | None = None
    job: BatchJob | None = None


class BatchStore:
    """Holds one batch for each browser session, so many at most; one whose session is gone ends and is forgotten."""

    def __init__(
        self, is_here: Callable[[str], bool], grace_seconds: float = _GRACE_SECONDS, look_seconds: float = _LOOK_SECONDS
    ) -> None:
        """Take how to find out who is there.

        Args:
            is_here: Tells whether a session has a browser.
            grace_seconds: How long a browser may be away: a phone sleeps, a connection breaks.
            look_seconds: How often to look.
        """
        self._is_here = is_here
        self._grace_seconds = grace_seconds
        self._look_seconds = look_seconds
        self._batches: dict[str, Batch] = {}
        self._seen: dict[str, float] = {}
        self._lock = threading.Lock()
        self._keeper: threading.Thread | None = None

    def __len__(self) -> int:
        """Return how many are held."""
        return len(self._batches)

    def of(self, session: str) -> Batch | None:
        """Return the batch of a session."""
        return self._batches.get(session)

    def check_room(self, session: str) -> None:
        """Refuse another batch where there are enough.

        Raises:
            FileRefusedError: If there are.
        """
        if session not in self._batches and len(self._batches) >= MOST_BATCHES:
            raise FileRefusedError(
                f"{MOST_BATCHES} people work with a batch now, and more would take too much memory: try again later."
            )

    def put(self, session: str, batch: Batch) -> None:
        """Take the batch of a session in place of the one before.

        Raises:
            FileRefusedError: If there are enough.
        """
        with self._lock:
            self.check_room(session)
            self._end(session)
            self._batches[session] = batch
            self._seen[session] = time.monotonic()
            if self._keeper is None:
                self._keeper = threading.Thread(target=self._keep, name="batch keeper", daemon=True)
                self._keeper.start()

    def forget(self, session: str) -> None:
        """End what a session has begun, and let it go."""
        with self._lock:
            self._end(session)

    def _keep(self) -> None:
        """Look who is gone, until nobody is left."""
        while True:
            time.sleep(self._look_seconds)
            with self._lock:
                now = time.monotonic()
                for session in list(self._batches):
                    if self._is_here(session):
                        self._seen[session] = now
                    elif now - self._seen[session] > self._grace_seconds:
                        self._end(session)
                if not self._batches:
                    self._keeper = None
                    return

    def _end(self, session: str) -> None:
        batch = self._batches.pop(session, None)
        self._seen.pop(session, None)
        if batch is not None and batch.job is not None:
            batch.job.cancel()
        # Arrow keeps what was let go for the next who wants some.
        pa.default_memory_pool().release_unused()
