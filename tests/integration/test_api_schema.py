"""What the OpenAPI document says of the API is true: two thousand requests, as it allows them and as it does not."""

import gc
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
import schemathesis
from schemathesis.engine import events, from_schema

from textops.prediction_log import PredictionLogSettings
from textops.registry import Registry
from textops.serving.api import create_app
from textops.serving.settings import ServingSettings

if TYPE_CHECKING:
    from tests.integration.conftest import StartApi

pytestmark = pytest.mark.slow

SEED = 5
PREDICTIONS = "^/predict"
LINES = "application/x-ndjson"
ACCEPTED = ["2xx", "401", "403", "404", "409", "429"]
# Which label there is, whether a shape fits its data: no schema can say. Who follows it may be refused with 422.
ACCEPTED_OR_NOT = [*ACCEPTED, "422"]


@schemathesis.serializer(LINES)
def _serialize_lines(_context: schemathesis.SerializationContext, value: Any) -> bytes:  # noqa: ANN401
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@schemathesis.hook
def filter_case(_context: schemathesis.HookContext, case: schemathesis.Case[Any]) -> bool:
    """Leave out what cannot be sent: lines that are no text."""
    return case.media_type != LINES or isinstance(case.body, str)


@pytest.fixture(autouse=True)
def _no_passwords_from_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the client from looking for a file of passwords with each request: a third of its time."""
    monkeypatch.setattr(requests.sessions, "get_netrc_auth", lambda *_arguments: None)


@pytest.fixture(autouse=True)
def _few_collections() -> Iterator[None]:
    """Keep the collector from looking through all that pytest has loaded, over and over."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Path) -> Registry:
    registry = Registry(tmp_path_factory.mktemp("schema") / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    return registry


def configuration(examples: int, accepted: list[str], **more: object) -> schemathesis.Config:
    return schemathesis.Config.from_dict(
        {
            "seed": SEED,
            "generation": {"deterministic": True, "max-examples": examples, "no-shrink": True},
            "continue-on-failure": True,
            "phases": {"stateful": {"enabled": False}},
            # For each check the same everywhere: settings of single operations cost most of the time.
            "checks": {"positive_data_acceptance": {"expected-statuses": accepted}},
            "parameters": {"name": "tiny", "version": "1"},
            **more,
        }
    )


def asked(schema: schemathesis.BaseSchema) -> tuple[Counter[int], list[str]]:
    """Ask all that a document gives rise to, and return the statuses and what was found wrong."""
    statuses: Counter[int] = Counter()
    faults: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            faults.append(str(event))
        if not isinstance(event, events.ScenarioFinished):
            continue
        for interaction in event.recorder.interactions.values():
            statuses[interaction.response.status_code if interaction.response else 0] += 1
        faults += list(_faults(event))
    return statuses, faults


def _faults(event: events.ScenarioFinished) -> Iterator[str]:
    for checks in event.recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                yield f"{failure.title}: {failure.message}\n{check.failure_info.code_sample[:1_000]}"


# In groups, so that several processors can work on them; together 2,000 cases.
@pytest.mark.parametrize(
    ("group", "examples", "least", "expected"),
    [
        (PREDICTIONS, 350, 700, {200, 405, 415, 422}),
        ("^/(explain|feedback)", 550, 600, {200, 405, 415, 422}),
        ("^/(?!predict|explain|feedback)", 140, 400, {200, 405, 415, 422}),
    ],
)
def test_the_document_is_true(
    registry: Registry, tmp_path: Path, group: str, examples: int, least: int, expected: set[int]
) -> None:
    # given: a log where there is feedback; elsewhere it would only take time
    database = f"sqlite:///{tmp_path}/log.sqlite" if "feedback" in group else "none"
    app = create_app(
        ServingSettings(registry=str(registry.root), max_text_characters=2_000),
        None,
        PredictionLogSettings.model_validate({"database_url": database}),
    )
    accepted = ACCEPTED if group == PREDICTIONS else ACCEPTED_OR_NOT
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=configuration(examples, accepted))
    # when
    statuses, faults = asked(schema.include(path_regex=group))
    # then
    assert not faults, "\n\n".join(faults[:5])
    assert statuses.total() >= least
    assert expected <= set(statuses)
    assert max(statuses) < 500


def test_the_document_is_true_over_http_and_with_keys(
    registry: Registry, tmp_path: Path, start_api: "StartApi"
) -> None:
    # given
    key = "a-key-of-the-tests"
    server = start_api(registry.root, api_keys=key, database_url=f"sqlite:///{tmp_path}/log.sqlite")
    configured = configuration(15, ACCEPTED_OR_NOT, headers={"X-API-Key": key})
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json", headers={"X-API-Key": key}, config=configured)
    # when
    statuses, faults = asked(schema)
    # then
    assert not faults, "\n\n".join(faults[:5])
    assert {200, 401, 422} <= set(statuses)
    assert "Traceback" not in server.log
    assert key not in server.log


def test_the_document_names_the_refusals_of_each_endpoint(registry: Registry) -> None:
    open_to_all = {"/health", "/ready", "/metrics", "/v2/health/live", "/v2/health/ready"}
    app = create_app(ServingSettings(registry=str(registry.root), api_keys="key"), None, PredictionLogSettings())

    document = json.loads(json.dumps(app.openapi()))

    for path, operations in document["paths"].items():
        for operation in operations.values():
            closed = path not in open_to_all
            assert ({"401", "429"} <= set(operation["responses"])) is closed, path
            assert ("security" in operation) is closed, path
