"""What is installed, reachable and configured, and what is missing: for the first minute and for bug reports.

Works with the base dependencies alone, imports no torch, and never shows the value of a variable.
"""

import os
import platform
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from textops.errors import TextopsError
from textops.installation import BASE, install_groups, installed_version
from textops.text.compiled import kernel

State = Literal["ok", "missing", "problem"]

SUPPORTED_PYTHON = ((3, 11), (3, 14))
LEAST_FREE_BYTES = 1_000_000_000
PREPARED = Path("data/processed")
WRITTEN_FOLDERS = (Path("data"), Path("models"), Path("outputs"))
# Each with what it is for; without them everything runs on this machine alone.
VARIABLES = {
    "TEXTOPS_REGISTRY": "another registry, a folder or gs:// (now models/registry)",
    "TEXTOPS_DATABASE_URL": "a prediction log elsewhere (now data/prediction_log.sqlite)",
    "TEXTOPS_API_KEYS": "an API that asks for a key (now open to all who reach it)",
    "WANDB_API_KEY": "mirroring runs and models to Weights & Biases (now offline)",
    "GOOGLE_CLOUD_PROJECT": "training and serving in Google Cloud",
    "GOOGLE_APPLICATION_CREDENTIALS": "Google Cloud without gcloud auth application-default login",
}

_STYLES: dict[State, str] = {"ok": "green", "missing": "yellow", "problem": "bold red"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        area: What it belongs to: `machine`, `packages`, `files`, `services` or `variables`.
        name: What was looked at.
        state: `ok`; `missing`, which only some commands need; or `problem`, which stops them.
        detail: What is there.
        remedy: What to do, empty where nothing is to be done.
    """

    area: str
    name: str
    state: State
    detail: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Look at machine, packages, files, services and variables, from the present folder; changes nothing."""
    return [
        *_examine_machine(),
        _examine_kernel(),
        *_examine_packages(),
        *_examine_folders(),
        *_examine_data_sets(),
        *_examine_models(),
        _examine_port(),
        *_examine_variables(),
    ]


def has_problem(findings: list[Finding]) -> bool:
    """Tell whether something stops a command from working."""
    return any(finding.state == "problem" for finding in findings)


def findings_table(findings: list[Finding]) -> Table:
    """Return the findings as a table for a person, area by area."""
    table = Table(title="textops doctor", title_justify="left", box=SIMPLE, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    area = ""
    for finding in findings:
        if finding.area != area:
            table.add_row(Text(finding.area, "bold"), "", "")
            area = finding.area
        # Text, not strings: brackets in a detail are no markup.
        detail = Text(finding.detail)
        if finding.remedy:
            detail.append(f"\n{finding.remedy}", style="dim")
        table.add_row(Text(f"  {finding.name}"), Text(finding.state, _STYLES[finding.state]), detail)
    return table


def _examine_machine() -> Iterator[Finding]:
    lowest, highest = (".".join(map(str, part)) for part in SUPPORTED_PYTHON)
    fits = SUPPORTED_PYTHON[0] <= sys.version_info[:2] <= SUPPORTED_PYTHON[1]
    yield Finding(
        "machine",
        "Python",
        "ok" if fits else "problem",
        f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        "" if fits else f"install Python {lowest} to {highest}",
    )
    yield Finding("machine", "processors", "ok", str(_processors()))
    yield Finding("machine", "memory", "ok", f"{_memory_bytes() / 1e9:.1f} GB")
    free = shutil.disk_usage(Path()).free
    enough = free >= LEAST_FREE_BYTES
    yield Finding(
        "machine",
        "disk",
        "ok" if enough else "problem",
        f"{free / 1e9:.1f} GB free",
        "" if enough else f"free {LEAST_FREE_BYTES / 1e9:.0f} GB: data, checkpoints and bundles are written here",
    )


def _examine_kernel() -> Finding:
    if kernel() is not None:
        return Finding("machine", "kernel", "ok", "n-grams are counted by compiled code")
    return Finding(
        "machine",
        "kernel",
        "missing",
        "n-grams are counted by numpy, which takes several times as long",
        "install a C compiler and the headers of Python (build-essential python3-dev), then textops again",
    )


def _processors() -> int:
    """Return how many processors this process may use, which in a container is fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _examine_packages() -> Iterator[Finding]:
    for group, packages in install_groups().items():
        missing = [package.name for package in packages if package.installed is None]
        others = [package for package in packages if package.installed is not None and not package.fits]
        state: State = "ok"
        detail = ", ".join(map(str, others or packages))
        if missing:
            state = "missing"
            detail = ", ".join([*map(str, others), f"missing: {', '.join(missing)}"])
        # A group that is not wholly there is not in use; a new environment brings an old setuptools with it, say.
        if (others and not missing) or (group == BASE and (others or missing)):
            state = "problem"
        target = "textops" if group == BASE else f"textops[{group}]"
        yield Finding("packages", group, state, detail, "" if state == "ok" else f"pip install '{target}'")
    torch = installed_version("torch")
    if torch is not None:
        # What follows the plus sign names the build: cpu, cu130, rocm6.
        _, _, build = torch.partition("+")
        yield Finding("packages", "build of torch", "ok", build or "the usual one of this platform")


def _examine_folders() -> Iterator[Finding]:
    for folder in WRITTEN_FOLDERS:
        # A folder that is not there yet is made by the command that needs it, if its parent allows.
        place = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        writable = place.is_dir() and os.access(place, os.W_OK | os.X_OK)
        yield Finding(
            "files",
            f"{folder}/",
            "ok" if writable else "problem",
            "writable" if writable else "cannot be written",
            "" if writable else f"allow writing to {place}",
        )


def _examine_data_sets() -> Iterator[Finding]:
    from textops.data.configuration import SPLITS
    from textops.data.dataset import Dataset
    from textops.data.manifest import MANIFEST_FILE, read_manifest
    from textops.data.shard_index import read_index

    manifests = sorted(PREPARED.glob(f"*/{MANIFEST_FILE}"))
    if not manifests:
        yield Finding("files", "data sets", "missing", f"none in {PREPARED}/", "textops prepare makes one")
    for folder in (path.parent for path in manifests):
        name = f"data set {folder.name}"
        try:
            manifest = read_manifest(folder)
            files = Dataset(folder, manifest, read_index(folder)).file_names()
        except TextopsError as error:
            yield Finding("files", name, "problem", str(error), "textops prepare --force makes it again")
            continue
        lost = [name for name in files if not (folder / name).is_file()]
        counts = ", ".join(f"{manifest.examples(split):,} {split}" for split in SPLITS)
        if lost:
            detail = f"{folder} has lost {', '.join(lost)}"
            yield Finding("files", name, "problem", detail, "textops prepare --force makes it again")
        else:
            yield Finding("files", name, "ok", f"{counts}; {len(manifest.classes)} classes")


def _examine_models() -> Iterator[Finding]:
    from textops.registry.settings import RegistrySettings, read_settings
    from textops.registry.store import Registry

    try:
        registry = Registry(read_settings(RegistrySettings).registry)
        names = registry.names()
        for name in names:
            newest = registry.versions(name)[-1].number
            aliases = ", ".join(f"{alias} = {event.version}" for alias, event in registry.aliases(name).items())
            remedy = "" if aliases else f"textops promote {name}/{newest} puts it into production"
            detail = f"newest version {newest}; {aliases or 'no alias'}"
            yield Finding("files", f"model {name}", "ok" if aliases else "missing", detail, remedy)
        if not names:
            detail = f"none in {registry.root}"
            yield Finding("files", "models", "missing", detail, "textops demo trains, registers and promotes one")
    except TextopsError as error:
        yield Finding("files", "registry", "problem", str(error), "put it right, or choose another: TEXTOPS_REGISTRY")


def _examine_port() -> Finding:
    from textops.registry.settings import read_settings
    from textops.serving.settings import ServingSettings

    try:
        settings = read_settings(ServingSettings)
    except TextopsError as error:
        return Finding("services", "settings", "problem", str(error), "correct the variable or unset it")
    place = f"{settings.host}:{settings.port}"
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        # As servers do: connections of a server that has just stopped do not keep the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            detail = f"{place} cannot be used: {error.strerror}"
            # A running API is the most frequent reason, and no fault.
            return Finding("services", "port", "missing", detail, "stop what uses it, or textops serve --port 0")
    return Finding("services", "port", "ok", f"{place} is free")


def _examine_variables() -> Iterator[Finding]:
    for name, purpose in VARIABLES.items():
        if os.environ.get(name):
            yield Finding("variables", name, "ok", "set")
        else:
            yield Finding("variables", name, "missing", "not set", f"only for {purpose}")
