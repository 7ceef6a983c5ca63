import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from textops.monitoring.dashboard import as_json
from textops.monitoring.grafana import Panel, Query, Row, dashboard

FILE = Path(__file__).parents[3] / "deploy/grafana/dashboards/textops.json"
PANELS: list[dict[str, Any]] = json.loads(as_json())["panels"]
SHOWN = [panel for panel in PANELS if panel["type"] != "row"]


def test_the_file_is_what_the_source_says() -> None:
    assert FILE.read_text(encoding="utf-8") == as_json(), "run invoke dashboard"


def test_no_panel_covers_another_and_all_fit_the_width() -> None:
    cells = [
        {(place["x"] + column, place["y"] + line) for column in range(place["w"]) for line in range(place["h"])}
        for place in (panel["gridPos"] for panel in PANELS)
    ]

    assert not [pair for pair in combinations(cells, 2) if pair[0] & pair[1]]
    assert {column for each in cells for column, _ in each} == set(range(24))


def test_each_panel_has_a_number_of_its_own() -> None:
    numbers = [panel["id"] for panel in PANELS]

    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("panel", SHOWN, ids=lambda panel: panel["title"])
def test_a_panel_asks_the_chosen_prometheus(panel: dict[str, Any]) -> None:
    sources = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]

    assert panel["targets"]
    assert all(source == {"type": "prometheus", "uid": "${datasource}"} for source in sources)
    assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


def test_panels_that_do_not_fit_into_a_line_begin_a_new_one() -> None:
    panels = tuple(Panel(str(number), (Query("up"),), width=10) for number in range(3))

    made = dashboard("a", "A", [Row("first", panels, height=5), Row("second", panels[:1])], instances="up")["panels"]

    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in made]
    assert places == [(0, 0), (0, 1), (10, 1), (0, 6), (0, 11), (0, 12)]


def test_a_number_can_have_a_name_and_a_colour() -> None:
    panel = Panel(
        "Ready", (Query("up"),), kind="stat", steps=((None, "red"), (1.0, "green")), names=((0, "no"), (1, "yes"))
    )

    shown = dashboard("a", "A", [Row("first", (panel,))], instances="up")["panels"][1]

    defaults = shown["fieldConfig"]["defaults"]
    assert defaults["thresholds"]["steps"] == [{"value": None, "color": "red"}, {"value": 1.0, "color": "green"}]
    assert defaults["mappings"][0]["options"] == {"0": {"text": "no", "index": 0}, "1": {"text": "yes", "index": 1}}
    assert shown["targets"][0]["instant"] is True
