"""A load test against any address: what its users send, what must come back, and the thresholds of the run."""
