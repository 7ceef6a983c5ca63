"""Traffic on demand: held-out texts, as they are and drifted, sent to a running service, with labels that come late."""
