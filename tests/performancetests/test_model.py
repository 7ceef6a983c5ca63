"""A model must answer in time: 100 predictions, one text each, inside the latency budget.

MODEL_NAME says which model:

    MODEL_NAME=bbc_news@staging            of the registry (TEXTOPS_REGISTRY); also bbc_news/3 and bbc_news
    MODEL_NAME=outputs/.../bundle          a bundle in a folder
    MODEL_NAME=entity/project/bbc_news:v3  an artifact of Weights & Biases; needs WANDB_API_KEY

TEXTOPS_GATE_LATENCY_MS is the budget, 100 ms unless it is set: 95 of the 100 texts must be answered within it. Run it
with `pytest tests/performancetests`. Without MODEL_NAME it tests a small model that it makes itself.
"""

import os
import re
import time
from pathlib import Path

import numpy as np
import pytest

from textops.errors import TextopsError
from textops.inference import Predictor
from textops.registry import Registry
from textops.registry.settings import RegistrySettings, read_settings

PREDICTIONS = 100
WARM_UP_PREDICTIONS = 10
TEXTS = (
    "Champions League: a late goal decides the final",
    "The chip maker said on Monday that its profit rose by a third, as sales of mobile phones recovered. " * 3,
    "The match was goalless until the last minute, when the team from the north scored twice. " * 28,
)
"""A heading, a paragraph, an article of 2,500 characters."""

WANDB_ARTIFACT = re.compile(r"[^/@:]+/[^/@:]+/[^/@:]+:[^/@:]+")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Path) -> Path:
    """The folder of the model that is tested."""
    name = os.environ.get("MODEL_NAME", "")
    if not name:
        return tiny_bundle
    try:
        return find_bundle(name, tmp_path_factory.mktemp("downloaded"))
    except TextopsError as error:
        pytest.fail(f"MODEL_NAME={name} leads to no model: {error}", pytrace=False)


def find_bundle(name: str, downloads: Path) -> Path:
    """Return the folder of a bundle, an artifact of Weights & Biases, or a model of the registry."""
    if Path(name).is_dir():
        return Path(name)
    if WANDB_ARTIFACT.fullmatch(name):
        return download_artifact(name, downloads)
    return Registry(read_settings(RegistrySettings).registry).resolve(name)


def download_artifact(name: str, folder: Path) -> Path:
    if not os.environ.get("WANDB_API_KEY"):
        pytest.fail(f"MODEL_NAME={name} is an artifact of Weights & Biases: set WANDB_API_KEY", pytrace=False)
    import wandb

    try:
        return Path(wandb.Api(timeout=60).artifact(name, type="model").download(root=str(folder)))
    except (wandb.errors.Error, ValueError, OSError) as error:
        pytest.fail(f"MODEL_NAME={name} cannot be downloaded: {error}", pytrace=False)


def test_100_predictions_stay_inside_the_latency_budget(bundle: Path) -> None:
    # given
    budget = read_settings(RegistrySettings).gate_latency_ms
    predictor = Predictor.load(bundle)
    for number in range(WARM_UP_PREDICTIONS):
        predictor.predict([TEXTS[number % len(TEXTS)]])
    # when
    milliseconds = []
    for number in range(PREDICTIONS):
        started = time.perf_counter()
        (prediction,) = predictor.predict([TEXTS[number % len(TEXTS)]])
        milliseconds.append(1000 * (time.perf_counter() - started))
        assert prediction.label in predictor.manifest.classes
    # then
    p95 = float(np.percentile(milliseconds, 95))
    assert p95 <= budget, f"{p95:.1f} ms in 95 of 100 cases, the budget is {budget:g} ms (TEXTOPS_GATE_LATENCY_MS)"
