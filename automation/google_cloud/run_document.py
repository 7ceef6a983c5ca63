"""What is deployed to Cloud Run: the documents of `deploy.gcp.revision`, and what they need to be there."""

import hashlib
import re
from typing import Any

import yaml  # type: ignore[import-untyped]

from automation.google_cloud.rendering import write

SERVICES = ("api", "drift", "frontend")
RETRAINING = "retraining"
PARTS = (*SERVICES, RETRAINING)


def containers(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the containers of a service or a job."""
    return list(_specification(document)["containers"])


def image(document: dict[str, Any]) -> str:
    """Return the image of the container that works, with its tag."""
    return str(containers(document)[0]["image"])


def secrets(document: dict[str, Any]) -> list[str]:
    """Return the names of the secrets that its containers and volumes read."""
    variables = [each for container in containers(document) for each in container.get("env", [])]
    names = [each.get("valueFrom", {}).get("secretKeyRef", {}).get("name") for each in variables]
    volumes = _specification(document).get("volumes", [])
    names += [each.get("secret", {}).get("secretName") for each in volumes]
    return sorted({str(name) for name in names if name})


def revision_name(document: dict[str, Any], tag: str) -> str:
    """Return what a revision is called behind the name of its service.

    The same document has the same name, so that a deployment can be repeated. Behind the longest name of a service it
    is as long as Cloud Run allows, 63 characters.
    """
    template = yaml.safe_dump(document["spec"]["template"], sort_keys=True).encode()
    commit = re.sub(r"[^a-z0-9]", "", tag.lower())[:7]
    return f"c{commit}-{hashlib.sha256(template).hexdigest()[:4]}"


def write_document(part: str, document: dict[str, Any]) -> str:
    """Write what is deployed, and return its path from the root of the project."""
    return str(write(f"{part}.yaml", yaml.safe_dump(document, sort_keys=False)))


def _specification(document: dict[str, Any]) -> dict[str, Any]:
    specification: dict[str, Any] = document["spec"]["template"]["spec"]
    return specification if "containers" in specification else specification["template"]["spec"]
