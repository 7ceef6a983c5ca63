"""Errors that a person can put right end a task with one line and their exit code, as they end our commands."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from invoke.exceptions import Exit

from textops.errors import TextopsError


@contextmanager
def one_line() -> Iterator[None]:
    """End the task with one line where it raises an error that a user can put right."""
    try:
        yield
    except TextopsError as error:
        raise Exit(str(error), error.exit_code) from error


def in_one_line(body: Callable[..., None]) -> Callable[..., None]:
    """Let a task end with one line."""

    @functools.wraps(body)
    def told(*arguments: object, **options: object) -> None:
        with one_line():
            body(*arguments, **options)

    return told
