"""The buckets of data and of models."""

import pulumi_gcp as gcp

from deploy.gcp.infrastructure.cloud import Cloud

# Days that what was overwritten or deleted can be brought back.
KEPT_DAYS = {"data": 90, "models": 30}
_NEWER_VERSIONS = 3


def make_buckets(cloud: Cloud) -> dict[str, gcp.storage.Bucket]:
    """Make both buckets: closed to the public, rights on the bucket alone, old versions kept for a while."""
    names = {"data": cloud.configuration.data_bucket, "models": cloud.configuration.model_bucket}
    return {thing: _bucket(cloud, thing, name) for thing, name in names.items()}


def _bucket(cloud: Cloud, thing: str, name: str) -> gcp.storage.Bucket:
    return gcp.storage.Bucket(
        thing,
        name=name,
        project=cloud.configuration.project,
        location=cloud.configuration.region,
        storage_class="STANDARD",
        uniform_bucket_level_access=True,
        public_access_prevention="enforced",
        force_destroy=not cloud.configuration.protected,
        versioning=gcp.storage.BucketVersioningArgs(enabled=True),
        lifecycle_rules=[
            gcp.storage.BucketLifecycleRuleArgs(
                action=gcp.storage.BucketLifecycleRuleActionArgs(type="Delete"),
                condition=gcp.storage.BucketLifecycleRuleConditionArgs(
                    days_since_noncurrent_time=KEPT_DAYS[thing],
                    num_newer_versions=_NEWER_VERSIONS,
                    with_state="ARCHIVED",
                ),
            ),
            gcp.storage.BucketLifecycleRuleArgs(
                action=gcp.storage.BucketLifecycleRuleActionArgs(type="AbortIncompleteMultipartUpload"),
                condition=gcp.storage.BucketLifecycleRuleConditionArgs(age=7),
            ),
        ],
        labels={"app": "textops"},
        opts=cloud.kept(),
    )
