"""Every file of this folder that Google reads, and what it must be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import jsonschema
from google.cloud.devtools import cloudbuild_v1
from google.cloud.monitoring_dashboard_v1 import Dashboard
from google.protobuf import json_format
from google.protobuf.message import Message
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.gcp.configuration import FOLDER
from deploy.gcp.discovery_schema import Schema, strict_schema

Content = Any  # of a YAML file
Check = Callable[[Content], Iterator[str]]


@dataclass(frozen=True)
class CheckedFile:
    """A file, and who judges it.

    Attributes:
        path: Where it is.
        judge: In words.
        check: Gives what is wrong with its content.
        filled: Whether `${...}` in it is filled in before; Cloud Build fills its own in.
    """

    path: Path
    judge: str
    check: Check
    filled: bool = True


def checked_files() -> tuple[CheckedFile, ...]:
    """Return all of them."""
    service, job = _by_document("run.v1", "Service"), _by_document("run.v1", "Job")
    training = _by_document("aiplatform.v1", "GoogleCloudAiplatformV1CustomJobSpec")
    search = _by_document("aiplatform.v1", "GoogleCloudAiplatformV1HyperparameterTuningJob")
    return (
        *(
            CheckedFile(FOLDER / f"{name}.yaml", "google.devtools.cloudbuild.v1.Build", _build, filled=False)
            for name in ("cloudbuild", "cloudbuild_cuda")
        ),
        *(
            CheckedFile(FOLDER / f"services/{name}.yaml", "run.v1 Service", service)
            for name in ("api", "drift", "frontend")
        ),
        CheckedFile(FOLDER / "jobs/retraining.yaml", "run.v1 Job", job),
        *(
            CheckedFile(FOLDER / f"training/{name}.yaml", "aiplatform.v1 CustomJobSpec", training)
            for name in ("cpu", "gpu", "two_replicas", "sharded")
        ),
        CheckedFile(FOLDER / "training/search.yaml", "aiplatform.v1 HyperparameterTuningJob", search),
        CheckedFile(FOLDER / "monitoring/dashboard.yaml", "google.monitoring.dashboard.v1.Dashboard", _dashboard),
        *(
            CheckedFile(FOLDER / f"monitoring/{name}_metrics.yaml", "RunMonitoring of run-gmp-sidecar", _scraping)
            for name in ("api", "drift")
        ),
    )


def _by_message(message: Message, content: Content) -> Iterator[str]:
    try:
        json_format.ParseDict(content, message)
    except json_format.ParseError as error:
        yield str(error)


def _build(content: Content) -> Iterator[str]:
    yield from _by_message(cloudbuild_v1.Build.pb(cloudbuild_v1.Build()), content)


def _dashboard(content: Content) -> Iterator[str]:
    yield from _by_message(Dashboard.pb(Dashboard()), content)


@cache
def _validator(document: str, message: str) -> jsonschema.Draft202012Validator:
    schema: Schema = strict_schema(document, message)
    return jsonschema.Draft202012Validator(schema)


def _by_document(document: str, message: str) -> Check:
    def check(content: Content) -> Iterator[str]:
        for error in _validator(document, message).iter_errors(content):
            yield f"{error.json_path}: {error.message}"

    return check


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Endpoint(_Strict):
    port: int | str
    scheme: Literal["http", "https"] = "http"
    path: str = "/metrics"
    interval: str = Field("60s", pattern=r"^([0-9]+(ms|[smhd]))+$")
    timeout: str | None = Field(None, pattern=r"^([0-9]+(ms|[smhd]))+$")


class _TargetLabels(_Strict):
    metadata: list[Literal["instance", "revision", "service", "configuration"]]


class _Scraping(_Strict):
    endpoints: list[_Endpoint] = Field(min_length=1)
    target_labels: _TargetLabels | None = Field(None, alias="targetLabels")


class _Name(_Strict):
    name: str


class _RunMonitoring(_Strict):
    """As its documentation has it; Google ships no message of it. What we do not use is not known here."""

    api_version: Literal["monitoring.googleapis.com/v1beta"] = Field(alias="apiVersion")
    kind: Literal["RunMonitoring"]
    metadata: _Name
    spec: _Scraping


def _scraping(content: Content) -> Iterator[str]:
    try:
        _RunMonitoring.model_validate(content)
    except ValidationError as error:
        for each in error.errors():
            yield f"{'.'.join(map(str, each['loc']))}: {each['msg']}"
