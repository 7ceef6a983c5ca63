"""The page as one HTML file that needs nothing else: figures inside, no script, no address."""

import base64
from html import escape
from pathlib import Path

from textops.explaining.markdown_page import visible, visible_lines
from textops.explaining.page import Block, Code, Figure, Page, Paragraph, Section, Table, Weight

# No script can run and nothing can be fetched, even if a text should ever get out of its place.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root { color-scheme: light dark; --ink: #1b2733; --quiet: #66727f; --line: #d9dee3; --paper: #fff; --soft: #f5f7f9; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebf0; --quiet: #9aa7b3; --line: #34404c; --paper: #14191f; --soft: #1d252d; }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin-bottom: .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin-top: 2.2rem; border-bottom: 1px solid var(--line); padding-bottom: .2rem; }
p { overflow-wrap: anywhere; } td, th { overflow-wrap: break-word; max-width: 24rem; }
nav a { margin-right: .9rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .88rem; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line);
  min-width: 4.5rem; }
th { color: var(--quiet); font-weight: 600; }
img { max-width: 100%; height: auto; background: #fff; border-radius: 4px; }
pre { background: var(--soft); padding: .8rem; overflow-x: auto; border-radius: 4px; font-size: .85rem; }
.problem, .look, .fine { white-space: nowrap; font-weight: 600; }
.problem { color: #b8430f; } .look { color: #8a5f00; } .fine { color: var(--quiet); font-weight: 400; }
@media (prefers-color-scheme: dark) { .problem { color: #ff8a5c; } .look { color: #e0b040; } a { color: #7db4f0; } }
"""
_CLASSES = {Weight.PROBLEM: "problem", Weight.LOOK: "look", Weight.FINE: "fine"}


def render_html(page: Page, folder: Path) -> str:
    """Return the page as HTML.

    Args:
        page: What it says.
        folder: Where the figures lie.
    """
    links = "".join(
        f'<a href="#part-{number}">{_text(section.title)}</a> ' for number, section in enumerate(page.sections, start=1)
    )
    sections = "\n".join(_section(number, section, folder) for number, section in enumerate(page.sections, start=1))
    opening = "\n".join(f"<p>{_text(sentence)}</p>" for sentence in page.opening)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_text(page.title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{_text(page.title)}</h1>
{opening}
<nav aria-label="Parts">{links}</nav>
<main>
{sections}
</main>
</body>
</html>
"""


def _section(number: int, section: Section, folder: Path) -> str:
    blocks = "\n".join(_block(block, folder) for block in section.blocks)
    return f'<section id="part-{number}">\n<h2>{_text(section.title)}</h2>\n{blocks}\n</section>'


def _block(block: Block, folder: Path) -> str:
    match block:
        case Paragraph(text):
            return f"<p>{_text(text)}</p>"
        case Table(header, rows):
            head = "".join(f'<th scope="col">{_text(cell)}</th>' for cell in header)
            body = "\n".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows)
            return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>'
        case Figure(file, alt):
            content = base64.b64encode((folder / file).read_bytes()).decode("ascii")
            return f'<p><img alt="{_text(alt)}" src="data:image/png;base64,{content}"></p>'
        case Code(text, _):
            return f"<pre><code>{escape(visible_lines(text))}</code></pre>"


def _cell(text: str) -> str:
    weight = next((each for each in Weight if each == text), None)
    style = "" if weight is None else f' class="{_CLASSES[weight]}"'
    # What is written from right to left stays in its cell.
    return f'<td dir="auto"{style}>{_text(text)}</td>'


def _text(text: str) -> str:
    return escape(visible(text), quote=True)
