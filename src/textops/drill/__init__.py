"""The whole story in one go: normal traffic, drift, alert, retraining, gate, promotion, reload, recovery."""
