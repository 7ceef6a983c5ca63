"""Servers of the page, and a real browser that looks at it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Dialog, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as NotThereInTime

from tests.integration.ports import free_port
from textops.benchmark.page_visit import ARGUMENTS
from textops.registry import PRODUCTION, Registry

if TYPE_CHECKING:
    from tests.integration.conftest import ApiServer, StartApi

CHROMIUM = "/usr/bin/chromium"
# The machine may be busy with other tests.
PATIENCE_MS = 30_000
START_SECONDS = 120
END_SECONDS = 30

expect.set_options(timeout=PATIENCE_MS)

CHOICE_MS = 5_000
CHOICES = 6
NOWHERE = "about:blank"
VIEWPORT = {"width": 1280, "height": 720}
# The page, which forgets what it knows of a model and its versions when it is told to, and not in a few seconds only.
FORGETFUL_PAGE = """
import signal
import streamlit
from textops.cli import main
signal.signal(signal.SIGUSR1, lambda *_: streamlit.cache_data.clear())
main()
"""

OpenPage = Callable[..., Page]
OpenChangingPage = Callable[[], Page]
AtRest = Callable[[Page], None]
Choose = Callable[[Page, str, str], None]


class Site:
    """A page in a process of its own, and the ports that it asks, where tests let services come and go.

    Attributes:
        address: Of the page.
        api_port: Where it asks for the API.
        drift_port: Where it asks for the drift service.
        key: What it shows to the API, empty for nothing.
    """

    def __init__(self, log: Path, key: str = "") -> None:
        """Start it, and wait until it lives."""
        self.key = key
        port, self.api_port, self.drift_port = free_port(), free_port(), free_port()
        self.address = f"http://127.0.0.1:{port}"
        given = {
            "TEXTOPS_API_URL": f"http://127.0.0.1:{self.api_port}",
            "TEXTOPS_DRIFT_URL": f"http://127.0.0.1:{self.drift_port}",
            **({"TEXTOPS_API_KEY": key} if key else {}),
        }
        self._client = httpx.Client(base_url=self.address)
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-c", FORGETFUL_PAGE, "ui", "--port", str(port)],
                env={**os.environ, **given},
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._lives():
            assert self._process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)

    def forget(self) -> None:
        """Let it forget what it knows of the services that were there before."""
        self._process.send_signal(signal.SIGUSR1)
        # What answers is what takes the signal first.
        self._client.get("/_stcore/health").raise_for_status()

    def stop(self) -> None:
        self._client.close()
        self._process.terminate()
        self._process.wait(END_SECONDS)

    def _lives(self) -> bool:
        with suppress(httpx.TransportError):
            return self._client.get("/_stcore/health").is_success
        return False


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Path) -> Path:
    """A registry with one model, in production."""
    root = tmp_path_factory.mktemp("page") / "registry"
    registry = Registry(root)
    registry.point(registry.register(tiny_bundle), PRODUCTION, after=None)
    return root


@pytest.fixture(scope="session")
def only_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all modules: to start it takes longer than most tests."""
    site = Site(tmp_path_factory.mktemp("page-log") / "log")
    yield site
    site.stop()


@pytest.fixture(scope="module")
def site(only_site: Site) -> Site:
    """A page for the services of a module."""
    only_site.forget()
    return only_site


@pytest.fixture(scope="session")
def only_changing_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all tests; it shows a key, which only an API that asks for keys looks at."""
    site = Site(tmp_path_factory.mktemp("page-log") / "log", key="another-key")
    yield site
    site.stop()


@pytest.fixture
def changing_site(only_changing_site: Site) -> Site:
    """A page for the services of a test, which come and go."""
    return only_changing_site


@pytest.fixture
def start_api_there(start_api: "StartApi", changing_site: Site) -> Iterator["StartApi"]:
    """Start the API of a registry with settings where the changing page asks for it; it ends with the test."""
    servers: list[ApiServer] = []

    def start(registry: Path | str, **settings: object) -> "ApiServer":
        servers.append(start_api(registry, port=changing_site.api_port, **settings))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    """A tab of the Chromium of the system, for one visit after the other.

    A new one would read and translate all scripts of the page anew, which takes three times as long as all else. What
    drives it holds an event loop, so it goes before other tests come.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        tab = browser.new_page()
        tab.set_default_timeout(PATIENCE_MS)
        yield tab
        browser.close()


@pytest.fixture
def open_page(tab: Page) -> Iterator[OpenPage]:
    """Open an address as somebody who was never there; and see that no exception is shown and nothing runs."""
    dialogs: list[str] = []

    def refuse(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    def open_address(address: str, color_scheme: str = "light", viewport: dict[str, int] | None = None) -> Page:
        tab.emulate_media(color_scheme=color_scheme)  # type: ignore[arg-type]  # a word that Playwright knows
        tab.set_viewport_size(viewport or VIEWPORT)  # type: ignore[arg-type]  # a dictionary of Playwright
        tab.goto(address)
        return tab

    tab.on("dialog", refuse)
    yield open_address
    boxes = tab.get_by_test_id("stException").count()
    if tab.url != NOWHERE:
        tab.evaluate("localStorage.clear(), sessionStorage.clear()")
    tab.context.clear_cookies()
    tab.goto(NOWHERE)
    tab.remove_listener("dialog", refuse)
    assert boxes == 0
    assert dialogs == []


@pytest.fixture
def open_changing_page(changing_site: Site, open_page: OpenPage) -> OpenChangingPage:
    """Open the page for the services of the test."""

    def open_there() -> Page:
        changing_site.forget()
        return open_page(changing_site.address)

    return open_there


@pytest.fixture(scope="session")
def at_rest() -> AtRest:
    """Wait until the page is built: what is being built closes open lists, and moves away below the pointer."""

    def wait_until_at_rest(page: Page) -> None:
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()

    return wait_until_at_rest


@pytest.fixture(scope="session")
def choose(at_rest: AtRest) -> Choose:
    """Choose an option of a box; again when the page was built anew meanwhile, which closes an open list."""

    def choose_option(page: Page, box: str, option: str) -> None:
        choice = page.get_by_role("combobox", name=box)
        for _ in range(CHOICES):
            at_rest(page)
            # While the list is open, the box holds what is typed, which is not chosen yet.
            if choice.input_value() == option and choice.get_attribute("aria-expanded") == "false":
                return
            choice.focus()
            choice.fill(option)
            try:
                page.get_by_role("option", name=option).click(timeout=CHOICE_MS)
            except NotThereInTime:
                page.keyboard.press("Escape")
        expect(choice).to_have_value(option)

    return choose_option
