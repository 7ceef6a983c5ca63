"""All endpoints of the API. All are async: what is short runs on the event loop, what is long leaves it by itself."""

from fastapi import FastAPI

from textops.serving.administration import install_administration
from textops.serving.explanation import install_explanation
from textops.serving.feedback import install_feedback
from textops.serving.model_endpoint import install_model_endpoint
from textops.serving.open_inference import install_open_inference
from textops.serving.operations import install_operations
from textops.serving.prediction_endpoints import install_prediction_endpoints
from textops.serving.registry_endpoints import install_registry_endpoints
from textops.serving.service import Service


def install_endpoints(app: FastAPI, service: Service) -> None:
    """Add all endpoints of a service to an app."""
    install_prediction_endpoints(app, service)
    install_feedback(app, service)
    install_explanation(app, service)
    install_open_inference(app, service)
    install_model_endpoint(app, service)
    install_registry_endpoints(app, service)
    install_operations(app, service)
    install_administration(app, service)
