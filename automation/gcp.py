"""Tasks for Google Cloud: `invoke gcp.plan` and others."""
