"""What every rival runs for a request: our Predictor, so that only the servers differ."""

import os
from collections.abc import Sequence
from typing import Any

from textops.inference import Predictor

BUNDLE_VARIABLE = "TEXTOPS_RIVAL_BUNDLE"
MOST_TEXTS = 16
"""Texts of a batch."""
BATCH_SECONDS = 0.001
"""How long a batch waits to be full; the servers ask for a time above zero."""


def load_predictor() -> Predictor:
    """Load the bundle that the environment names."""
    return Predictor.load(os.environ[BUNDLE_VARIABLE])


def answers(predictor: Predictor, texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return the answers as JSON takes them."""
    return [prediction._asdict() for prediction in predictor.predict(texts)]
