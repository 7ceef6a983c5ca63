import logging
import sys
import warnings
from collections.abc import Iterator

import pytest
from loguru import logger

from textops.logs import identify_request, identify_run
from textops.logs.settings import FILE_VARIABLE, JSON_VARIABLE, LEVEL_VARIABLE


@pytest.fixture(autouse=True)
def _logging_as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start without settings, and leave no handler behind."""
    for variable in (LEVEL_VARIABLE, JSON_VARIABLE, FILE_VARIABLE, "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    with warnings.catch_warnings():
        yield
    root.handlers[:], root.level = handlers, level
    identify_run(None)
    identify_request(None)
    logger.remove()
    logger.configure(patcher=lambda _record: None)
    logger.add(sys.stderr)
