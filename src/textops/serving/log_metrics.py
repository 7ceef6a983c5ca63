"""The prediction log's figures, for Prometheus."""

from textops.serving.metrics import ServingMetrics


class LogMetrics:
    """Is told by the writer of the prediction log what becomes of its rows."""

    def __init__(self, metrics: ServingMetrics) -> None:
        """Write into metrics."""
        self._metrics = metrics

    def written(self, rows: int) -> None:
        """Count rows that are in the database."""
        self._metrics.log_written.inc(rows)

    def dropped(self, rows: int) -> None:
        """Count rows that were lost."""
        self._metrics.log_dropped.inc(rows)

    def waiting(self, rows: int) -> None:
        """Say how many rows wait."""
        self._metrics.log_waiting.set(rows)

    def reachable(self, reachable: bool) -> None:  # noqa: FBT001 (a figure)
        """Say whether the database answers."""
        self._metrics.log_reachable.set(reachable)
