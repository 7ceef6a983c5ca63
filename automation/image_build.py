"""Building an image, with what this machine knows of where packages come from and without leaving it in the image."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from loguru import logger

from automation.image_base import Bases
from automation.image_catalogue import ROOT, Image
from automation.image_engine import ContainerError, Engine

CERTIFICATES = "/run/secrets/certificates"
_SOURCES = ("index-url", "extra-index-url", "find-links", "trusted-host", "timeout", "default-timeout")
_FOLDERS = ("index-url", "extra-index-url", "find-links")
_BUILD_SECONDS = 1_200


@dataclass(frozen=True)
class PackageSources:
    """Where pip finds packages on this machine.

    Attributes:
        settings: Settings of pip by name, without their section.
        folders: Folders of this machine among them.
        certificates: File with the certificates that pip trusts, None for its own.
    """

    settings: Mapping[str, str]
    folders: tuple[str, ...] = ()
    certificates: str | None = None

    @property
    def are_own(self) -> bool:
        """Whether they say where packages come from, and not only how."""
        return any(name in self.settings for name in _FOLDERS)

    def pip_conf(self, certificates: str | None = None) -> str:
        """Return a configuration of pip that says the same inside a build.

        Args:
            certificates: Where the certificates are found there, None for those of pip.
        """
        lines = ["[global]", *(f"{name} = {value}" for name, value in self.settings.items())]
        if certificates:
            lines.append(f"cert = {certificates}")
        return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Label:
    """What an image says of where it comes from.

    Attributes:
        version: Of textops.
        commit: That the sources are of.
    """

    version: str
    commit: str


def package_sources(listing: str | None = None) -> PackageSources:
    """Read where pip finds packages here.

    Args:
        listing: What `pip config list` prints; by default it is asked.
    """
    if listing is None:
        command = [sys.executable, "-m", "pip", "config", "list"]
        listing = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout  # noqa: S603 (fixed)
    # A later line goes before an earlier one, as in pip: the environment stands last.
    lines = sorted(listing.splitlines(), key=lambda line: line.startswith(":env:"))
    pairs = [line.partition("=") for line in lines if "=" in line]
    found = {key.rpartition(".")[2]: value.strip().strip("'\"").replace("\\n", " ") for key, _, value in pairs}
    settings = {name: found[name] for name in _SOURCES if found.get(name)}
    places = [place for name in _FOLDERS for place in settings.get(name, "").split()]
    return PackageSources(settings, tuple(_folders_of(places)), found.get("cert"))


def _folders_of(places: list[str]) -> Iterator[str]:
    for place in places:
        parts = urlsplit(place)
        if parts.scheme == "file":
            # An index may point to files beside it.
            folder = Path(url2pathname(parts.path))
            yield str(folder if folder.parent == Path("/") else folder.parent)
        elif place.startswith("/"):
            yield place


def build(engine: Engine, image: Image, on: Bases, label: Label, torch_backend: str | None = None) -> None:
    """Build an image.

    Args:
        engine: Builds it.
        image: Which.
        on: What it stands on.
        label: What it says of itself.
        torch_backend: Build of torch, as uv names it; None for `cpu`, or where pip has sources of its own, for theirs.

    Raises:
        ContainerError: If it cannot be built, with the last lines of the builder.
    """
    sources = package_sources()
    backend = torch_backend if torch_backend is not None else ("" if sources.are_own else "cpu")
    given = {
        "BASE": on.final,
        "BUILD_BASE": on.build,
        "VERSION": label.version,
        "COMMIT": label.commit,
        **({"TORCH_BACKEND": backend} if "TORCH_BACKEND" in image.dockerfile.read_text(encoding="utf-8") else {}),
    }
    arguments = [f"--build-arg={name}={value}" for name, value in given.items()]
    with _mounted(engine, sources) as mounts:
        done = engine.attempt(
            "build", *engine.build_options, *arguments, *mounts,
            "--tag", image.tag, "--file", str(image.dockerfile), str(ROOT),
            seconds=_BUILD_SECONDS,
        )  # fmt: skip
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip() and "WARNING" not in line]
        for line in said[-8:]:
            logger.error("  {}", line)
        last = said[-1] if said else "the builder says nothing"
        raise ContainerError(f"{image.dockerfile.name} cannot be built: {last}")


@contextmanager
def _mounted(engine: Engine, sources: PackageSources) -> Iterator[list[str]]:
    """Yield the options that show a build where packages come from."""
    can_mount = engine.name == "podman"
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as configuration:
        has_certificates = can_mount and sources.certificates is not None
        configuration.write(sources.pip_conf(CERTIFICATES if has_certificates else None))
        configuration.flush()
        mounts = [f"--secret=id=pip,src={configuration.name}"]
        if has_certificates:
            mounts.append(f"--volume={sources.certificates}:{CERTIFICATES}:ro")
        if can_mount:
            mounts += [f"--volume={folder}:{folder}:ro" for folder in sources.folders]
        elif sources.folders:
            logger.warning("docker build does not see {}: packages come from an index", ", ".join(sources.folders))
        yield mounts
