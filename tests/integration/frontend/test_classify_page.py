"""The page in a real browser, beside a real API that comes and goes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Browser, Dialog, Page, expect, sync_playwright

from textops.registry import PRODUCTION, Registry

if TYPE_CHECKING:
    from tests.integration.conftest import ApiServer, StartApi

pytestmark = pytest.mark.slow

CHROMIUM = "/usr/bin/chromium"
# Also what a container needs, and nothing that asks the world outside.
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
HOSTILE = "<script>document.title='taken'</script> <img src=x onerror=alert(1)> **bold** :red[team] $x$ 🏟 "
PATIENCE_MS = 30_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Path) -> Path:
    root = tmp_path_factory.mktemp("page") / "registry"
    registry = Registry(root)
    registry.point(registry.register(tiny_bundle), PRODUCTION, after=None)
    return root


@pytest.fixture(scope="module")
def api(start_api: "StartApi", registry: Path, tmp_path_factory: pytest.TempPathFactory) -> "ApiServer":
    log = tmp_path_factory.mktemp("log") / "log.sqlite"
    return start_api(registry, port=free_port(), database_url=f"sqlite:///{log}")


def start_page(api_url: str, log: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start the page, and wait until it lives."""
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "textops", "ui", "--port", str(port)],
            env={**os.environ, "TEXTOPS_API_URL": api_url},
            stdout=output,
            stderr=output,
        )
    address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        try:
            if httpx.get(f"{address}/_stcore/health").is_success:
                return process, address
        except httpx.TransportError:
            time.sleep(0.1)


@pytest.fixture(scope="module")
def address(api: "ApiServer", tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process, address = start_page(api.url, tmp_path_factory.mktemp("page-log") / "log")
    yield address
    process.terminate()
    process.wait(15)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, just opened; whatever a test does, no exception is ever shown."""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    dialogs: list[str] = []

    def refuse(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    page.goto(address)
    page.get_by_role("button", name="Classify").wait_for()
    yield page
    assert page.get_by_test_id("stException").count() == 0
    assert dialogs == []
    page.close()


def classify(page: Page, text: str) -> None:
    page.get_by_label("Text", exact=True).fill(text)
    page.get_by_role("button", name="Classify").click()


def test_a_text_gets_its_class_its_bars_its_words_and_feedback(page: Page, api: "ApiServer") -> None:
    # when
    classify(page, "the team scored a goal in the match")
    # then
    answer = page.locator(".st-key-answer")
    expect(answer.get_by_role("heading").first).to_contain_text("sport", timeout=PATIENCE_MS)
    expect(answer.get_by_role("listitem")).to_have_count(2, timeout=PATIENCE_MS)
    expect(answer.locator("mark.for").first).to_be_visible(timeout=PATIENCE_MS)
    assert {"team", "goal", "match"} <= set(answer.locator("mark.for").all_inner_texts())
    # when
    page.get_by_role("button", name="Right", exact=True).click()
    # then
    expect(page.get_by_text("Thank you: noted as sport.")).to_be_visible(timeout=PATIENCE_MS)
    assert api.figure("textops_predictions_total") == 1
    assert api.figure("textops_feedback_total") == 1


def test_another_class_is_chosen_with_the_keyboard(page: Page) -> None:
    classify(page, "the team scored a goal in the match")
    expect(page.locator("mark.for").first).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_label("Wrong, it is").press_sequentially("te")
    page.get_by_role("option", name="tech").wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Thank you: noted as tech.")).to_be_visible(timeout=PATIENCE_MS)


def test_nothing_of_a_hostile_text_runs_or_is_formatted(page: Page) -> None:
    # when
    classify(page, HOSTILE + "team " * 20_000)
    # then
    shown = page.get_by_role("region", name="The text, with the words marked that decided")
    expect(shown).to_be_visible(timeout=PATIENCE_MS)
    assert shown.inner_text().startswith(HOSTILE.strip())
    assert shown.locator("img, script, strong, b").count() == 0
    assert "taken" not in page.title()


def test_a_text_from_right_to_left_runs_so(page: Page) -> None:
    classify(page, "سجل الفريق هدفين")
    paragraph = page.locator("p.text[dir=auto]")
    expect(paragraph).to_be_visible(timeout=PATIENCE_MS)
    assert paragraph.evaluate("element => getComputedStyle(element).direction") == "rtl"


def test_a_blank_text_is_asked_for_in_a_sentence(page: Page) -> None:
    page.get_by_role("button", name="Classify").click()
    expect(page.get_by_text("Give a text first")).to_be_visible(timeout=PATIENCE_MS)


def test_a_text_may_come_from_a_file(page: Page) -> None:
    page.get_by_text("Take the text from a file").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "note.txt", "mimeType": "text/plain", "buffer": b"the new chip runs code"}
    )
    expect(page.locator(".st-key-answer").get_by_role("heading").first).to_contain_text("tech", timeout=PATIENCE_MS)


def test_the_page_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    classify(page, "the team scored a goal in the match")
    expect(page.locator("mark.for").first).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_an_api_that_is_away_is_told_and_the_page_goes_on_when_it_is_back(
    browser: Browser, start_api: "StartApi", registry: Path, tmp_path: Path
) -> None:
    # given
    port = free_port()
    process, address = start_page(f"http://127.0.0.1:{port}", tmp_path / "log")
    page = browser.new_page()
    try:
        # when
        page.goto(address)
        # then
        expect(page.get_by_text("Nobody answers")).to_be_visible(timeout=PATIENCE_MS)
        classify(page, "the team scored a goal in the match")
        expect(page.get_by_text("Nobody answers")).to_have_count(1, timeout=PATIENCE_MS)
        # when
        start_api(registry, port=port)
        # then
        expect(page.get_by_text("Nobody answers")).to_have_count(0, timeout=PATIENCE_MS)
        page.get_by_role("button", name="Classify").click()
        heading = page.locator(".st-key-answer").get_by_role("heading").first
        expect(heading).to_contain_text("sport", timeout=PATIENCE_MS)
        assert page.get_by_test_id("stException").count() == 0
    finally:
        page.close()
        process.terminate()
        process.wait(15)
