"""What is installed: packages that the groups ask for, without importing them, and where the configuration lies."""

import functools
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

BASE = "base"
OWN_CONFIGURATION = "configs"
"""A folder of this name where the command runs may add choices to the groups: experiments above all."""

_EXTRA = re.compile(r"""extra == ['"]([\w-]+)['"]""")


@dataclass(frozen=True)
class Package:
    """A direct dependency.

    Attributes:
        name: Name of the package.
        wanted: Versions that fit, as in `pyproject.toml`.
        installed: Version that is here, None where it is missing.
    """

    name: str
    wanted: str
    installed: str | None

    @property
    def fits(self) -> bool:
        """Whether it is here in a version that fits."""
        specifier = Requirement(f"{self.name} {self.wanted}").specifier
        return self.installed is not None and specifier.contains(self.installed, prereleases=True)

    def __str__(self) -> str:
        if self.installed is None:
            return f"{self.name}, missing"
        return f"{self.name} {self.installed}" + ("" if self.fits else f" (wanted {self.wanted})")


def installed_version(name: str) -> str | None:
    """Return the version of an installed package, None where it is missing."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@functools.cache
def install_groups() -> dict[str, list[Package]]:
    """Return the direct dependencies of the base and of each extra that apply to this machine, the base first.

    They are looked for once: what is installed stays while a process lives.
    """
    groups: dict[str, list[Package]] = {BASE: []}
    for line in requires("textops") or []:
        requirement = Requirement(line)
        found = _EXTRA.search(str(requirement.marker or ""))
        group = found.group(1) if found else BASE
        if requirement.marker is None or requirement.marker.evaluate({"extra": group}):
            package = Package(requirement.name, str(requirement.specifier), installed_version(requirement.name))
            groups.setdefault(group, []).append(package)
    return groups


def configuration_folder() -> Path:
    """Return where the configuration lies: beside the sources of a checkout, else inside the package."""
    package = Path(__file__).resolve().parent
    checkout = package.parents[1] / "configs"
    return checkout if checkout.is_dir() else package / "configs"


def configuration_folders() -> tuple[Path, ...]:
    """Return where choices of groups are looked for: what comes along first, then the user's own where there are any.

    In a checkout both are one.
    """
    shipped, own = configuration_folder(), Path.cwd() / OWN_CONFIGURATION
    return (shipped, own) if own.is_dir() and own.resolve() != shipped.resolve() else (shipped,)
