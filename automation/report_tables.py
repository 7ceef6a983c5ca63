"""What commands wrote into reports/, copied into README.md and docs/ between its markers."""

import re
from pathlib import Path

from automation.python_modules import ROOT

_REPORT = re.compile(r"<!-- (reports/\S+\.md) -->\n.*?<!-- end -->", re.DOTALL)


def documents() -> list[Path]:
    """Return the pages that may hold what a command wrote."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def with_reports(text: str) -> str:
    """Return a document with every part between `<!-- FILE -->` and `<!-- end -->` made anew from FILE."""
    return _REPORT.sub(
        lambda match: f"<!-- {match[1]} -->\n{(ROOT / match[1]).read_text(encoding='utf-8')}<!-- end -->", text
    )


def page_settings() -> str:
    """Return the settings of the page as a table; the page itself may not import what makes it."""
    from textops.frontend.settings import PageSettings
    from textops.serving.settings_table import settings_table

    return settings_table((PageSettings,))
