import json
from pathlib import Path

from automation.image_checks import Measured
from automation.image_report import write_report

API = Measured("api", 289.4, 149.6, "answers /predict", 1.44, 98.2, 0.61)
TRAIN = Measured("train", 1_234.0, 1_150.0, "trained", None, None, 1.0)


def test_a_report_is_a_table_for_people_and_json_for_programs(tmp_path: Path) -> None:
    write_report(tmp_path, [API, TRAIN], {"no model": "lives | waits"}, "python-slim")

    table = (tmp_path / "images.md").read_text()
    assert "| api | 289 MB | 150 MB | 1.4 s | 98 MB | 0.6 s | answers /predict |" in table
    assert "| train | 1,234 MB | 1,150 MB |  |  | 1.0 s | trained |" in table
    assert "| no model | lives \\| waits |" in table
    document = json.loads((tmp_path / "images.json").read_text())
    assert document["images"][0]["start_seconds"] == 1.44
    assert document["faults"] == {"no model": "lives | waits"}
