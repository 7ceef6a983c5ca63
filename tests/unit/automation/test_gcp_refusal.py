"""What Google's tools say when they refuse, as they say it, and the one line that is made of it."""

import pytest

from automation.google_cloud.refusal import LOGIN, refusal

KNOWN = [
    (
        "ERROR: (gcloud.run.services.list) You do not currently have an active account selected.\nPlease run:\n",
        LOGIN,
    ),
    (
        (
            "ERROR: (gcloud.storage.ls) There was a problem refreshing your auth tokens: Reauthentication failed.\n"
            "Please run:\n\n  $ gcloud auth login\n"
        ),
        LOGIN,
    ),
    ("error: google: could not find default credentials. See https://cloud.google.com/docs", LOGIN),
    (
        (
            "ERROR: (gcloud.ai.custom-jobs.create) PERMISSION_DENIED: Permission 'aiplatform.customJobs.create' denied "
            "on resource '//aiplatform.googleapis.com/projects/p/locations/l' (or it may not exist)."
        ),
        "permission missing (aiplatform.customJobs.create): ",
    ),
    (
        "ERROR: (gcloud.run.services.replace) PERMISSION_DENIED: The caller does not have permission",
        "permission missing: ",
    ),
    (
        (
            "ERROR: (gcloud.builds.submit) FAILED_PRECONDITION: Billing account for project '12' is not found. Billing "
            "must be enabled for activation of service(s) 'run.googleapis.com'"
        ),
        "billing is off: ",
    ),
    (
        (
            "ERROR: (gcloud.ai.custom-jobs.create) PERMISSION_DENIED: Vertex AI API has not been used in project 12 "
            "before or it is disabled. Enable it at https://console.developers.google.com/apis/api/aiplatform.googleapis.com/"
        ),
        "an API is switched off in this project (aiplatform.googleapis.com): `invoke gcp.bootstrap`",
    ),
    (
        "ERROR: (gcloud.storage.buckets.create) HTTPError 412: 'us' violates 'constraints/gcp.resourceLocations'",
        "a policy of the organisation forbids it (constraints/gcp.resourceLocations): ",
    ),
    (
        (
            "ERROR: (gcloud.ai.custom-jobs.create) RESOURCE_EXHAUSTED: Quota metrics exceed quota limits: "
            "aiplatform.googleapis.com/custom_model_training_nvidia_l4_gpus"
        ),
        "a quota is used up: ",
    ),
    (
        "ERROR: gcloud crashed (ServerNotFoundError): Unable to find the server at run.googleapis.com",
        "Google Cloud does not answer: ",
    ),
    (
        "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end",
        "another run changes the infrastructure: ",
    ),
]


@pytest.mark.parametrize(("said", "told"), KNOWN, ids=[told[:30] for _, told in KNOWN])
def test_a_known_refusal_is_told_with_what_to_do(said: str, told: str) -> None:
    line = str(refusal("gcloud something", said))

    assert line.startswith(f"gcloud something: {told}")
    assert "\n" not in line


@pytest.mark.parametrize(
    "said",
    [
        "ERROR: (gcloud.storage.buckets.describe) gs://x not found: 404.",
        "ERROR: (gcloud.run.services.describe) Cannot find service [textops-api]",
        "ERROR: (gcloud.storage.ls) One or more URLs matched no objects.",
        "ERROR: (gcloud.secrets.versions.describe) NOT_FOUND: Secret [x] not found or has no versions.",
        "ERROR: (gcloud.artifacts.docker.images.describe) Image not found.",
    ],
)
def test_what_is_not_there_is_known_as_missing(said: str) -> None:
    assert refusal("gcloud", said).missing


def test_who_may_not_is_not_told_that_it_is_missing() -> None:
    refused = refusal("gcloud", "ERROR: PERMISSION_DENIED: denied on resource (or it may not exist, 404 not found)")

    assert not refused.missing
    assert refused.forbidden


def test_an_unknown_refusal_is_told_as_it_was_said_on_one_line() -> None:
    said = "Uploading...\nERROR: (gcloud.builds.submit) the moon\n  is full\n"

    assert str(refusal("gcloud builds submit", said)) == "gcloud builds submit: the moon is full"


def test_a_long_one_is_cut_and_silence_is_told() -> None:
    assert len(str(refusal("gcloud", "ERROR: " + "x" * 10_000))) < 330
    assert str(refusal("pulumi up", "")) == "pulumi up: it ended with an error and said nothing"
