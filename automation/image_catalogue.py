"""The images of the project: what is built, and what of each is asked for."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILES = ROOT / "dockerfiles"
PREFIX = "textops-"
# Who runs in them: a number, so that an orchestrator sees that it is not root.
USER = 10_001


@dataclass(frozen=True)
class Image:
    """An image.

    Attributes:
        name: Its name without the prefix.
        port: Where its service listens; None for one that does its work and ends.
        health: Where it is asked for its health.
        forbidden: Modules that must not be in it.
        most_megabytes: What it may take above its base, None where nobody has said.
        most_rest_megabytes: Memory that its service may take at rest, likewise.
    """

    name: str
    port: int | None = None
    health: str = ""
    forbidden: tuple[str, ...] = ()
    most_megabytes: int | None = None
    most_rest_megabytes: int | None = None

    @property
    def tag(self) -> str:
        """Its name in the engine's store."""
        return f"localhost/{PREFIX}{self.name}:latest"

    @property
    def dockerfile(self) -> Path:
        """What it is built from."""
        return DOCKERFILES / f"{self.name}.dockerfile"


_TRAINS = ("torch", "pytorch_lightning")
IMAGES = (
    Image("api", 8000, "/health", (*_TRAINS, "pandas", "evidently", "pyarrow", "matplotlib", "pip"), 150, 250),
    Image("drift", 8001, "/health", (*_TRAINS, "hydra", "pip")),
    Image("frontend", 8501, "/_stcore/health", (*_TRAINS, "fastapi", "sqlalchemy", "evidently", "pip")),
    Image("train", forbidden=("evidently", "streamlit", "pip")),
    Image("evaluate", forbidden=("evidently", "streamlit", "pip")),
)


def chosen_images(names: str) -> tuple[Image, ...]:
    """Return the images with these names, separated by commas; all for none.

    Raises:
        ValueError: If there is no such image.
    """
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known = {image.name: image for image in IMAGES}
    unknown = sorted(set(wanted) - known.keys())
    if unknown:
        raise ValueError(f"there is no image {unknown[0]!r}: choose from {', '.join(known)}")
    return tuple(known[name] for name in wanted) or IMAGES
