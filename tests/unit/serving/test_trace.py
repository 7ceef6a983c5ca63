import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from loguru import logger

from textops.logs import set_up_logging
from textops.serving.api import create_app
from textops.serving.settings import ServingSettings
from textops.serving.trace import trace_id

TRACE = "0af7651916cd43dd8448eb211c80319c"
GOOD = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.mark.parametrize("header", [GOOD, GOOD[:-2] + "00", "01" + GOOD[2:] + "-more"])
def test_a_trace_is_read_from_its_header(header: str) -> None:
    assert trace_id(header.encode()) == TRACE


@pytest.mark.parametrize(
    "header",
    [
        "",
        TRACE,
        GOOD.upper(),
        "ff" + GOOD[2:],
        GOOD + "0",
        GOOD.replace(TRACE, "0" * 32),
        GOOD.replace("b7ad6b7169203331", "0" * 16),
        GOOD.replace("-", "_"),
        f"{GOOD}\n",
    ],
)
def test_a_malformed_header_names_no_trace(header: str) -> None:
    assert trace_id(header.encode()) is None


def test_without_a_header_there_is_no_trace() -> None:
    assert trace_id(None) is None


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A service without a model, whose records are JSON."""
    monkeypatch.setenv("TEXTOPS_LOG_JSON", "true")
    app = create_app(ServingSettings(registry=str(tmp_path / "empty")))

    @app.get("/speak")
    async def speak() -> None:
        logger.info("spoken")

    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize(
    ("headers", "expected"), [({"traceparent": GOOD}, TRACE), ({"traceparent": "x"}, None), ({}, None)]
)
def test_the_records_of_a_request_carry_its_trace(
    client: TestClient, capsys: pytest.CaptureFixture[str], headers: dict[str, str], expected: str | None
) -> None:
    set_up_logging(service=True)

    client.get("/speak", headers=headers | {"X-Request-ID": "mine"})

    records = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    logger.remove()
    (record,) = [record for record in records if record["message"] == "spoken"]
    assert (record["request_id"], record.get("trace_id")) == ("mine", expected)
