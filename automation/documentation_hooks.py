"""What MkDocs calls while it builds the site: pages made from the code, and the figures of `reports/`."""

import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
_FIGURES = ("*.png", "*.svg")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages, and every figure of `reports/`."""
    # MkDocs loads this file by its path, not as a module of a package.
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from automation.reference import reference_pages

    for place, content in reference_pages().items():
        files.append(File.generated(config, place, content=content))
    for pattern in _FIGURES:
        for figure in sorted((ROOT / "reports").rglob(pattern)):
            place = figure.relative_to(ROOT).as_posix()
            files.append(File.generated(config, place, abs_src_path=str(figure)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 (as called)
    """Point at the figures where the site has them: pages in the repository see them one folder up."""
    return markdown.replace("](../reports/", "](reports/") if page.file.src_uri.count("/") == 0 else markdown
