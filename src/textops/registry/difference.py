"""Two versions side by side: what was measured, what they learned from, and how they were made."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml  # type: ignore[import-untyped]
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from textops.bundle import CONFIGURATION_FILE, Manifest, Metric
from textops.errors import BundleError
from textops.logs.records import printable
from textops.registry.version import Version

_ABSENT = "-"
_UNKNOWN = "not measured"


@dataclass(frozen=True)
class Line:
    """One thing that two versions have, or differ in.

    Attributes:
        section: `metrics`, `model`, `data` or `configuration`.
        name: What it is.
        first: What the first version has.
        second: What the second version has.
        change: From the first to the second; empty where they are the same, or a difference has no figure.
    """

    section: str
    name: str
    first: str
    second: str
    change: str = ""


def compare(first: Version, second: Version) -> list[Line]:
    """Return all metrics, and of the rest what differs; what the data are and the variant that ships in any case.

    Raises:
        BundleError: If a manifest or a configuration is damaged.
        RegistryError: If the registry cannot be read.
    """
    return [
        *_metric_lines(first.manifest.metrics, second.manifest.metrics),
        *_model_lines(first.manifest, second.manifest),
        *_data_lines(first.manifest, second.manifest),
        *_configuration_lines(first, second),
    ]


def difference_table(first: Version, second: Version) -> Table:
    """Return the comparison for a person.

    Raises:
        BundleError: If a manifest or a configuration is damaged.
        RegistryError: If the registry cannot be read.
    """
    table = Table(box=SIMPLE)
    for heading in ("", "name", str(first), str(second), "change"):
        table.add_column(heading, overflow="fold")
    before = ""
    for line in compare(first, second):
        # Texts, because a value may hold what rich takes for markup; printable, as a bundle may be of anybody.
        cells = [Text(printable(cell)) for cell in (line.name, line.first, line.second, line.change)]
        table.add_row("" if line.section == before else line.section, *cells)
        before = line.section
    return table


def _metric_lines(first: Mapping[str, Metric], second: Mapping[str, Metric]) -> Iterator[Line]:
    for name in dict.fromkeys([*first, *second]):
        one, other = first.get(name), second.get(name)
        change = f"{other.value - one.value:+.4f}" if one and other else ""
        yield Line("metrics", name, _figure(one), _figure(other), change)


def _figure(metric: Metric | None) -> str:
    return f"{metric.value:.4f} [{metric.low:.4f}, {metric.high:.4f}]" if metric else _UNKNOWN


def _model_lines(first: Manifest, second: Manifest) -> Iterator[Line]:
    yield Line("model", "variant", _variant(first), _variant(second))
    for name in ("encoder", "max_tokens", "temperature", "git_commit"):
        one, other = getattr(first, name), getattr(second, name)
        if one != other:
            yield _changed("model", name, one, other)
    if first.review.below != second.review.below:
        yield _changed("model", "review below", first.review.below, second.review.below)


def _variant(manifest: Manifest) -> str:
    return manifest.export.variant if manifest.export else "not known"


def _data_lines(first: Manifest, second: Manifest) -> Iterator[Line]:
    one, other = first.data, second.data
    yield Line("data", "name", one.name, other.name)
    same = one.fingerprint == other.fingerprint
    yield Line("data", "fingerprint", one.fingerprint[:12], other.fingerprint[:12], "" if same else "other data")
    yield _changed("data", "training examples", one.train_examples, other.train_examples)
    yield _changed("data", "test examples", one.test_examples, other.test_examples)
    gone = sorted(set(first.classes) - set(second.classes))
    new = sorted(set(second.classes) - set(first.classes))
    change = ", ".join([*(f"-{name}" for name in gone), *(f"+{name}" for name in new)])
    yield Line("data", "classes", ", ".join(first.classes), ", ".join(second.classes), change)


def _configuration_lines(first: Version, second: Version) -> Iterator[Line]:
    one, other = _configuration(first), _configuration(second)
    if one is None or other is None:
        names = ["kept" if known is not None else "not kept" for known in (one, other)]
        yield Line("configuration", CONFIGURATION_FILE, *names)
        return
    for name in dict.fromkeys([*one, *other]):
        if one.get(name, _ABSENT) != other.get(name, _ABSENT):
            yield _changed("configuration", name, one.get(name, _ABSENT), other.get(name, _ABSENT))
    if one == other:
        yield Line("configuration", "all", "the same", "the same")


def _configuration(version: Version) -> dict[str, Any] | None:
    content = version.read_file(CONFIGURATION_FILE)
    if content is None:
        return None
    try:
        return dict(_flat(yaml.safe_load(content)))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BundleError(f"{CONFIGURATION_FILE} of {version} is no YAML: register a sound bundle") from error


def _flat(content: object, prefix: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(content, Mapping) and content:
        for name, value in content.items():
            yield from _flat(value, f"{prefix}.{name}" if prefix else str(name))
    elif prefix:
        yield prefix, content


def _changed(section: str, name: str, one: object, other: object) -> Line:
    numbers = [value for value in (one, other) if isinstance(value, int | float) and not isinstance(value, bool)]
    change = f"{numbers[1] - numbers[0]:+.6g}" if len(numbers) == 2 and one != other else ""  # noqa: PLR2004 (both)
    return Line(section, name, str(one), str(other), change)
