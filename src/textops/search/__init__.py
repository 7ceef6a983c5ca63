"""Hyperparameter search: the trials of a study, shared by any number of processes."""
