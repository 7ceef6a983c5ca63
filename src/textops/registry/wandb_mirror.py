"""Weights & Biases as a mirror of the registry; run as a process by `mirror`, which ends it when it takes too long.

Versions become artifacts of type `model`, linked to a collection of the W&B registry under the aliases of ours.
https://docs.wandb.ai/models/registry/link_version
"""

import hashlib
import os
import re
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from textops.bundle import MANIFEST_FILE
from textops.registry.mirror_log import backlog_of, bring_up_to_date, last_record
from textops.registry.store import Registry
from textops.registry.version import Version

if TYPE_CHECKING:
    import wandb

DEFAULT_PROJECT = "textops"

_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_.-]+")
_LONGEST_NAME = 80
# W&B names its own versions so, and takes no such alias.
_VERSION_OF_WANDB = re.compile(r"v[0-9]+")
_SECONDS_TO_START = 30


class WandbMirror:
    """Reaches W&B when something is to be kept, and not before; use it as a context."""

    def __init__(self, registry: str) -> None:
        """Name the registry at W&B, such as `wandb-registry-model`."""
        self._registry = registry
        self._run: wandb.Run | None = None

    def __enter__(self) -> Self:
        """Begin; nothing is reached yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the run, if there was one."""
        if self._run is not None:
            self._run.finish(exit_code=0 if error is None else 1)

    def keep(self, version: Version) -> str:
        """Log the bundle as an artifact; one with the same files is the same version at W&B."""
        kept = self._opened().log_artifact(artifact_of(version), aliases=[f"version-{version.number}"])
        return str(kept.wait().qualified_name)

    def point(self, kept: str, name: str, alias: str) -> None:
        """Link an artifact to the model's collection; an alias there belongs to the version that got it last."""
        import wandb

        if _VERSION_OF_WANDB.fullmatch(alias):
            return
        artifact = wandb.Api().artifact(kept, type="model")
        artifact.link(f"{self._registry}/{collection_of(name)}", aliases=[alias])

    def _opened(self) -> "wandb.Run":
        import wandb

        if self._run is None:
            self._run = wandb.init(
                project=os.environ.get("WANDB_PROJECT") or DEFAULT_PROJECT,
                job_type="mirror",
                mode="online",
                settings=wandb.Settings(
                    console="off", silent=True, disable_code=True, x_disable_meta=True, init_timeout=_SECONDS_TO_START
                ),
            )
        return self._run


def artifact_of(version: Version) -> "wandb.Artifact":
    """Return a version as W&B keeps it: all files of the bundle, and what the manifest says."""
    import wandb

    known: dict[str, Any] = version.manifest.model_dump(mode="json", exclude={"files"})
    name = _NOT_IN_NAMES.sub("_", version.name)[:_LONGEST_NAME]
    # The same name as the training gives it: then the version leads to the run that made it.
    artifact = wandb.Artifact(f"model-{name}", "model", metadata={**known, "textops_version": str(version)})
    for file in sorted([MANIFEST_FILE, *version.manifest.files]):
        artifact.add_file(str(version.path / file), name=file)
    return artifact


def collection_of(name: str) -> str:
    """Return the name of a model's collection; two models never share one, whatever signs W&B does not take."""
    possible = _NOT_IN_NAMES.sub("_", name)[:_LONGEST_NAME]
    if possible == name:
        return name
    return f"{possible}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def main() -> None:
    """Mirror what is behind of every model; arguments: root of the registry, registry at W&B, `again` or nothing."""
    root, target, *rest = sys.argv[1:]
    registry = Registry(root)
    with WandbMirror(target) as mirror:
        for name in registry.names():
            again = bool(rest)
            if again or backlog_of(registry, name, last_record(registry, name)):
                bring_up_to_date(registry, name, mirror, again=again)


if __name__ == "__main__":
    main()
