"""Whose cloud it is: `configuration.yaml` beside this module, read by the tasks and by the infrastructure code."""

import os
import string
from pathlib import Path
from typing import Annotated

import yaml  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from textops.errors import ConfigurationError

CONFIGURATION = Path(__file__).with_name("configuration.yaml")
PROJECT_VARIABLE, REGION_VARIABLE = "TEXTOPS_GCP_PROJECT", "TEXTOPS_GCP_REGION"

# As Google checks them.
ProjectId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]+-[a-z]+[0-9]+$")]
Bucket = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$")]
ResourceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,47}[a-z0-9]$")]
Repository = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Names(_Strict):
    """Names of what is made; those of buckets are unique in the whole world, so they hold the project's by default."""

    data_bucket: Bucket | None = None
    model_bucket: Bucket | None = None
    repository: ResourceName = "textops"
    api: ResourceName = "textops-api"
    drift: ResourceName = "textops-drift"
    frontend: ResourceName = "textops-frontend"
    function: ResourceName = "textops-predict"


class CloudConfiguration(_Strict):
    """Whose cloud it is.

    Attributes:
        project: Id of the project.
        region: Where everything lies.
        github: `owner/repository` that may deploy, None for none.
        names: What things are called.
    """

    project: ProjectId
    region: Region
    github: Repository | None = None
    names: Names = Field(default_factory=Names)

    @property
    def data_bucket(self) -> str:
        """Bucket of the data."""
        return self.names.data_bucket or f"{self.project}-textops-data"

    @property
    def model_bucket(self) -> str:
        """Bucket of the models."""
        return self.names.model_bucket or f"{self.project}-textops-models"

    @property
    def images(self) -> str:
        """Where images lie: an image is `<images>/<name>:<tag>`."""
        return f"{self.region}-docker.pkg.dev/{self.project}/{self.names.repository}"

    def placeholders(self) -> dict[str, str]:
        """Return what stands for `${...}` in the files of this folder."""
        return {
            "project": self.project,
            "region": self.region,
            "data_bucket": self.data_bucket,
            "model_bucket": self.model_bucket,
            "images": self.images,
            "api": self.names.api,
            "drift": self.names.drift,
            "frontend": self.names.frontend,
            "function": self.names.function,
        }


def read_configuration(path: Path = CONFIGURATION) -> CloudConfiguration:
    """Read the configuration; the environment stands above the file.

    Raises:
        ConfigurationError: If it is not there, not possible, or names no project.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path.name} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path.name} holds no settings: restore it from the repository")
    for key, variable in (("project", PROJECT_VARIABLE), ("region", REGION_VARIABLE)):
        if os.environ.get(variable):
            document[key] = os.environ[variable]
    if not document.get("project"):
        raise ConfigurationError(
            f"no Google Cloud project: set {PROJECT_VARIABLE}, or project in deploy/gcp/{path.name}, to an id that "
            "`gcloud projects list` shows"
        )
    try:
        return CloudConfiguration.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigurationError(
            f"deploy/gcp/{path.name}, {where}: {first['msg']} (it is {first['input']!r})"
        ) from error


def rendered(template: Path, configuration: CloudConfiguration, **further: str) -> str:
    """Return a file of this folder with its `${...}` filled in; `$$` is a dollar sign.

    Args:
        template: The file.
        configuration: Whose cloud it is.
        further: What else it asks for, such as `tag`.

    Raises:
        ConfigurationError: If it asks for something that is not there.
    """
    values = configuration.placeholders() | further
    try:
        return string.Template(template.read_text(encoding="utf-8")).substitute(values)
    except KeyError as error:
        raise ConfigurationError(f"{template.name} asks for ${{{error.args[0]}}}, which nothing gives") from error
