"""A bundle of each test's own, and a way to change what it says."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from textops.bundle import MANIFEST_FILE, own_hash_of

Rewrite = Callable[[Callable[[dict[str, Any]], object]], None]


@pytest.fixture
def bundle(tiny_bundle: Path, tmp_path: Path) -> Path:
    """A bundle of the test's own."""
    return Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))


@pytest.fixture
def rewrite(bundle: Path) -> Rewrite:
    """Changes what the manifest says, as somebody would who made it so."""

    def change_manifest(change: Callable[[dict[str, Any]], object]) -> None:
        path = bundle / MANIFEST_FILE
        document = json.loads(path.read_text())
        change(document)
        if "own_hash" in document:
            document["own_hash"] = own_hash_of(document)
        path.write_text(json.dumps(document))

    return change_manifest
