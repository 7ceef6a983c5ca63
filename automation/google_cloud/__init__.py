"""What the tasks `invoke gcp.*` do, one noun in each module."""
