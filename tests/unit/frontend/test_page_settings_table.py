"""The settings of the page, as docs/frontend.md lists them."""

from pathlib import Path

from automation.report_tables import page_settings

ROOT = Path(__file__).resolve().parents[3]


def test_the_table_is_that_of_the_code() -> None:
    assert (ROOT / "reports/page_settings.md").read_text(encoding="utf-8") == page_settings()
