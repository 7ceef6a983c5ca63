"""Files of deploy/gcp with their `${...}` filled in, below build/gcp, where the commands that are shown find them."""

from pathlib import Path

from automation.google_cloud.shell import ROOT
from deploy.gcp.configuration import CloudConfiguration, rendered
from textops.errors import ConfigurationError

TEMPLATES = ROOT / "deploy/gcp"
RENDERED = Path("build/gcp")


def render(name: str, cloud: CloudConfiguration, **further: str) -> Path:
    """Write a file with its placeholders filled in, and return its path from the root of the project.

    Args:
        name: The file below deploy/gcp, such as `run/api.yaml`.
        cloud: Whose cloud it is.
        further: What else it asks for.

    Raises:
        ConfigurationError: If it is not there or asks for something that nothing gives.
    """
    return write(name, rendered(template(name), cloud, **further))


def template(name: str) -> Path:
    """Return a file of deploy/gcp.

    Raises:
        ConfigurationError: If it is not there.
    """
    path = TEMPLATES / name
    if not path.is_file():
        raise ConfigurationError(f"deploy/gcp/{name} is not there: restore it from the repository")
    return path


def write(name: str, text: str) -> Path:
    """Write a file below build/gcp, and return its path from the root of the project."""
    path = RENDERED / name
    (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
    (ROOT / path).write_text(text, encoding="utf-8")
    return path
