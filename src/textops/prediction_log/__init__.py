"""What was answered and what people said of it, kept in a database off the path of the requests."""

from textops.prediction_log.identifiers import created_at, new_prediction_id, random_hex
from textops.prediction_log.log import PredictionLog
from textops.prediction_log.rows import LoggedFeedback, LoggedPrediction, ShadowPrediction
from textops.prediction_log.settings import PredictionLogSettings
from textops.prediction_log.state import LogObserver, LogState

__all__ = [
    "LogObserver",
    "LogState",
    "LoggedFeedback",
    "LoggedPrediction",
    "PredictionLog",
    "PredictionLogSettings",
    "ShadowPrediction",
    "created_at",
    "new_prediction_id",
    "random_hex",
]
