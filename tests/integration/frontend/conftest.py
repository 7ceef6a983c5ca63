"""Servers of the page, and a real browser that looks at it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Dialog, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as NotThereInTime

from textops.benchmark.page_visit import ARGUMENTS
from textops.registry import PRODUCTION, Registry

CHROMIUM = "/usr/bin/chromium"
# The machine may be busy with other tests.
PATIENCE_MS = 30_000
START_SECONDS = 60
END_SECONDS = 15

expect.set_options(timeout=PATIENCE_MS)

CHOICE_MS = 5_000
CHOICES = 6

StartPage = Callable[..., str]
OpenPage = Callable[..., Page]
Choose = Callable[[Page, str, str], None]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def unused_port() -> int:
    """A port that nobody listens on."""
    return free_port()


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Path) -> Path:
    """A registry with one model, in production."""
    root = tmp_path_factory.mktemp("page") / "registry"
    registry = Registry(root)
    registry.point(registry.register(tiny_bundle), PRODUCTION, after=None)
    return root


@pytest.fixture(scope="module")
def start_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartPage]:
    """Start pages with settings (`api_url` and others), each in a process; returns the address once it lives."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(**settings: object) -> str:
        port = free_port()
        given = {f"TEXTOPS_{name.upper()}": str(value) for name, value in settings.items()}
        log = tmp_path_factory.mktemp("page-log") / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "textops", "ui", "--port", str(port)],
                env={**os.environ, **given},
                stdout=output,
                stderr=output,
            )
        processes.append(process)
        address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + START_SECONDS
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            try:
                if httpx.get(f"{address}/_stcore/health").is_success:
                    return address
            except httpx.TransportError:
                time.sleep(0.1)

    yield start
    for process in processes:
        process.terminate()
        process.wait(END_SECONDS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of the system; what drives it holds an event loop, so it goes before other tests come."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open an address, with options of the browser's page; and see that no exception is shown and nothing runs."""
    pages: list[Page] = []
    dialogs: list[str] = []

    def refuse(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    def open_address(address: str, **options: object) -> Page:
        page = browser.new_page(**options)  # type: ignore[arg-type]  # those of Playwright
        pages.append(page)
        page.set_default_timeout(PATIENCE_MS)
        page.on("dialog", refuse)
        page.goto(address)
        return page

    yield open_address
    boxes = sum(page.get_by_test_id("stException").count() for page in pages)
    for page in pages:
        page.close()
    assert boxes == 0
    assert dialogs == []


@pytest.fixture(scope="session")
def choose() -> Choose:
    """Choose an option of a box; again when the page was built anew meanwhile, which closes an open list."""

    def choose_option(page: Page, box: str, option: str) -> None:
        choice = page.get_by_role("combobox", name=box)
        for _ in range(CHOICES):
            page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
            if choice.input_value() == option:
                return
            choice.focus()
            choice.fill(option)
            try:
                page.get_by_role("option", name=option).wait_for(timeout=CHOICE_MS)
            except NotThereInTime:
                page.keyboard.press("Escape")
            else:
                page.keyboard.press("Enter")
        expect(choice).to_have_value(option)

    return choose_option
