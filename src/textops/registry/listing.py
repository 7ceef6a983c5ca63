"""The registry as a table for a person."""

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from textops.errors import BundleError, RegistryError
from textops.registry.store import Registry
from textops.registry.version import Version

_UNKNOWN = "not measured"


def versions_table(registry: Registry, name: str | None = None) -> Table:
    """Return the versions of one model or of all, newest last, with their aliases and figures.

    Raises:
        RegistryError: If there is nothing to list.
    """
    # A text, because a folder may be called what rich takes for markup.
    table = Table(title=Text(f"Models in {registry.root}", "table.title"), title_justify="left", box=SIMPLE)
    for heading in ("version", "aliases", "accuracy", "macro F1", "ECE", "created"):
        # A figure or a name that breaks over two lines is hard to read.
        table.add_column(heading, overflow="fold", no_wrap=heading != "aliases")
    names = [name] if name is not None else registry.names()
    if not names or not registry.versions(names[0]):
        registry.find(name)  # says what is missing
    for model in names:
        aliases = registry.aliases(model)
        for version in registry.versions(model):
            holding = [alias for alias, event in aliases.items() if event.version == version.number]
            table.add_row(*_row(version, holding))
    return table


def _row(version: Version, aliases: list[str]) -> list[str]:
    names = [str(version), ", ".join(aliases) or "-"]
    try:
        manifest = version.manifest
    except (BundleError, RegistryError):
        # One damaged version must not hide the sound ones; whoever uses it is told what is wrong.
        return [*names, "damaged", "", "", ""]
    accuracy = manifest.metrics.get("accuracy")
    interval = f"{accuracy.value:.3f} [{accuracy.low:.3f}, {accuracy.high:.3f}]" if accuracy else _UNKNOWN
    others = [manifest.metrics.get(name) for name in ("macro_f1", "ece")]
    return [
        *names,
        interval,
        *(f"{metric.value:.3f}" if metric else _UNKNOWN for metric in others),
        f"{manifest.created:%Y-%m-%d}",
    ]
