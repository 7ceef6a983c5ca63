"""The table of the drift service's settings in docs/monitoring.md."""

from pathlib import Path

from textops.monitoring.settings_table import SETTINGS
from textops.serving.settings_table import settings_table

ROOT = Path(__file__).resolve().parents[3]


def test_the_table_is_that_of_the_code() -> None:
    # given
    table = settings_table(SETTINGS)
    # then
    assert table == (ROOT / "reports/drift_settings.md").read_text(encoding="utf-8"), "run invoke tables"
    assert table in (ROOT / "docs/monitoring.md").read_text(encoding="utf-8"), "run invoke tables"


def test_each_setting_is_explained() -> None:
    rows = [row.split(" | ") for row in settings_table(SETTINGS).splitlines()[2:]]
    assert len(rows) == sum(len(kind.model_fields) for kind in SETTINGS)
    assert all(len(row[2].strip(" |")) > 10 for row in rows)
