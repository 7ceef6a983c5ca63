"""Whose cloud it is: `configuration.yaml` beside this module, read by the tasks and by the infrastructure code."""

import os
import shlex
import string
from pathlib import Path
from typing import Annotated

import yaml  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from textops.errors import ConfigurationError

FOLDER = Path(__file__).parent
CONFIGURATION = FOLDER / "configuration.yaml"
REGISTRY_FOLDER = "registry"
PROJECT_VARIABLE, REGION_VARIABLE = "TEXTOPS_GCP_PROJECT", "TEXTOPS_GCP_REGION"

# As Google checks them.
ProjectId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]+-[a-z]+[0-9]+$")]
Bucket = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$")]
ResourceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,47}[a-z0-9]$")]
Prefix = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,12}[a-z0-9]$")]
Member = Annotated[str, StringConstraints(pattern=r"^(user|group|domain|serviceAccount):\S+$")]
Override = Annotated[str, StringConstraints(pattern=r"^[^\n\"\\$]+$")]
Cron = Annotated[str, StringConstraints(pattern=r"^\S+( \S+){4}$")]
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
    retraining: ResourceName = "textops-retrain"
    prefix: Prefix = "textops"


class Database(_Strict):
    """A PostgreSQL of Cloud SQL for the prediction log.

    Attributes:
        tier: Its machine.
        disk_gigabytes: Its disk, which grows by itself.
    """

    tier: str = Field("db-g1-small", pattern=r"^db-[a-z0-9-]+$")
    disk_gigabytes: int = Field(10, ge=10)


class Budget(_Strict):
    """A month's money; who is told learns of half, of 90 % and of all of it.

    Attributes:
        billing_account: As `gcloud billing accounts list` shows it.
        amount: Of one month.
        currency: That of the billing account.
    """

    billing_account: str = Field(pattern=r"^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$")
    amount: int = Field(gt=0)
    currency: str = Field("USD", pattern=r"^[A-Z]{3}$")


class Schedules(_Strict):
    """When what is to happen, as cron writes it.

    Attributes:
        drift_check: A look at the live traffic.
        retraining: A training with labelled traffic, as far as the gate lets it.
        time_zone: Of both.
    """

    drift_check: Cron = "0 * * * *"
    retraining: Cron = "0 3 * * 1"
    time_zone: str = "Etc/UTC"


class CloudConfiguration(_Strict):
    """Whose cloud it is.

    Attributes:
        project: Id of the project.
        region: Where everything lies.
        github: `owner/repository` that may deploy, None for none.
        branch: What is pushed there is built and deployed.
        alert_address: Mail address of who is told, None for nobody.
        page_users: Who may open the page, such as `user:ann@example.com`; whoever does asks with its key.
        training: Hydra overrides of every training in the cloud.
        wandb: Whether trainings are told to Weights & Biases; the key is a secret then.
        protected: Whether data, models and database stay when all else is taken down.
        database: The prediction log's; None for no prediction log.
        schedules: When what is to happen.
        budget: A month's money, None for no warning.
        names: What things are called.
    """

    project: ProjectId
    region: Region
    github: Repository | None = None
    branch: str = Field("main", pattern=r"^[A-Za-z0-9._/-]+$")
    alert_address: str | None = Field(None, pattern=r"^[^@\s]+@[^@\s]+$")
    page_users: tuple[Member, ...] = ()
    training: tuple[Override, ...] = ("data=bbc_news",)
    wandb: bool = False
    protected: bool = True
    database: Database | None = None
    schedules: Schedules = Field(default_factory=Schedules)
    budget: Budget | None = None
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

    @property
    def registry(self) -> str:
        """Where the models are registered."""
        return f"gs://{self.model_bucket}/{REGISTRY_FOLDER}"

    @property
    def database_connection(self) -> str | None:
        """What Cloud Run calls the database, None where there is none."""
        return f"{self.project}:{self.region}:{self.names.prefix}-log" if self.database else None

    def identity(self, name: str) -> str:
        """Return the mail address of a service account: `api` and others, see `infrastructure/grants.py`."""
        return f"{self.names.prefix}-{name}@{self.project}.iam.gserviceaccount.com"

    def substitutions(self) -> dict[str, str]:
        """Return what `cloudbuild.yaml` asks for, whoever starts the build; how far it goes is `_UNTIL`."""
        return {
            "_REGION": self.region,
            "_IMAGES": self.images,
            "_MODELS": self.registry,
            "_API": self.names.api,
            "_DRIFT": self.names.drift,
            "_API_KEYS": f"{self.names.prefix}-api-keys",
        }

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
            "retraining": self.names.retraining,
            "prefix": self.names.prefix,
            "registry": self.registry,
            "registry_folder": REGISTRY_FOLDER,
            "training": shlex.join(self.training),
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
