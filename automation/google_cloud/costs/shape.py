"""What runs, as the files of deploy/gcp say it: services and jobs of Cloud Run, the machine of a build."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from pydantic import Field

from textops.errors import ConfigurationError
from textops.frozen import Frozen

BILLED_SECONDS = 0.1  # Cloud Run rounds the time of an answer up to this
GIB = {"Ki": 2.0**-20, "Mi": 2.0**-10, "Gi": 1.0, "Ti": 1024.0, "k": 1e3 / 2**30, "M": 1e6 / 2**30, "G": 1e9 / 2**30}


class Service(Frozen):
    """What one Cloud Run service takes.

    Attributes:
        name: Its name.
        cpu: vCPU of the container that answers.
        all_cpu: vCPU of all containers of an instance.
        memory: GiB of all containers of an instance.
        minimum: Instances that always stand.
        maximum: Most instances.
        by_instance: Whether it is billed as long as an instance stands, and not only while it answers.
    """

    name: str
    cpu: float = Field(gt=0)
    all_cpu: float = Field(gt=0)
    memory: float = Field(gt=0)
    minimum: int = Field(ge=0)
    maximum: int = Field(gt=0)
    by_instance: bool

    def instances(self, rate: float, processor_seconds: float, utilisation: float) -> int:
        """Return how many instances answer so many requests a second.

        Args:
            rate: Requests a second.
            processor_seconds: Processor time of one answer.
            utilisation: Share of the processor at which Cloud Run adds an instance.
        """
        needed = math.ceil(rate * processor_seconds / (self.cpu * utilisation) - 1e-9)
        return max(needed, 1 if rate else 0, self.minimum)

    def active(self, rate: float, instances: int) -> float:
        """Return how many of the instances answer at a moment, on average; each request is billed for 100 ms at least.

        It is an upper bound: requests at the same moment share an instance's time.
        """
        return min(float(instances), rate * BILLED_SECONDS)


class RunJob(Frozen):
    """What a job of Cloud Run takes while it runs.

    Attributes:
        cpu: Its vCPU.
        memory: Its GiB.
    """

    cpu: float = Field(gt=0)
    memory: float = Field(gt=0)


def read_service(path: Path) -> Service:
    """Read the shape of a service from its Knative file; `${...}` in other places stays as it is.

    Raises:
        ConfigurationError: If the file is not there, or does not say how large an instance is.
    """
    with _read(path) as document:
        template = document["spec"]["template"]
        limits = _limits(template["spec"])
        notes = _annotations(document) | _annotations(template)
        return Service(
            name=path.stem,
            cpu=cores(limits[0]["cpu"]),
            all_cpu=sum(cores(limit["cpu"]) for limit in limits),
            memory=sum(gibibytes(limit["memory"]) for limit in limits),
            minimum=int(notes.get("autoscaling.knative.dev/minScale", 0)),
            maximum=int(notes.get("autoscaling.knative.dev/maxScale", 100)),
            by_instance=str(notes.get("run.googleapis.com/cpu-throttling", "true")).lower() == "false",
        )


def read_run_job(path: Path) -> RunJob:
    """Read what a job of Cloud Run takes.

    Raises:
        ConfigurationError: If the file is not there, or does not say it.
    """
    with _read(path) as document:
        limits = _limits(document["spec"]["template"]["spec"]["template"]["spec"])
        return RunJob(
            cpu=sum(cores(limit["cpu"]) for limit in limits),
            memory=sum(gibibytes(limit["memory"]) for limit in limits),
        )


def read_build_machine(path: Path) -> str:
    """Read on which machine Cloud Build builds.

    Raises:
        ConfigurationError: If the file is not there, or not possible.
    """
    with _read(path) as document:
        return str(document.get("options", {}).get("machineType", "default"))


@contextmanager
def _read(path: Path) -> Iterator[dict[str, Any]]:
    """Give a document away, and say in one line what is missing in it."""
    try:
        yield yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path.name} cannot be read: restore it from the repository") from error
    except (yaml.YAMLError, KeyError, IndexError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"{path.name} does not say what an instance takes: {' '.join(str(error).split())}"
        ) from error


def _limits(specification: dict[str, Any]) -> list[dict[str, Any]]:
    return [container["resources"]["limits"] for container in specification["containers"]]


def _annotations(document: dict[str, Any]) -> dict[str, Any]:
    return document.get("metadata", {}).get("annotations") or {}


def cores(text: str | float) -> float:
    """Return vCPU of `1`, `0.5` or `500m`."""
    words = str(text)
    return float(words[:-1]) / 1000 if words.endswith("m") else float(words)


def gibibytes(text: str | int) -> float:
    """Return GiB of `512Mi`, `1Gi` or a number of bytes."""
    words = str(text)
    for suffix, factor in GIB.items():
        if words.endswith(suffix):
            return float(words.removesuffix(suffix)) * factor
    return float(words) / 2**30
