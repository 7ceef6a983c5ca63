"""On what and with what something was measured."""

import os
import platform
from importlib.metadata import version


def describe_machine(packages: tuple[str, ...]) -> dict[str, str | int]:
    """Return processors, Python and the versions of the packages that matter; nothing that names a machine."""
    return {
        "processors": os.cpu_count() or 1,
        "architecture": platform.machine(),
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }
