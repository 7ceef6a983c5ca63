"""Pictures of every page, as somebody sees them: `invoke screenshots`, into `reports/figures/`.

A model is trained, optimized and served with `textops up`, live traffic is played against it until it drifts, and the
Chromium of this machine looks at each page.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from textops.benchmark.page_visit import chromium
from textops.program import Program, running, textops

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "reports" / "figures"

_STEP_SECONDS = 900
_START_SECONDS = 180
_PATIENCE_MS = 120_000
_TEXT = (
    "The chip maker said that its newest processor runs the match analysis of the national team in real time. "
    "Shares rose by four per cent after the goal."
)
_FILE = (
    "ticket,title,text\n"
    "1,Cup final,The visitors scored twice in the last ten minutes and won the cup final.\n"
    "2,Airline,Shares of the airline fell after it warned that profits will be lower this year.\n"
    "3,,\n"
    "4,Handset,The new phone has a faster processor and software that recognises speech.\n"
    "5,Vote,The prime minister lost the vote in parliament after a long debate on taxes.\n"
    "6,Awards,The film won four awards including best director and best actress.\n"
    "7,Half of it,Broadband users downloaded music and films of the band's tour.\n"
)


@dataclass(frozen=True)
class Picture:
    """A picture of a page.

    Attributes:
        name: Of its file.
        path: Of the page.
        prepare: What a person does before it is taken; returns when what it shows is there.
        scheme: `light` or `dark`.
        size: Of the window, in points.
    """

    name: str
    path: str
    prepare: "Callable[[Page], None]"
    scheme: str = "light"
    size: tuple[int, int] = (1280, 1000)


def _classify(page: "Page") -> None:
    page.get_by_label("Text", exact=True).fill(_TEXT)
    page.get_by_role("button", name="Classify").click()
    page.locator("mark").first.wait_for()


def _batch(page: "Page") -> None:
    page.locator("input[type=file]").first.set_input_files(
        {"name": "tickets.csv", "mimeType": "text/csv", "buffer": _FILE.encode()}
    )
    page.get_by_role("button", name=re.compile("classify", re.IGNORECASE)).click()
    page.get_by_role("button", name=re.compile("download", re.IGNORECASE)).first.wait_for()


def _monitor(page: "Page") -> None:
    page.get_by_text("1 h", exact=True).click()
    page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").nth(2).wait_for()


def _models(page: "Page") -> None:
    page.get_by_text("Side by side").wait_for()
    page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").first.wait_for()


PICTURES = (
    Picture("page_classify", "/", _classify, size=(1280, 1340)),
    Picture("page_batch", "/batch", _batch, size=(1280, 1100)),
    Picture("page_monitor", "/monitor", _monitor, size=(1280, 1700)),
    Picture("page_models", "/models", _models, size=(1280, 1250)),
    Picture("page_classify_dark", "/", _classify, scheme="dark", size=(1280, 1340)),
    Picture("page_classify_phone", "/", _classify, size=(390, 844)),
)


def take_pictures(folder: Path = FIGURES) -> None:
    """Take a picture of every page.

    Raises:
        TextopsError: If a step fails; the pictures that were there stay.
    """
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        _make_models(place)
        with _services(place) as addresses:
            _play_traffic(place, addresses)
            with chromium() as browser:
                taken = {picture.name: _taken(browser, addresses["page"], picture) for picture in PICTURES}
    folder.mkdir(parents=True, exist_ok=True)
    for picture, content in taken.items():
        (folder / f"{picture}.png").write_bytes(content)


def _make_models(place: Path) -> None:
    """Bring one version into production, and another one, in its smallest form, to staging."""
    for step in (
        ("demo",),
        ("train", "seed=1", "trainer.max_epochs=2"),
        ("evaluate",),
        ("optimize",),
        ("register",),
        ("promote", "--to", "staging", "--no-dispatch"),
    ):
        _done(place, *step)


def _done(place: Path, *arguments: str) -> None:
    program = Program(textops(*arguments), place / f"{arguments[0]}.log", place, _environment(place))
    try:
        code = program.process.wait(_STEP_SECONDS)
    finally:
        program.stop()
    if code:
        program.said("$^", 1)  # raises, with the last that it said


def _environment(place: Path) -> dict[str, str]:
    return {
        "TEXTOPS_REGISTRY": str(place / "models" / "registry"),
        "TEXTOPS_DATABASE_URL": f"sqlite:///{place / 'log.sqlite'}",
        "TEXTOPS_LOG_JSON": "false",
    }


@contextmanager
def _services(place: Path) -> Iterator[dict[str, str]]:
    with running(textops("up"), place / "up.log", place, _environment(place)) as program:
        yield {
            name: program.said(rf"{title} +(http://\S+)", _START_SECONDS)
            for name, title in (("page", "the page"), ("drift", "the drift service"), ("api", "the API"))
        }


def _play_traffic(place: Path, addresses: dict[str, str]) -> None:
    options = ("--url", addresses["api"], "--normal", "900", "--drifted", "300", "--rate", "40", "--label-delay", "1")
    _done(place, "simulate", *options)
    httpx.post(f"{addresses['drift']}/drift/check", timeout=120).raise_for_status()


def _taken(browser: "Browser", address: str, picture: Picture) -> bytes:
    width, height = picture.size
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if picture.scheme == "dark" else "light",
        device_scale_factor=1.5,
    )
    page.set_default_timeout(_PATIENCE_MS)
    try:
        page.goto(f"{address}{picture.path}")
        picture.prepare(page)
        page.wait_for_timeout(1_500)  # charts are drawn, and fade in
        page.keyboard.press("Home")
        return page.screenshot()
    finally:
        page.close()
