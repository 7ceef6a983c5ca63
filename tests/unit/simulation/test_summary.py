"""What a simulation has shown."""

from io import StringIO

import pytest
from rich.console import Console

from textops.simulation.player import Played
from textops.simulation.summary import accuracy_of, summarize, table_of


def played(phase: str, sent: float, predicted: str | None = "sport", attempts: int = 1, version: int = 1) -> Played:
    if predicted is None:
        return Played(phase, "sport", sent, 0.01, attempts, None, None, "no answer")
    return Played(phase, "sport", sent, 0.01, attempts, predicted, version)


def test_each_phase_is_summarized_in_the_order_of_the_story() -> None:
    # given
    texts = [played("drifted", 3.0, "tech", version=2), played("normal", 1.0), played("normal", 2.0, None, attempts=6)]
    # when
    normal, drifted = summarize(texts)
    # then
    assert (normal.phase, normal.requests, normal.failed, normal.retried, normal.versions) == ("normal", 2, 1, 1, (1,))
    assert normal.accuracy == 1.0
    assert normal.p50_ms == pytest.approx(10.0)
    assert (drifted.phase, drifted.accuracy, drifted.versions) == ("drifted", 0.0, (2,))


def test_a_phase_without_answers_has_no_accuracy() -> None:
    (phase,) = summarize([played("normal", 1.0, None)])
    assert phase.accuracy is None
    assert phase.p50_ms is None
    assert accuracy_of([played("normal", 1.0, None)]) is None


def test_the_table_fits_a_usual_terminal() -> None:
    # given
    console = Console(width=80, record=True, file=StringIO())
    answers = [played("recovered", float(second)) for second in range(1_000)]
    # when
    console.print(table_of(summarize(answers)))
    # then
    text = console.export_text()
    assert "…" not in text
    assert "1.000 [0.996, 1.000]" in text
    assert "versions" in text


def test_the_table_names_each_phase() -> None:
    console = Console(width=200, record=True, file=StringIO())
    console.print(table_of(summarize([played("normal", 1.0), played("drifted", 2.0, None)])))
    text = console.export_text()
    assert "normal" in text
    assert "drifted" in text
