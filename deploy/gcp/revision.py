"""What is deployed: the files of `services/` and `jobs/`, filled in, and for the API without any traffic yet.

    python -m deploy.gcp.revision api --tag 1a2b3c --name c1a2b3c-77 --present now.json --output api.yaml
    python -m deploy.gcp.revision frontend --tag 1a2b3c --present now.json --drift drift.json --output page.yaml
    python -m deploy.gcp.revision address --present now.json

`now.json` and `drift.json` are what `gcloud run services describe NAME --format=json` says of the API and of the drift
service.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import yaml  # type: ignore[import-untyped]
from pydantic import ConfigDict, Field, ValidationError

from deploy.gcp.configuration import FOLDER, CloudConfiguration, read_configuration, rendered
from textops.errors import ConfigurationError
from textops.files import write_text
from textops.frozen import Frozen

CANDIDATE = "candidate"
FILES = {
    "api": FOLDER / "services" / "api.yaml",
    "drift": FOLDER / "services" / "drift.yaml",
    "frontend": FOLDER / "services" / "frontend.yaml",
    "retraining": FOLDER / "jobs" / "retraining.yaml",
}
_CONNECTION = "run.googleapis.com/cloudsql-instances"
_WITH_WANDB = ("retraining",)


class _Described(Frozen):
    """A part of what gcloud says; the rest is of no interest here."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Share(_Described):
    """Which revision gets how much of the traffic."""

    revision: str | None = Field(None, alias="revisionName")
    percent: int = 0


class Status(_Described):
    """What Cloud Run says of a service."""

    url: str
    traffic: tuple[Share, ...] = ()


class Service(_Described):
    """A service as it runs."""

    status: Status

    @property
    def candidate_url(self) -> str:
        """Where the revision without traffic answers."""
        return self.status.url.replace("https://", f"https://{CANDIDATE}---", 1)


def read_service(path: Path) -> Service:
    """Read what gcloud says of a service.

    Raises:
        ConfigurationError: If it says something else.
    """
    try:
        return Service.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ConfigurationError(
            f"{path} does not describe a Cloud Run service: write it with "
            "`gcloud run services describe NAME --format=json`"
        ) from error


def document(part: str, configuration: CloudConfiguration, tag: str, **urls: str) -> dict[str, Any]:
    """Return one of the files, filled in.

    Args:
        part: `api`, `drift`, `frontend` or `retraining`.
        configuration: Whose cloud it is.
        tag: Of the images.
        urls: `api_url` and `drift_url`, for the page.
    """
    connection = configuration.database_connection
    text = rendered(FILES[part], configuration, tag=tag, database_connection=connection or "none", **urls)
    filled: dict[str, Any] = yaml.safe_load(text)
    if not connection:
        _notes(filled).pop(_CONNECTION, None)
    if configuration.wandb and part in _WITH_WANDB:
        key = {"name": f"{configuration.names.prefix}-wandb-key", "key": "latest"}
        container = filled["spec"]["template"]["spec"]["template"]["spec"]["containers"][0]
        container["env"].append({"name": "WANDB_API_KEY", "valueFrom": {"secretKeyRef": key}})
    return filled


def candidate(filled: dict[str, Any], name: str, present: Service) -> dict[str, Any]:
    """Return a service whose next revision gets an address of its own, and no traffic.

    Args:
        filled: The service.
        name: What the revision is called behind the name of the service.
        present: The service as it runs: what has traffic keeps it.

    Raises:
        ConfigurationError: If nothing has traffic.
    """
    revision = f"{filled['metadata']['name']}-{name}"
    kept = [
        {"revisionName": share.revision, "percent": share.percent} for share in present.status.traffic if share.percent
    ]
    if not kept or any(share["revisionName"] is None for share in kept):
        raise ConfigurationError(
            "no revision of the service has traffic that it could keep: `invoke gcp.bootstrap` makes a first one"
        )
    template = filled["spec"]["template"]
    spec = {
        "template": {**template, "metadata": {**template["metadata"], "name": revision}},
        "traffic": [*kept, {"revisionName": revision, "tag": CANDIDATE}],
    }
    return {**filled, "spec": spec}


def _notes(filled: dict[str, Any]) -> dict[str, str]:
    notes: dict[str, str] = filled["spec"]["template"]["metadata"].setdefault("annotations", {})
    return notes


def _arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.gcp.revision", description="What is deployed.")
    parser.add_argument("part", choices=[*FILES, "address"])
    parser.add_argument("--tag", default="latest")
    parser.add_argument("--name", default="")
    parser.add_argument("--present", type=Path, required=True)
    parser.add_argument("--drift", type=Path)
    parser.add_argument("--output", type=Path)
    return parser.parse_args(given)


def main(given: Sequence[str]) -> Literal[0, 2]:
    """Write what is deployed, or say where the revision without traffic answers."""
    arguments = _arguments(given)
    try:
        present = read_service(arguments.present)
        text = present.candidate_url + "\n"
        if arguments.part != "address":
            drift_url = read_service(arguments.drift).status.url if arguments.drift else ""
            urls = {"api_url": present.status.url, "drift_url": drift_url}
            filled = document(arguments.part, read_configuration(), arguments.tag, **urls)
            if arguments.part == "api" and arguments.name:
                filled = candidate(filled, arguments.name, present)
            text = yaml.safe_dump(filled, sort_keys=False)
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if arguments.output:
        write_text(arguments.output, text)
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
