"""The registry as a table for a person."""

from rich.table import Table

from textops.registry.store import Registry, Version

_FIGURES = ("accuracy", "macro_f1", "ece")


def versions_table(registry: Registry, name: str | None = None) -> Table:
    """Return the versions of one model or of all, newest last, with their aliases and figures.

    Raises:
        RegistryError: If there is nothing to list.
    """
    table = Table(title=f"Models in {registry.root}")
    for heading in ("model", "version", "aliases", *_FIGURES, "data", "created"):
        table.add_column(heading)
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
    manifest = version.manifest
    figures = [
        f"{metric.value:.4f} [{metric.low:.4f}, {metric.high:.4f}]" if metric else "not measured"
        for metric in map(manifest.metrics.get, _FIGURES)
    ]
    return [
        version.name,
        str(version.number),
        ", ".join(aliases) or "-",
        *figures,
        manifest.data.name,
        f"{manifest.created:%Y-%m-%d %H:%M}",
    ]
