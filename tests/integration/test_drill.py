"""The whole story, with all programs as they run in production."""

import re
from pathlib import Path

import pytest

from textops.drill.alerting import alerting_programs
from textops.drill.drill import DrillPlan, drill, shortfalls
from textops.drill.report import write_report
from textops.drill.story import DRIFTED, NORMAL, RECOVERED, Plot
from textops.simulation.drift import Drift
from textops.simulation.player import Behaviour

pytestmark = pytest.mark.slow

# A smaller table is trained, and trained again, sooner; what happens around it is the same.
SMALL = ("model.tokenizer.word_bits=17", "model.tokenizer.character_bits=16", "robustness.examples=0", "threads=1")


def test_drift_is_seen_and_mended_without_a_lost_request(tmp_path: Path, without_coverage: None) -> None:  # noqa: ARG001 (processes of their own)
    # given
    assert alerting_programs() is not None
    behaviour = Behaviour(rate=40, label_share=1.0, label_delay=1.0)
    plot = Plot(Drift("vocabulary", 1.0), normal=600, recovered=250, behaviour=behaviour, patience=500)
    # when
    record = drill(DrillPlan(tmp_path / "drill", ("data=bbc_news", *SMALL), plot))
    # then
    # What the accuracy must reach, `textops drill` judges by twice as many texts: 250 leave a point to chance.
    assert [line for line in shortfalls(record) if "accuracy" not in line] == []
    assert record.alerting == "Prometheus and Alertmanager"
    assert record.checks_before > 0
    before, during, after = (record.accuracy(phase) for phase in (NORMAL, DRIFTED, RECOVERED))
    assert before is not None
    assert during is not None
    assert after is not None
    assert during < before - 0.1
    assert after > before - 0.05
    told = [event.what for event in record.events]
    # A first retraining may have too few labels yet: the gate refuses it, and the alert begins another one.
    for part in ("the world moves on", "drift is seen", "alert TextopsDrift", ", promoted", r"version [2-9] answers"):
        assert any(re.search(part, what) for what in told), told
    write_report(tmp_path / "report", record)
    assert (tmp_path / "report" / "drill.png").stat().st_size > 10_000
