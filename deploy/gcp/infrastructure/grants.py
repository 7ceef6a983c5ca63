"""Who may do what: the one list of identities and roles.

`bindings.py` makes them, docs/google-cloud-infrastructure.md shows them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from deploy.gcp.configuration import CloudConfiguration

Place = Literal["project", "bucket", "repository", "secret", "service", "job", "identity"]

IDENTITIES = {
    "api": "The API",
    "drift": "The drift service",
    "frontend": "The page",
    "function": "`/predict` as a Cloud Function",
    "retrain": "The retraining job",
    "train": "Trainings and searches at Vertex AI",
    "build": "Builds of the branch, which deploy",
    "build-check": "Builds of pull requests",
    "scheduler": "What Cloud Scheduler does",
    "github": "Workflows of the branch at GitHub",
    "github-tests": "Workflows at GitHub that test data and models",
}

# Secret -> what it holds.
SECRETS = {
    "database-url": "Address of the prediction log with its password; `none` without one",
    "api-keys": "Keys that the API lets in, that of the page among them",
    "admin-keys": "Keys that may administrate the API",
    "page-key": "The key of the page",
    "log-hash-key": "What the hashes of texts in the prediction log are made with",
    "api-metrics": "What the sidecar of the API reads (no secret)",
    "drift-metrics": "What the sidecar of the drift service reads (no secret)",
}
WANDB_SECRET = "wandb-key"  # noqa: S105 (its name)

LOOK = "roles/storage.legacyBucketReader"
READ, ADD, CHANGE = "roles/storage.objectViewer", "roles/storage.objectCreator", "roles/storage.objectUser"
SECRET_ACCESSOR = "roles/secretmanager.secretAccessor"  # noqa: S105 (a role)
DEPLOY, ACT_AS, CALL = "roles/run.developer", "roles/iam.serviceAccountUser", "roles/run.invoker"


@dataclass(frozen=True)
class Grant:
    """One identity may do what one role allows, on one thing.

    Attributes:
        identity: Who.
        role: What.
        place: Kind of the thing.
        thing: Which one.
        only_database: Whether it holds on the project for the database of the prediction log alone.
    """

    identity: str
    role: str
    place: Place
    thing: str = ""
    only_database: bool = False


def grants(configuration: CloudConfiguration) -> tuple[Grant, ...]:
    """Return all grants: on a thing wherever the role can be given there, on the project where it cannot."""
    return (
        *_buckets(),
        *_secrets(configuration),
        *_deployment(),
        *_project(configuration),
        Grant("scheduler", CALL, "job", "retraining"),
        Grant("scheduler", CALL, "service", "drift"),
    )


def secrets(configuration: CloudConfiguration) -> dict[str, str]:
    """Return all secrets, and what they hold."""
    return SECRETS | ({WANDB_SECRET: "The key of Weights & Biases, given by hand"} if configuration.wandb else {})


def _buckets() -> Iterator[Grant]:
    for identity in ("api", "drift", "function", "build", "build-check", "github-tests"):
        yield Grant(identity, READ, "bucket", "models")
    # Versions and events are never changed, so nobody needs more than to add some.
    for identity in ("train", "retrain", "github"):
        yield Grant(identity, READ, "bucket", "models")
        yield Grant(identity, ADD, "bucket", "models")
    for identity in ("train", "github", "github-tests"):
        yield Grant(identity, READ, "bucket", "data")
    # gcloud looks at the bucket before it sends what is to be built.
    yield Grant("github", LOOK, "bucket", "models")
    # Files of a mounted bucket are renamed.
    yield Grant("retrain", CHANGE, "bucket", "data")


def _secrets(configuration: CloudConfiguration) -> Iterator[Grant]:
    readers = {
        "database-url": ("api", "drift", "retrain"),
        "api-keys": ("api", "build"),
        "admin-keys": ("api",),
        "page-key": ("frontend",),
        "log-hash-key": ("api",),
        "api-metrics": ("api",),
        "drift-metrics": ("drift",),
    }
    if configuration.wandb:
        readers[WANDB_SECRET] = ("retrain",)
    for secret, identities in readers.items():
        for identity in identities:
            yield Grant(identity, SECRET_ACCESSOR, "secret", secret)


def _deployment() -> Iterator[Grant]:
    yield Grant("build", "roles/artifactregistry.writer", "repository", "images")
    yield Grant("build-check", "roles/artifactregistry.reader", "repository", "images")
    for service in ("api", "drift", "frontend"):
        yield Grant("build", DEPLOY, "service", service)
        yield Grant("build", ACT_AS, "identity", service)
    yield Grant("build", DEPLOY, "job", "retraining")
    yield Grant("build", ACT_AS, "identity", "retrain")
    # Workflows start the builds that deploy, and can do nothing else that those can.
    yield Grant("github", ACT_AS, "identity", "build")


def _project(configuration: CloudConfiguration) -> Iterator[Grant]:
    # What can be given on a project alone.
    for identity in ("api", "drift"):
        yield Grant(identity, "roles/monitoring.metricWriter", "project")
    for identity in ("build", "build-check"):
        yield Grant(identity, "roles/logging.logWriter", "project")
        yield Grant(identity, "roles/ondemandscanning.admin", "project")
    for role in ("cloudbuild.builds.editor", "serviceusage.serviceUsageConsumer", "logging.viewer"):
        yield Grant("github", f"roles/{role}", "project")
    if configuration.database:
        for identity in ("api", "drift", "retrain"):
            yield Grant(identity, "roles/cloudsql.client", "project", only_database=True)
