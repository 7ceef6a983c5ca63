"""The whole life of a model in one go: the real parts, on real data, with checks."""

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
from loguru import logger
from omegaconf import DictConfig
from rich.console import Console
from rich.table import Table

from textops.bundle import MODEL_FILE
from textops.data.dataset import Dataset, Examples
from textops.errors import ServiceError
from textops.evaluation.admission import admit
from textops.evaluation.evidence import gather_evidence, held_out_of
from textops.installation import configuration_folder
from textops.optimization.bundling import build_bundle
from textops.optimization.judged_bundle import Judged
from textops.registry.promotion import promote
from textops.registry.settings import RegistrySettings, read_settings
from textops.registry.store import Registry
from textops.registry.version import Version
from textops.serving.process import started_server
from textops.training.run import Run
from textops.training.train import train

HELD_OUT_TEXTS = 50
REQUEST_SECONDS = 10


@dataclass(frozen=True)
class Answers:
    """What the API answered.

    Attributes:
        requests: Texts sent, one request each.
        right: Answers with the true label.
        review: Answers that ask for review.
        milliseconds: Time of each request as the client saw it, shape [requests].
    """

    requests: int
    right: int
    review: int
    milliseconds: tuple[float, ...]


def run_demo(configuration: DictConfig) -> None:
    """Prepare, train, evaluate, export, register, promote, serve, ask, stop; then show what happened.

    Args:
        configuration: A complete configuration.

    Raises:
        TextopsError: If a step fails; what the earlier ones made stays.
    """
    started = time.perf_counter()
    run = train(configuration)
    judged = build_bundle(run)
    registry = Registry(read_settings(RegistrySettings).registry)
    dataset = Dataset.load(Path(run.record.dataset))
    test = dataset.examples("test")
    version = _release(registry, judged, dataset)
    environment = {"TEXTOPS_REGISTRY": str(registry.root), "TEXTOPS_MODEL": str(version)}
    with started_server(environment) as address:
        logger.info("API at {}, sending held-out texts", address)
        answers = ask(address, test, judged.manifest.classes)
    logger.success("All {} answers came back and are consistent; the API has stopped", answers.requests)
    _show(run, judged, registry, version, answers, time.perf_counter() - started)


def _release(registry: Registry, judged: Judged, dataset: Dataset) -> Version:
    """Register the bundle and let the gate decide whether it goes to production."""
    version = admit(registry, judged.bundle)
    held_out = held_out_of(dataset)
    evidence = gather_evidence(version, held_out, configuration_folder() / "behaviour")
    bounds = read_settings(RegistrySettings).bounds
    promote(registry, str(version), "production", held_out, bounds=bounds, evidence=evidence)
    logger.success("{} is in production", version)
    return version


def ask(address: str, examples: Examples, classes: Sequence[str]) -> Answers:
    """Send held-out texts, spread over the test set, one request each, and check every answer.

    Raises:
        ServiceError: If an answer is missing or does not hold together.
    """
    rows = np.linspace(0, len(examples) - 1, min(HELD_OUT_TEXTS, len(examples))).astype(int).tolist()
    right, review, milliseconds = 0, 0, []
    with httpx.Client(base_url=address, timeout=REQUEST_SECONDS) as client:
        for row in rows:
            started = time.perf_counter()
            response = client.post("/predict", json={"text": examples.texts[row]})
            milliseconds.append(1000 * (time.perf_counter() - started))
            answer = response.json() if response.status_code == httpx.codes.OK else {}
            if not _holds_together(answer, classes):
                raise ServiceError(f"the API answered {response.status_code} {response.text[:200]!r} for a test text")
            right += answer["label"] == classes[examples.labels[row]]
            review += answer["needs_review"]
    return Answers(len(rows), right, review, tuple(milliseconds))


def _holds_together(answer: dict[str, object], classes: Sequence[str]) -> bool:
    probabilities = answer.get("probabilities")
    if not isinstance(probabilities, dict) or set(probabilities) != set(classes):
        return False
    label = max(probabilities, key=lambda name: float(probabilities[name]))
    return (
        abs(sum(probabilities.values()) - 1) < 1e-6  # noqa: PLR2004 (rounding of doubles)
        and answer["label"] == label
        and answer["probability"] == probabilities[label]
    )


def _show(run: Run, judged: Judged, registry: Registry, version: Version, answers: Answers, seconds: float) -> None:
    evaluation, manifest = judged.evaluation, judged.manifest
    p50, p95 = np.percentile(answers.milliseconds, [50, 95])
    size = (version.path / MODEL_FILE).stat().st_size / 1e6
    rows = {
        "data": f"{manifest.data.name}: {manifest.data.train_examples:,} to train, "
        f"{evaluation.examples:,} to test, {len(manifest.classes)} classes",
        "model": f"{manifest.encoder}, trained in {run.record.training_seconds:.1f} s, {size:.1f} MB",
        "accuracy": f"{evaluation.accuracy} on the test set",
        "baseline": f"{evaluation.majority_share:.4f} by always naming the most frequent class",
        "calibration": f"error {judged.calibration.ece_before:.4f} before, {judged.calibration.ece_after:.4f} after",
        "over HTTP": f"{answers.right} of {answers.requests} held-out texts right, {answers.review} for review, "
        f"{p50:.1f} ms (median), {p95:.1f} ms (95 %)",
        "registry": f"{version.name} version {version.number} holds production",
        "figures": os.path.relpath(run.report),
        "all in all": f"{seconds:.1f} s",
    }
    table = Table(title="The whole life of a model", show_header=False, title_justify="left")
    for name, value in rows.items():
        table.add_row(name, value)
    console = Console()
    console.print(table)
    # Commands must stay in one piece to be copied.
    is_alone = registry.holding("production") == [version.name]
    console.print(next_steps(version.name, is_alone=is_alone), highlight=False, markup=False, soft_wrap=True)


def next_steps(name: str, *, is_alone: bool) -> str:
    """Return the commands that make something of the model, as they can be typed.

    Args:
        name: Of the model.
        is_alone: Whether no other model is in production, so that nobody has to say which one is meant.
    """
    prefix = "" if Path(sys.prefix) == Path(sys.base_prefix) else f"{os.path.relpath(sys.prefix)}/bin/"
    model = "" if is_alone else f" --model {name}"
    steps = {
        f"up{model}": "API, drift service and page together",
        f"serve{model}": "the API with this model alone",
        f'predict{model} "A late goal decides the final"': "one text",
        "models": "what the registry holds",
        "init FILE": "a model of your own data: looks at a file, and says what to type then",
    }
    width = max(map(len, steps))
    return "\n".join(
        ["What to type next:", *(f"  {prefix}textops {step:<{width}}   {what}" for step, what in steps.items())]
    )
