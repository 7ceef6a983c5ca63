"""What each image must do: a model goes through all of them, from its training to its answers and its page."""

import re
import statistics
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from loguru import logger

from automation.image_catalogue import PREFIX, USER, Image
from automation.image_container import Container, last_line, run, started
from automation.image_engine import ContainerError, Engine

# The port of each start: that of the image, and another one as Cloud Run gives it.
_PORTS: tuple[dict[str, str], ...] = ({}, {}, {"PORT": "8080"})
_REST_SECONDS = 2.0
_FOLDERS = ("data", "models", "outputs")
_SHORT_TRAINING = ("train", "trainer.max_epochs=1", "+trainer.limit_train_batches=2")
_SHORT_EVALUATION = ("evaluate", "robustness.examples=50")
# Two batches make a model that the gate rightly refuses; here it only has to answer.
_PROMOTION = ("promote", "--force", "the check of the images trains on two batches")
_FINDINGS = """
from importlib.util import find_spec
from shutil import which
print([name for name in {modules!r} if find_spec(name)] + [name for name in {tools!r} if which(name)])
"""
_TOOLS = ("gcc", "cc", "make")
_EPOCH = re.compile(r"epoch 1/1: ")


@dataclass(frozen=True)
class Measured:
    """What was measured of an image.

    Attributes:
        image: Its name.
        megabytes: Its size, unpacked.
        above_base: How much of that is not its base.
        does: What it was seen to do.
        start_seconds: From the start of the container to the first good answer; the median of some starts. None for one
            that does its work and ends.
        rest_megabytes: Memory at rest, likewise.
        stop_seconds: From SIGTERM to the end.
    """

    image: str
    megabytes: float
    above_base: float
    does: str
    start_seconds: float | None
    rest_megabytes: float | None
    stop_seconds: float


@dataclass(frozen=True)
class Volumes:
    """Where the containers of a check keep what they make.

    Attributes:
        prefix: Of the names of the volumes.
    """

    prefix: str

    @property
    def all(self) -> tuple[str, ...]:
        """All of them, to be written."""
        return tuple(f"{self.prefix}-{folder}:/textops/{folder}" for folder in _FOLDERS)

    @property
    def serving(self) -> tuple[str, ...]:
        """Models to be read, and data to be written."""
        return f"{self.prefix}-models:/textops/models:ro", f"{self.prefix}-data:/textops/data"


@contextmanager
def volumes(engine: Engine) -> Iterator[Volumes]:
    """Make volumes that are gone when the block ends."""
    made = Volumes(f"{PREFIX}check-{uuid.uuid4().hex[:8]}")
    names = [f"{made.prefix}-{folder}" for folder in _FOLDERS]
    try:
        for name in names:
            engine.call("volume", "create", name)
        yield made
    finally:
        engine.attempt("volume", "rm", "--force", *names)


def check_contents(engine: Engine, image: Image, base: str) -> tuple[float, float]:
    """See that an image holds nothing that it must not, and is not root; return its size, whole and above its base.

    Raises:
        ContainerError: If it does.
    """
    found = engine.inspect(image.tag, "image")
    if found["Config"]["User"] != f"{USER}:{USER}":
        raise ContainerError(
            f"{image.tag} runs as {found['Config']['User'] or 'root'}: see USER in {image.dockerfile.name}"
        )
    script = _FINDINGS.format(modules=image.forbidden, tools=_TOOLS)
    printed = engine.call("run", "--rm", "--entrypoint", "python", *engine.run_options, image.tag, "-c", script)
    if printed.splitlines()[-1] != "[]":
        raise ContainerError(f"{image.tag} must not hold {printed.splitlines()[-1]}: see {image.dockerfile.name}")
    size = found["Size"] / 1e6
    above = size - engine.inspect(base, "image")["Size"] / 1e6
    if image.most_megabytes is not None and above > image.most_megabytes:
        raise ContainerError(
            f"{image.tag} takes {above:.0f} MB above its base, at most {image.most_megabytes} are allowed"
        )
    return size, above


def check_training(engine: Engine, image: Image, kept: Volumes) -> tuple[str, float]:
    """Train on two batches, then end another training by SIGTERM; return what was done, and how long the end took."""
    code, log = run(engine, image, *_SHORT_TRAINING, volumes=kept.all, options=_temporary())
    if code or not _EPOCH.search(log):
        raise ContainerError(f"{image.tag} cannot train, exit code {code}: {last_line(log)}")
    endless = (
        "train",
        "trainer.max_epochs=1000",
        "callbacks.early_stopping.patience=1000",
        "paths.latest=models/endless",
    )
    with started(engine, image, *endless, volumes=kept.all, options=_temporary()) as container:
        container.wait_for_log("epoch 2/")
        seconds = container.stop()
        if "resume" not in container.log():
            raise ContainerError(f"{image.tag} does not say how the training goes on: {last_line(container.log())}")
    return "trained on two batches; SIGTERM leaves a training that goes on with --resume", seconds


def check_evaluation(engine: Engine, image: Image, kept: Volumes) -> tuple[str, float]:
    """Export and judge the trained model, register and promote it; end another judgement by SIGTERM."""
    with started(engine, image, *_SHORT_EVALUATION, volumes=kept.all, options=_temporary()) as container:
        time.sleep(_REST_SECONDS)
        seconds = container.stop()
    for command in (_SHORT_EVALUATION, ("register",), _PROMOTION):
        code, log = run(engine, image, *command, volumes=kept.all, options=_temporary())
        if code:
            raise ContainerError(f"{image.tag} cannot {command[0]}, exit code {code}: {last_line(log)}")
    return "exported and judged the model, registered and promoted it", seconds


def check_service(engine: Engine, image: Image, kept: Volumes) -> tuple[str, float, float, float]:
    """Start a service, ask it and end it, some times; return what it did, seconds to start, megabytes, seconds to end.

    Raises:
        ContainerError: If it does not answer, or does not end in time and well.
    """
    starts, rests, stops, does = [], [], [], ""
    good = "/ready" if image.name == "api" else image.health
    # The API needs no place to write to; Streamlit and Evidently do.
    options = () if image.name == "api" else _temporary()
    for environment in _PORTS:
        with started(engine, image, environment=environment, volumes=kept.serving, options=options) as container:
            container.wait_for(good)
            starts.append(time.time() - container.started())
            container.check_health()
            does = _ask(container, image)
            time.sleep(_REST_SECONDS)
            rests.append(container.megabytes())
            stops.append(container.stop())
            if container.exit_code():
                raise ContainerError(f"{image.tag} ends with {container.exit_code()}: {last_line(container.log())}")
    if image.most_rest_megabytes is not None and max(rests) > image.most_rest_megabytes:
        raise ContainerError(f"{image.tag} takes {max(rests):.0f} MB at rest, more than {image.most_rest_megabytes}")
    return does, statistics.median(starts), max(rests), max(stops)


def _ask(container: Container, image: Image) -> str:
    """Ask a service what it is there for, and say what came."""
    if image.name != "api":
        return f"answers {image.health}"
    body = {"text": "The striker scored a late goal, and the team won the match."}
    answer = httpx.post(f"{container.address}/predict", json=body, timeout=10, trust_env=False)
    if answer.status_code != httpx.codes.OK:
        raise ContainerError(f"{image.tag} does not predict: {answer.status_code} {answer.text[:200]}")
    found = answer.json()
    logger.info("  {} with {:.2f} by {name}/{version}", found["label"], found["probability"], **found["model"])
    return f"answers {image.health}, /ready and /predict"


def _temporary() -> Sequence[str]:
    return "--tmpfs", "/tmp:mode=1777"  # noqa: S108 (of the container)
