"""Which model answers, and what it was trained on."""

from dataclasses import dataclass
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from textops.bundle import CONFIGURATION_FILE, Manifest, verify
from textops.registry.store import Registry
from textops.scoring.answers import Scorer


@dataclass(frozen=True)
class ChosenModel:
    """A bundle that was found to be whole.

    Attributes:
        folder: Where it lies.
        manifest: What it says of itself.
        scorer: What the output says of it.
    """

    folder: Path
    manifest: Manifest
    scorer: Scorer

    @property
    def shown(self) -> str:
        """What people call it."""
        return self.scorer.name if self.scorer.version is None else f"{self.scorer.name}/{self.scorer.version}"

    def trained_text_columns(self) -> tuple[str, ...]:
        """Return the columns that its training took for the text; none where the bundle does not say."""
        if CONFIGURATION_FILE not in self.manifest.files:
            return ()
        configuration = yaml.safe_load((self.folder / CONFIGURATION_FILE).read_text(encoding="utf-8"))
        data = configuration.get("data") if isinstance(configuration, dict) else None
        columns = data.get("text_columns") if isinstance(data, dict) else None
        return tuple(map(str, columns)) if isinstance(columns, list) else (columns,) if isinstance(columns, str) else ()


def chosen_model(registry: Registry, reference: str | None, bundle: Path | None) -> ChosenModel:
    """Find the model.

    Args:
        registry: Where models are.
        reference: Leads to one of them.
        bundle: A bundle instead.

    Raises:
        BundleError: If it cannot be used.
        RegistryError: If the reference leads nowhere.
    """
    if bundle is not None:
        manifest = verify(bundle)
        return ChosenModel(bundle, manifest, Scorer(manifest.name, None))
    version = registry.find(reference)
    return ChosenModel(version.path, verify(version.path), Scorer(version.name, version.number))
