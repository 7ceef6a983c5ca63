"""Judging a model: metrics with intervals, calibration, figures."""
