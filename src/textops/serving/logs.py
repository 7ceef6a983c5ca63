"""The server's own records, written by the library `logging`, become records of loguru."""

import logging

from loguru import logger


class LoguruHandler(logging.Handler):
    """Hands records on."""

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one record on, with its traceback."""
        logger.opt(exception=record.exc_info).log(record.levelname, "uvicorn: {}", record.getMessage())


def route_server_records(level: str) -> None:
    """Hand the records of uvicorn on to loguru.

    Args:
        level: Least level.
    """
    server = logging.getLogger("uvicorn")
    server.handlers = [LoguruHandler()]
    server.setLevel(getattr(logging, level, logging.DEBUG))
    server.propagate = False
