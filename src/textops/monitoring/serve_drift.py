"""Starting the drift service, and ending it."""

from contextlib import closing

import uvicorn
from loguru import logger

from textops.monitoring.drift_api import create_drift_app
from textops.monitoring.settings import DriftSettings
from textops.monitoring.thresholds import Thresholds
from textops.prediction_log import PredictionLogSettings
from textops.serving.listener import address_of, bind
from textops.serving.server import DRAIN_SECONDS, signals_ending_well


def serve_drift(settings: DriftSettings, log_settings: PredictionLogSettings, thresholds: Thresholds) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        ServiceError: If the address cannot be listened on, or that of the prediction log is none.
        ConfigurationError: If a setting is not possible.
    """
    app = create_drift_app(settings, log_settings, thresholds)
    with closing(bind(settings.drift_host, settings.drift_port, "TEXTOPS_DRIFT")) as listener:
        config = uvicorn.Config(
            app,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
        logger.info("watching {} on {}", settings.model or "the model in production", address_of(listener))
        server = uvicorn.Server(config)
        with signals_ending_well(server):
            server.run([listener])
    logger.info("stopped")
