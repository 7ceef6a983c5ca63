"""What images stand on: Python's own images, or stand-ins from Debian's packages where no registry is reached."""

import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from loguru import logger

from automation.image_catalogue import DOCKERFILES
from automation.image_engine import ContainerError, Engine

PYTHON = "3.11"
DEBIAN = "bookworm"  # its Python is the same 3.11
_PULL_SECONDS = 300
_MAKE_SECONDS = 500
_REACH_SECONDS = 20
# What an interpreter needs to run, and what people expect to find around it.
_SYSTEM = (
    "base-files,base-passwd,bash,ca-certificates,coreutils,dash,debianutils,diffutils,findutils,grep,gzip,hostname,"
    "libc-bin,libstdc++6,login,mawk,ncurses-base,netbase,openssl,passwd,python3,sed,tar,tzdata,util-linux"
)
_COMPILER = "binutils,gcc,libc6-dev,python3-dev,python3-pip,python3-venv"
_LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*")


@dataclass(frozen=True)
class Bases:
    """What the images stand on.

    Attributes:
        final: The image that they run on.
        build: The image that has a compiler.
        is_stand_in: Whether these are not Python's own images.
    """

    final: str
    build: str
    is_stand_in: bool


OFFICIAL = Bases(
    f"docker.io/library/python:{PYTHON}-slim-{DEBIAN}", f"docker.io/library/python:{PYTHON}-{DEBIAN}", is_stand_in=False
)
STAND_IN = Bases("localhost/textops-base:slim", "localhost/textops-base:build", is_stand_in=True)


def bases(engine: Engine) -> Bases:
    """Return Python's own images where they are here or can be fetched, else stand-ins, which are then made.

    Raises:
        ContainerError: If there is neither.
    """
    for found in (OFFICIAL, STAND_IN):
        if engine.has_image(found.final) and engine.has_image(found.build):
            return found
    if _is_reached(engine):
        for name in (OFFICIAL.final, OFFICIAL.build):
            engine.call("pull", name, seconds=_PULL_SECONDS)
        return OFFICIAL
    make_stand_ins(engine)
    return STAND_IN


def make_stand_ins(engine: Engine) -> None:
    """Make the stand-ins from Debian's packages.

    Raises:
        ContainerError: If this is not possible here.
    """
    if shutil.which("mmdebstrap") is None or os.geteuid() != 0:
        raise ContainerError(
            f"{OFFICIAL.final} cannot be fetched, and a stand-in for it needs root and mmdebstrap "
            "(Debian, Ubuntu: apt-get install mmdebstrap): reach the registry, or become root and install it"
        )
    logger.info("{} cannot be fetched: making stand-ins from packages of Debian {}", OFFICIAL.final, DEBIAN)
    with ThreadPoolExecutor(2) as threads:
        packages = {STAND_IN.final: _SYSTEM, STAND_IN.build: f"{_SYSTEM},{_COMPILER}"}
        list(threads.map(lambda name: _make(engine, name, packages[name]), packages))


def _make(engine: Engine, name: str, packages: str) -> None:
    with tempfile.TemporaryDirectory(prefix="textops-base-") as folder:
        archive = Path(folder) / "system.tar"
        # Files only: their scripts would run for minutes to set up a system that nobody starts.
        command = ["mmdebstrap", "--mode=root", "--variant=extract", f"--include={packages}"]
        command += [f"--dpkgopt=path-exclude={path}" for path in _LEFT_OUT]
        try:
            done = subprocess.run(  # noqa: S603 (fixed arguments)
                [*command, DEBIAN, str(archive)], capture_output=True, text=True, timeout=_MAKE_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise ContainerError(f"Debian's packages for {name} have not come within {_MAKE_SECONDS} s") from error
        if done.returncode:
            complaints = [line for line in done.stderr.splitlines() if line.startswith("E:")]
            last = complaints[-1] if complaints else done.stderr[-200:]
            raise ContainerError(f"mmdebstrap cannot make {name}: {last.strip()}")
        source = str(DOCKERFILES / "stand-in.dockerfile")
        engine.call("build", *engine.build_options, "--tag", name, "--file", source, folder, seconds=_MAKE_SECONDS)


def _is_reached(engine: Engine) -> bool:
    """Tell whether the official images can be fetched, without fetching them."""
    try:
        return engine.attempt("manifest", "inspect", OFFICIAL.final, seconds=_REACH_SECONDS).returncode == 0
    except ContainerError:
        return False
