"""Training: the Hydra entry point, callbacks and the run it leaves."""
