"""Dashboards as Grafana reads them: JSON, from panels that a person can read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["timeseries", "stat", "bargauge", "heatmap"]

Steps = tuple[tuple[float | None, str], ...]
"""Values from which another colour counts, with the colour; that of None counts from the start."""

ONE_IS_GOOD: Steps = ((None, "red"), (1.0, "green"))
ZERO_IS_GOOD: Steps = ((None, "green"), (1.0, "red"))
YES_OR_NO = ((0, "no"), (1, "yes"))

# Written by Grafana 10.4; newer ones bring it up to their own form when they load it.
_SCHEMA_VERSION = 39
_COLUMNS = 24
_DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True)
class Query:
    """What a panel asks Prometheus.

    Attributes:
        expression: In PromQL.
        legend: Name of each series, with labels as `{{label}}`.
    """

    expression: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    """A figure.

    Attributes:
        title: What it shows.
        queries: Where its values come from.
        unit: One of Grafana's units.
        kind: Form of the figure.
        width: Columns of 24.
        description: What a reader should know, empty for nothing.
        steps: Its colours.
        names: What is shown in place of a number.
        bounds: Least and greatest value of the axis, None where it follows the data.
    """

    title: str
    queries: tuple[Query, ...]
    unit: str = "short"
    kind: Kind = "timeseries"
    width: int = 6
    description: str = ""
    steps: Steps = ()
    names: tuple[tuple[int, str], ...] = ()
    bounds: tuple[float | None, float | None] = (0, None)


@dataclass(frozen=True)
class Row:
    """Panels below one heading.

    Attributes:
        title: The heading.
        panels: From left to right, in as many lines as they need.
        height: Of each.
    """

    title: str
    panels: tuple[Panel, ...]
    height: int = 7


def dashboard(uid: str, title: str, rows: Sequence[Row], instances: str) -> dict[str, Any]:
    """Return a dashboard.

    Args:
        uid: Its name in addresses.
        title: Its name for people.
        rows: What it shows.
        instances: Query for the values of the variable `instance`.
    """
    panels: list[dict[str, Any]] = []
    top = 0
    for row in rows:
        panels.append(_heading(len(panels) + 1, row.title, top))
        top, left = top + 1, 0
        for panel in row.panels:
            if left + panel.width > _COLUMNS:
                top, left = top + row.height, 0
            position = {"x": left, "y": top, "w": panel.width, "h": row.height}
            panels.append(_panel(len(panels) + 1, panel, position))
            left += panel.width
        top += row.height
    return {
        "uid": uid,
        "title": title,
        "tags": ["textops"],
        "schemaVersion": _SCHEMA_VERSION,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "annotations": {"list": []},
        "links": [],
        "templating": {"list": [_datasource_variable(), _instance_variable(instances)]},
        "panels": panels,
    }


def _datasource_variable() -> dict[str, Any]:
    return {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus", "hide": 0}


def _instance_variable(query: str) -> dict[str, Any]:
    return {
        "name": "instance",
        "label": "Instance",
        "type": "query",
        "datasource": _DATASOURCE,
        "query": {"query": query, "refId": "instance"},
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
    }


def _heading(number: int, title: str, top: int) -> dict[str, Any]:
    position = {"x": 0, "y": top, "w": _COLUMNS, "h": 1}
    return {"id": number, "type": "row", "title": title, "collapsed": False, "gridPos": position, "panels": []}


def _panel(number: int, panel: Panel, position: dict[str, int]) -> dict[str, Any]:
    least, greatest = panel.bounds
    defaults = {
        "unit": panel.unit,
        "min": least,
        "max": greatest,
        "thresholds": {"mode": "absolute", "steps": _steps(panel)},
        "mappings": _mappings(panel),
        "custom": {"fillOpacity": 10, "showPoints": "never"} if panel.kind == "timeseries" else {},
    }
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": _DATASOURCE,
        "gridPos": position,
        "targets": [_target(panel.kind, place, query) for place, query in enumerate(panel.queries)],
        "fieldConfig": {
            "defaults": {name: value for name, value in defaults.items() if value is not None},
            "overrides": [],
        },
        "options": _OPTIONS[panel.kind],
    }


def _target(kind: Kind, place: int, query: Query) -> dict[str, Any]:
    letter = chr(ord("A") + place)
    target = {"refId": letter, "datasource": _DATASOURCE, "expr": query.expression, "legendFormat": query.legend}
    if kind == "heatmap":
        return {**target, "format": "heatmap", "legendFormat": "{{le}}"}
    return {**target, "range": kind == "timeseries", "instant": kind != "timeseries"}


def _steps(panel: Panel) -> list[dict[str, Any]]:
    return [{"value": value, "color": color} for value, color in panel.steps or ((None, "green"),)]


def _mappings(panel: Panel) -> list[dict[str, Any]]:
    if not panel.names:
        return []
    options = {str(number): {"text": name, "index": place} for place, (number, name) in enumerate(panel.names)}
    return [{"type": "value", "options": options}]


_LAST_VALUE = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_OPTIONS: dict[Kind, dict[str, Any]] = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {"reduceOptions": _LAST_VALUE, "colorMode": "background", "graphMode": "none", "textMode": "auto"},
    "bargauge": {"reduceOptions": _LAST_VALUE, "displayMode": "basic", "orientation": "horizontal"},
    "heatmap": {
        "calculate": False,
        "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64},
        "yAxis": {"unit": "percentunit"},
        "tooltip": {"mode": "single", "yHistogram": False},
    },
}
