"""The settings of the page, as docs/frontend.md lists them."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def test_the_table_is_that_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from tasks import page_settings

    assert (ROOT / "reports/page_settings.md").read_text(encoding="utf-8") == page_settings()
