"""Loads torch, Lightning and their like without what holds up each command that trains, evaluates or exports.

- Lightning wants two classes of torchmetrics. To give them, torchmetrics loads whichever of matplotlib, scipy and
  transformers is installed. textops draws and measures without torchmetrics, so that there it finds them absent;
  whoever imports them directly has them as always.
- Lightning asks of a folder whether it lies in a bucket, and loads whichever package for buckets is installed to
  know the class that a bucket would have. Of a class that nobody has loaded there is no object.
- Loading makes some hundred thousand objects that stay. Python looks through all of them again and again for garbage,
  and once more at the end: together that takes as long as the loading itself.
"""

import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import PackageNotFoundError
from types import ModuleType
from typing import Any

LEFT_OUT = ("matplotlib", "scipy", "transformers")

Load = Callable[[ModuleType], None]


class _LeanLoading(MetaPathFinder):
    """Finds the modules that are loaded in another way, and nothing else."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        way = _WAYS.get(fullname)
        if way is None:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return spec
        load = spec.loader.exec_module

        def load_lean(module: ModuleType) -> None:
            way(load, module)

        spec.loader.exec_module = load_lean  # type: ignore[method-assign]  # the only way to stand around it
        return spec


def keep_loading_lean() -> None:
    """From now on, load large packages without what nobody asked for; nothing is loaded here."""
    if not any(isinstance(finder, _LeanLoading) for finder in sys.meta_path):
        sys.meta_path.insert(0, _LeanLoading())


def _without_other_fields(load: Load, module: ModuleType) -> None:
    with _absent(LEFT_OUT):
        load(module)


def _without_packages_for_buckets(load: Load, module: ModuleType) -> None:
    load(module)
    module.__dict__["module_available"] = lambda name: name in sys.modules


def _without_collections(load: Load, module: ModuleType) -> None:
    if not gc.isenabled():
        # Somebody takes care of it already: one large package loads another.
        load(module)
        return
    gc.disable()
    try:
        load(module)
    finally:
        # What was loaded stays: from now on it is not looked at any more.
        gc.freeze()
        gc.enable()


# By the module that is loaded. What is collected no more is still freed as usual when nothing refers to it.
_WAYS: dict[str, Callable[[Load, ModuleType], None]] = {
    "torchmetrics": _without_other_fields,
    "lightning_fabric.utilities.cloud_io": _without_packages_for_buckets,
    **dict.fromkeys(("torch", "pytorch_lightning", "transformers", "evidently", "mlflow"), _without_collections),
}


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
