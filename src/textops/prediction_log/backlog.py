"""All that waits for the database: predictions, those of a candidate, and feedback, each with a bound of its own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from loguru import logger

from textops.prediction_log.buffer import Buffer
from textops.prediction_log.identifiers import new_prediction_id
from textops.prediction_log.rows import LoggedFeedback, LoggedPrediction, ShadowPrediction
from textops.prediction_log.settings import PredictionLogSettings
from textops.prediction_log.stored import StoredRow, TextKeeper, stored_feedback, stored_prediction, stored_shadow

Row = TypeVar("Row")


@dataclass(frozen=True)
class IdentifiedFeedback:
    """Feedback with the name of its row: written twice, it is there once.

    Attributes:
        identifier: The name.
        row: The feedback.
    """

    identifier: str
    row: LoggedFeedback


class Backlog:
    """The rows that are not in the database yet.

    Attributes:
        predictions: Predictions that wait.
        shadow_predictions: What a candidate says beside them.
        feedback: Feedback that waits; a flood of predictions does not take its room.
    """

    def __init__(self, settings: PredictionLogSettings) -> None:
        """Begin empty, with the bounds of the settings."""
        rows, characters = settings.log_buffer_rows, settings.log_buffer_characters
        self.predictions: Buffer[LoggedPrediction] = Buffer(rows, characters, lambda row: len(row.text))
        self.shadow_predictions: Buffer[ShadowPrediction] = Buffer(rows, characters, lambda _row: 0)
        self.feedback: Buffer[IdentifiedFeedback] = Buffer(
            rows, characters, lambda feedback: len(feedback.row.comment or "")
        )
        self._keeper = TextKeeper(settings)

    def __len__(self) -> int:
        return len(self.predictions) + len(self.shadow_predictions) + len(self.feedback)

    @property
    def dropped(self) -> int:
        """How many rows were lost."""
        return self.predictions.dropped + self.shadow_predictions.dropped + self.feedback.dropped

    def put_feedback(self, row: LoggedFeedback) -> bool:
        """Add feedback; tell whether there was room."""
        return self.feedback.put([IdentifiedFeedback(new_prediction_id(), row)])

    def knows(self, prediction_id: str) -> bool:
        """Tell whether a prediction waits."""
        return any(row.prediction_id == prediction_id for row in self.predictions.rows())

    def stored_predictions(self, rows: Sequence[LoggedPrediction]) -> list[StoredRow]:
        """Return predictions as the database takes them, without those that none would take."""
        return list(_possible(rows, lambda row: stored_prediction(row, self._keeper)))

    def stored_shadow_predictions(self, rows: Sequence[ShadowPrediction]) -> list[StoredRow]:
        """Return what a candidate says as the database takes it, without what none would take."""
        return list(_possible(rows, stored_shadow))

    def stored_feedback(self, rows: Sequence[IdentifiedFeedback]) -> list[StoredRow]:
        """Return feedback as the database takes it, without what none would take."""
        return list(_possible(rows, lambda item: stored_feedback(item.row, item.identifier, self._keeper)))

    def empty(self) -> list[StoredRow]:
        """Return all that waits as the database takes it, and forget it; what none would take is dropped."""
        rows = [
            *self.stored_predictions(self.predictions.rows()),
            *self.stored_shadow_predictions(self.shadow_predictions.rows()),
            *self.stored_feedback(self.feedback.rows()),
        ]
        waited = self.predictions.clear() + self.shadow_predictions.clear() + self.feedback.clear()
        self.drop(waited - len(rows))
        return rows

    def drop(self, rows: int) -> None:
        """Count rows that were lost."""
        self.predictions.drop(rows)

    def close(self) -> None:
        """Take nothing more: what still comes is dropped and counted."""
        self.predictions.close()
        self.shadow_predictions.close()
        self.feedback.close()


def _possible(rows: Sequence[Row], convert: Callable[[Row], StoredRow]) -> Iterator[StoredRow]:
    for row in rows:
        try:
            yield convert(row)
        except (TypeError, ValueError, AttributeError) as error:
            # The row itself is not shown: it holds what somebody wrote.
            logger.error("a row of the prediction log is impossible and is dropped: {}", type(error).__name__)
