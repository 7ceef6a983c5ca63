"""Versions side by side: their figures with intervals, and how far they are from one of them."""

from collections.abc import Sequence

from textops.bundle import Metric
from textops.frontend.figure_format import KINDS, interval, kind_of
from textops.frontend.figure_table import UNKNOWN, Cell, Note, Row, Table, Tone, columns
from textops.frontend.interval_chart import BLUE, GREY, Chart, Measured, Scale, interval_chart
from textops.registry.names import PRODUCTION, STAGING
from textops.serving.registry_schemas import ModelVersions, VersionFacts, VersionSummary

MOST_COMPARED = 8


class Compared(VersionSummary):
    """A version of which something is known."""

    facts: VersionFacts


def sound(model: ModelVersions) -> dict[int, Compared]:
    """Return the versions of a model that are not damaged, by number, the newest first."""
    return {
        version.version: Compared.model_validate(version.model_dump())
        for version in model.versions
        if version.facts is not None
    }


def default_versions(model: ModelVersions) -> list[int]:
    """Return what is compared before somebody chooses: production, staging, and the newest."""
    versions = sound(model)
    held = [number for alias in (PRODUCTION, STAGING) for number, one in versions.items() if alias in one.aliases]
    return list(dict.fromkeys([*held, *list(versions)[:1]]))


def label_of(version: VersionSummary) -> str:
    """Return a version's number with its aliases."""
    return " · ".join([str(version.version), *version.aliases])


def metric_names(compared: Sequence[Compared]) -> list[str]:
    """Return the figures that any of the versions has, the usual ones first."""
    found = dict.fromkeys(name for version in compared for name in version.facts.metrics)
    return [*(name for name in KINDS if name in found), *sorted(name for name in found if name not in KINDS)]


def comparison_table(compared: Sequence[Compared]) -> Table:
    """Return a row for each version; the first is what the others are compared with."""
    base = compared[0]
    names = metric_names(compared)
    return Table(
        name="Versions side by side",
        columns=columns(["Version", "Form"], [kind_of(name).title for name in names]),
        rows=tuple(_row(version, base, names) for version in compared),
    )


def other_data(compared: Sequence[Compared]) -> list[int]:
    """Return the versions that were measured on another data set than the first: they compare with care only."""
    base = compared[0].facts.data
    return [version.version for version in compared if version.facts.data.fingerprint != base.fingerprint]


def comparison_chart(compared: Sequence[Compared], name: str) -> Chart | None:
    """Return a figure of each version with its interval; None where none has it.

    Args:
        compared: The versions.
        name: Of the figure.
    """
    kind = kind_of(name)
    measured = [
        Measured(
            label_of(version),
            metric,
            f"{kind.told(metric.value)} ({interval(metric, kind.told)})",
            BLUE if place == 0 else GREY,
        )
        for place, version in enumerate(compared)
        if (metric := version.facts.metrics.get(name)) is not None
    ]
    if not measured:
        return None
    scale = Scale(kind.title, "%" if kind.told(1.0).endswith("%") else ".3f")
    return interval_chart(measured, scale, f"{kind.title} of the versions with intervals")


def versions_table(model: ModelVersions, answering: int | None) -> Table:
    """Return a row for each version of a model.

    Args:
        model: The model.
        answering: Which version answers now, None where none does or nobody knows.
    """
    return Table(
        name=f"Versions of {model.name}",
        columns=columns(["Version", "Aliases", "Made", "Encoder"], ["Accuracy", "Training texts"]),
        rows=tuple(_listed(version, answering) for version in model.versions),
    )


def _listed(version: VersionSummary, answering: int | None) -> Row:
    is_answering = version.version == answering
    names = Cell(
        text=", ".join(version.aliases) or "none",
        notes=(Note(text="answers now"),) if is_answering else (),
    )
    number = Cell(text=str(version.version))
    if version.facts is None:
        damaged = Cell(text="damaged", tone="worse", notes=(Note(text=version.damaged or ""),))
        cells = (number, names, damaged, Cell(text=""), Cell(text=""), Cell(text=""))
        return Row(cells=cells, chosen=is_answering)
    facts = version.facts
    accuracy = facts.metrics.get("accuracy")
    cells = (
        number,
        names,
        Cell(text=f"{facts.created:%Y-%m-%d}", notes=(Note(text=f"{facts.created:%H:%M}"),)),
        Cell(text=facts.encoder, notes=(Note(text=facts.variant),) if facts.variant else ()),
        _figure("accuracy", accuracy, ()),
        Cell(text=f"{facts.data.train_examples:,}"),
    )
    return Row(cells=cells, chosen=is_answering)


def _row(version: Compared, base: Compared, names: Sequence[str]) -> Row:
    facts = version.facts
    is_base = version.version == base.version
    first = Cell(text=str(version.version), notes=tuple(Note(text=alias) for alias in version.aliases))
    form = Cell(text=facts.encoder, notes=(Note(text=facts.variant or "form not told"),))
    figures = []
    for name in names:
        metric, other = facts.metrics.get(name), base.facts.metrics.get(name)
        notes = (_difference(name, metric, other),) if metric and other and not is_base else ()
        figures.append(_figure(name, metric, notes))
    return Row(cells=(first, form, *figures), chosen=is_base)


def _figure(name: str, metric: Metric | None, notes: tuple[Note, ...]) -> Cell:
    if metric is None:
        return UNKNOWN
    kind = kind_of(name)
    return Cell(text=kind.told(metric.value), notes=(Note(text=interval(metric, kind.told)), *notes))


def _difference(name: str, metric: Metric, base: Metric) -> Note:
    kind = kind_of(name)
    difference = metric.value - base.value
    told = kind.difference(difference)
    if kind.difference(0.0).lstrip("+") == told.lstrip("+-"):
        return Note(text="the same")
    arrow = "▲" if difference > 0 else "▼"
    apart = metric.low > base.high or metric.high < base.low
    tone: Tone = ""
    if apart and kind.best:
        tone = "better" if difference * kind.best > 0 else "worse"
    return Note(text=f"{arrow} {told}", tone=tone)
