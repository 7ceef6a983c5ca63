import logging
from collections.abc import Iterator

import pytest
from loguru import logger

from textops.serving.logs import route_server_records


@pytest.fixture
def records() -> Iterator[list[str]]:
    collected: list[str] = []
    sink = logger.add(lambda message: collected.append(str(message)), format="{level}|{message}")
    yield collected
    logger.remove(sink)


def test_the_servers_records_become_ours_with_their_tracebacks(records: list[str]) -> None:
    route_server_records("INFO")
    server = logging.getLogger("uvicorn.error")

    server.info("Started server process [%d]", 7)
    server.debug("not this one")
    try:
        int("of a request")
    except ValueError:
        server.exception("Exception in ASGI application")

    assert records[0] == "INFO|uvicorn: Started server process [7]\n"
    assert len(records) == 2
    assert records[1].startswith("ERROR|uvicorn: Exception in ASGI application")
    assert "ValueError: invalid literal" in records[1]
