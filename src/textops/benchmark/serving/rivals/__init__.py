"""Other model servers with the same model and the same features, each as its own documentation shows it.

Each module but `rival`, `environment` and `all_rivals` runs in the environment of its server, never in ours.
"""
