"""Tables of forms and of moves, and how figures are written."""

from datetime import UTC, datetime

import pytest

from textops.bundle import Metric
from textops.frontend.alias_history import history_table
from textops.frontend.figure_format import interval, share, size
from textops.frontend.form_table import form_table
from textops.serving.registry_schemas import AliasMove
from textops.variant_figures import VariantFigures


def move(**changes: object) -> AliasMove:
    given: dict[str, object] = {
        "alias": "production",
        "version": 3,
        "previous": 2,
        "action": "promote",
        "created": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        "reason": None,
        "gate_passed": True,
    }
    return AliasMove.model_validate(given | changes)


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 B"), (999, "999 B"), (12_601_585, "12.6 MB"), (1_500, "1.5 kB"), (3e9, "3.0 GB")]
)
def test_bytes_are_told_in_the_unit_that_fits(count: float, told: str) -> None:
    assert size(count) == told


def test_an_interval_names_a_unit_that_both_ends_have_once() -> None:
    assert interval(Metric(value=0.9, low=0.85, high=0.95), share) == "85.0 to 95.0 %"
    assert interval(Metric(value=1e6, low=900_000, high=1_100_000), size) == "900.0 kB to 1.1 MB"


def test_a_form_is_told_with_what_was_measured_of_it() -> None:
    # given
    latency = Metric(value=0.05, low=0.04, high=0.06)
    made = VariantFigures(name="onnx_int8", made=True, file_bytes=3_200_000, latency_p50_ms=latency, agreement=0.995)
    failed = VariantFigures(name="pruned", made=False, reason="the encoder has no weights to prune")
    # when
    first, second = form_table([failed, made], "onnx_int8").rows
    # then
    cells = [cell.text for cell in first.cells]
    assert cells[:2] == ["onnx_int8", "3.2 MB"]
    assert cells[4] == "0.050 ms"
    assert first.cells[4].notes[0].text == "0.040 to 0.060 ms"
    assert cells[9] == "99.5 %"
    assert first.chosen
    assert [note.text for note in first.cells[0].notes] == ["ships"]
    assert [note.text for note in second.cells[0].notes] == ["not made", "the encoder has no weights to prune"]
    assert {cell.text for cell in second.cells[1:]} == {"not measured"}


def test_a_move_is_told_with_what_the_gate_said() -> None:
    # when
    rows = history_table(
        [
            move(),
            move(gate_passed=False, reason="<b>urgent</b>"),
            move(action="rollback", previous=3, version=2, gate_passed=None),
            move(previous=None, version=1),
        ]
    ).rows
    # then
    assert [row.cells[2].text for row in rows] == ["2 → 3", "2 → 3", "3 → 2", "1"]
    assert [row.cells[2].notes[0].text for row in rows] == ["promoted", "promoted", "rolled back", "promoted"]
    assert [row.cells[3].text for row in rows] == ["passed", "overridden", "not asked", "passed"]
    assert rows[1].cells[4].text == "<b>urgent</b>"
