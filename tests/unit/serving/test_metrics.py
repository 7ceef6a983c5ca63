"""Figures of several processes, which are read while processes come and go."""

from pathlib import Path

import pytest
from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict, mmap_key

from textops.serving.metrics import ServingMetrics
from textops.serving.shared_figures import SHARED_FOLDER_VARIABLE


@pytest.mark.parametrize("kind", ["counter", "gauge_livemin"])
def test_a_process_that_begins_right_now_does_not_hide_the_figures_of_the_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    # given one process with a figure, and one that has made its file and written nothing into it
    monkeypatch.setenv(SHARED_FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    monkeypatch.setattr(values, "MmapedDict", MmapedDict)
    figures = MmapedDict(str(tmp_path / "counter_1.db"))  # type: ignore[no-untyped-call]
    figures.write_value(mmap_key("told", "told_total", [], [], "Told."), 3.0, 0.0)  # type: ignore[no-untyped-call]
    (tmp_path / f"{kind}_2.db").touch()
    # when
    exposition = ServingMetrics().exposition().decode()
    # then
    assert "told_total 3.0" in exposition.splitlines()
