"""What a service logs belongs to a request."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from loguru import logger

from textops.registry import Registry
from textops.serving.api import create_app
from textops.serving.settings import ServingSettings

SERVER_WITH_A_FAULT = """
import sys
from textops.serving import server
from textops.serving.__main__ import main

async def fail() -> None:
    raise RuntimeError("inside")

def with_fault(*arguments):
    app = create_app(*arguments)
    app.add_api_route("/fail", fail)
    return app

create_app, server.create_app = server.create_app, with_fault
sys.exit(main())
"""


def test_a_record_of_a_request_carries_its_id(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    from textops.logs import set_up_logging

    monkeypatch.setenv("TEXTOPS_LOG_JSON", "true")
    app = create_app(ServingSettings(registry=str(tmp_path)))

    async def fail() -> None:
        logger.warning("soon")
        raise RuntimeError("inside")

    app.add_api_route("/fail", fail)
    set_up_logging(service=True)
    # when
    with TestClient(app, raise_server_exceptions=False) as client:
        for name in ("first", "second"):
            client.get("/fail", headers={"X-Request-ID": name})
    # then
    records = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    logger.remove()
    seen = [(record["message"], record.get("request_id")) for record in records]
    for name in ("first", "second"):
        assert ("soon", name) in seen
        assert (f"request {name} failed with RuntimeError", name) in seen


@pytest.mark.slow
def test_a_service_logs_json_with_the_traceback_of_a_request(tmp_path: Path, tiny_bundle: Path) -> None:
    # given
    registry = Registry(tmp_path / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TEXTOPS_")}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER_WITH_A_FAULT],
        env={**environment, "TEXTOPS_REGISTRY": str(registry.root), "TEXTOPS_PORT": "0"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    # when
    records = []
    for line in process.stderr:
        records.append(json.loads(line))
        if "serving" in records[-1]["message"]:
            break
    httpx.get(f"{records[-1]['message'].split()[-1]}/fail", headers={"X-Request-ID": "mine"})
    process.send_signal(signal.SIGTERM)
    records += [json.loads(line) for line in process.stderr]
    # then
    assert process.wait(timeout=60) == 0
    of_request = {record["logger"]: record for record in records if record.get("request_id") == "mine"}
    assert set(of_request) == {"textops.serving.problems", "uvicorn.error"}
    assert "RuntimeError: inside" in of_request["uvicorn.error"]["exception"]
