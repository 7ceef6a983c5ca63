"""The sources by themselves, to be built where nobody works."""

import shutil
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_SOURCES = ("src", "configs", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE")


def copy_sources(target: Path) -> Path:
    """Copy what a wheel is built of, without anything that was compiled, and return the folder.

    A build compiles the kernel beside the modules that use it, and takes an older one away before: in the checkout,
    other tests would be without it for a while.
    """
    target.mkdir()
    for name in _SOURCES:
        path = _ROOT / name
        if path.is_dir():
            shutil.copytree(path, target / name, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
        else:
            shutil.copy(path, target / name)
    return target
