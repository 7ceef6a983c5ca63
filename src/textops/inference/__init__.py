"""Predicting with a bundle, without torch."""

from textops.inference.predictor import Prediction, Predictor

__all__ = ["Prediction", "Predictor"]
