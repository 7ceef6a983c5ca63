"""Google Cloud, configured by `configuration.yaml`."""
