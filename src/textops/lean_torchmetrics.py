"""Loads Lightning's torchmetrics without the packages that it takes for images, sound, drawings and translations.

Lightning wants two classes of it. To give them, torchmetrics loads whichever of matplotlib, scipy and transformers is
installed, which holds up each command that trains, evaluates or exports. textops draws and measures
without torchmetrics, so that here it finds them absent; whoever imports them directly has them as always.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import PackageNotFoundError
from types import ModuleType
from typing import Any

LEFT_OUT = ("matplotlib", "scipy", "transformers")

_PACKAGE = "torchmetrics"


class _LeanTorchmetrics(MetaPathFinder):
    """Finds torchmetrics, and nothing else."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != _PACKAGE:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return spec
        load = spec.loader.exec_module

        def load_lean(module: ModuleType) -> None:
            with _absent(LEFT_OUT):
                load(module)

        spec.loader.exec_module = load_lean  # type: ignore[method-assign]  # the only way to stand around it
        return spec


def keep_torchmetrics_lean() -> None:
    """From now on, load torchmetrics without what it could also do; nothing is loaded here."""
    if not any(isinstance(finder, _LeanTorchmetrics) for finder in sys.meta_path):
        sys.meta_path.insert(0, _LeanTorchmetrics())


@contextmanager
def _absent(names: Sequence[str]) -> Iterator[None]:
    """Let those who ask Lightning's own register of packages find some absent."""
    # There is no public switch; as a module like any other it has no types.
    imports: Any = import_module("lightning_utilities.core.imports")
    version, available = imports._version, imports.package_available  # noqa: SLF001

    def version_of(name: str) -> str:
        if name in names:
            raise PackageNotFoundError(name)
        return str(version(name))

    def is_available(package_name: str) -> bool:
        return package_name not in names and bool(available(package_name))

    imports._version = version_of  # noqa: SLF001
    imports.package_available = is_available
    try:
        yield
    finally:
        imports._version = version  # noqa: SLF001
        imports.package_available = available
