"""A tracker that goes away in the middle of a training is no reason to end the training."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

from loguru import logger

from textops.data.addresses import hide_secrets


class Forgiving(AbstractContextManager[None]):
    """A block in which the troubles of a tracker are told once and otherwise passed over; use it as often as needed."""

    def __init__(self, name: str, is_trouble: Callable[[BaseException], bool]) -> None:
        """Name the tracker, and tell its troubles from mistakes of ours.

        Args:
            name: For people.
            is_trouble: Whether an error comes from the tracker.
        """
        self._name = name
        self._is_trouble = is_trouble
        self.had_trouble = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Pass over a trouble of the tracker."""
        if error is None or not self._is_trouble(error):
            return False
        if not self.had_trouble:
            self.had_trouble = True
            logger.warning("{} does not take everything, the training goes on: {}", self._name, first_line(error))
        return True


def first_line(error: BaseException) -> str:
    """Return the first line of a message without secrets, the name of the error where it has none."""
    return hide_secrets(next(iter(str(error).strip().splitlines()), type(error).__name__))
