"""What somebody at the page sees, and when: the Chromium of this machine, driven by Playwright."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from textops.errors import ConfigurationError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
"""Also what a container needs, and nothing that asks the world outside."""

_PATIENCE_MS = 60_000

# From the click, as the browser notes it, to the first frame that shows the heading with its bars; and to the first one
# with the words marked, in which the whole text stands.
_WATCH = """
([heading, begin]) => {
  const deep = (root, selector) => {
    const found = root.querySelector(selector);
    if (found !== null) return found;
    for (const element of root.querySelectorAll("*")) {
      const inner = element.shadowRoot === null ? null : deep(element.shadowRoot, selector);
      if (inner !== null) return inner;
    }
    return null;
  };
  const shown = (selector) => (deep(document, selector)?.textContent ?? "");
  window.textopsSeen = new Promise((resolve) => {
    const seen = {answer: null, words: null};
    let clicked = null;
    const look = () => {
      const now = performance.now() - clicked;
      const bar = shown("li.chosen .value");
      const answered = shown(".st-key-answer h3").includes(heading) && bar !== "" && heading.endsWith(bar);
      if (seen.answer === null && answered) seen.answer = now;
      if (seen.answer !== null && seen.words === null && shown("p.text").startsWith(begin)) seen.words = now;
      if (seen.words === null) requestAnimationFrame(look);
      else resolve(seen);
    };
    document.addEventListener("click", () => { clicked = performance.now(); look(); }, {capture: true, once: true});
  });
}
"""


@dataclass(frozen=True)
class Question:
    """A text to click on.

    Attributes:
        text: The text.
        heading: What the answer must be headed with.
    """

    text: str
    heading: str


@dataclass(frozen=True)
class Seen:
    """When an answer was seen, in milliseconds after the click.

    Attributes:
        answer: Heading and bars.
        words: The words that decided.
    """

    answer: float
    words: float


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Start the browser of this machine.

    Raises:
        ConfigurationError: If it, or what drives it, is not installed.
    """
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise ConfigurationError(f"no browser is installed: none of {', '.join(_PROGRAMS)} is on the path")
    if find_spec("playwright") is None:
        raise ConfigurationError("this needs playwright, which is not installed: pip install 'textops[dev]'")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


def first_view(browser: "Browser", address: str, ready: str) -> float:
    """Return the milliseconds until a browser that was never there shows a page.

    Args:
        browser: The browser.
        address: Of the page.
        ready: Selector of what can be used then.
    """
    context = browser.new_context()
    page = context.new_page()
    begun = time.perf_counter()
    page.goto(address, wait_until="commit", timeout=_PATIENCE_MS)
    page.locator(ready).first.wait_for(timeout=_PATIENCE_MS)
    milliseconds = 1000 * (time.perf_counter() - begun)
    context.close()
    return milliseconds


def classify(page: "Page", question: Question) -> Seen:
    """Fill in a text, click, and return when what was seen."""
    page.get_by_label("Text", exact=True).fill(question.text, timeout=_PATIENCE_MS)
    page.evaluate(_WATCH, [question.heading, question.text.strip()[:40]])
    page.get_by_role("button", name="Classify").click(timeout=_PATIENCE_MS)
    seen = page.evaluate("window.textopsSeen")
    # The next click must not meet the end of this answer.
    page.locator("[data-test-script-state=notRunning]").first.wait_for(timeout=_PATIENCE_MS)
    return Seen(**seen)
