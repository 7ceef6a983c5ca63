"""Tasks for container images: `invoke images.check` and others."""
