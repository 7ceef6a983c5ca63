"""How long people wait for the page, in a real browser beside a real API: `textops benchmark page`."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np
from loguru import logger

from textops.benchmark.page_visit import Question, Seen, chromium, classify, first_view
from textops.benchmark.result import keep, table
from textops.benchmark.serving.texts import asked_texts
from textops.bundle import read_manifest
from textops.errors import ServiceError
from textops.frontend.probability_bars import percent
from textops.machine import describe_machine
from textops.program import running, textops, wait_until_ready
from textops.registry import Registry
from textops.up.place import Place, Wanted

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from playwright.sync_api import Browser

CHARACTERS = (100, 500, 2_500, 10_000)
WARM_UP = 3
_OTHER_PAGES = {"batch": "Classify a file", "monitor": "Monitor", "models": "Models"}  # by place, their titles
_USABLE_FORM = "button:has-text('Classify'):visible"
_START_SECONDS = 120.0
_PAUSE_MILLISECONDS = 200
# What the issue of the page asks for, in milliseconds.
CLICK_BOUND, VIEW_BOUND = 300, 3_000

Measured = dict[str, list[float]]


@dataclass(frozen=True)
class PagePlan:
    """What is to be measured.

    Attributes:
        clicks: How often Classify is clicked, for each length of text.
        views: How often each page is opened by a browser that was never there.
        starts: How often the page itself is started anew, to be seen by its first visitor.
    """

    clicks: int
    views: int
    starts: int


def benchmark(registry: str, model: str | None, plan: PagePlan) -> str:
    """Measure, and keep the result as `page`.

    Args:
        registry: Root of the registry.
        model: Which version answers.
        plan: What is to be measured.

    Returns:
        The table as Markdown.

    Raises:
        RegistryError: If there is no such version.
        ConfigurationError: If no browser is installed.
        ServiceError: If the API or the page does not start.
    """
    version = Registry(registry).find(model)
    origin = asked_texts(read_manifest(version.path))
    settings = {"TEXTOPS_REGISTRY": registry, "TEXTOPS_MODEL": str(version)}
    with tempfile.TemporaryDirectory() as folder, chromium() as browser, _api(Path(folder), settings) as api:
        measured: Measured = {}
        for number in range(1, plan.starts):
            with _page(Path(folder), api) as address:
                _measure_start(browser, address, number, plan.starts, measured)
        with _page(Path(folder), api) as address:
            # Whoever comes after its first visitor sees a page like any other.
            _measure_start(browser, address, plan.starts, plan.starts, measured)
            _measure_views(browser, address, plan.views, measured)
            for characters in CHARACTERS:
                logger.info("{:,} characters: {} clicks", characters, plan.clicks)
                questions = _questions(api, [_of_length(text, characters) for text in origin.texts])
                _measure_clicks(browser, address, list(islice(cycle(questions), plan.clicks + WARM_UP)), measured)
    markdown = _markdown(measured, str(version), origin.origin, plan)
    document = {"machine": describe_machine(("streamlit", "playwright")), "milliseconds": measured}
    keep("page", document, markdown, _figure(measured))
    return markdown


@contextmanager
def _api(folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    environment = {
        **settings,
        "TEXTOPS_DATABASE_URL": f"sqlite:///{folder / 'log.sqlite'}",
        "TEXTOPS_LOG_SPILL": str(folder / "spill"),
        "TEXTOPS_LOG_LEVEL": "INFO",
        "TEXTOPS_LOG_JSON": "false",
        "TEXTOPS_LOG_FILE": "",
    }
    with running(textops("serve", "--port", "0"), folder / "api.log", None, environment, "the API") as program:
        address = program.said(r" on (http://\S+)", _START_SECONDS)
        wait_until_ready(address, _START_SECONDS)
        yield address


@contextmanager
def _page(folder: Path, api: str) -> Iterator[str]:
    """Start the page; its server lives, and nobody has looked yet."""
    command, settings = textops("ui"), {"TEXTOPS_API_URL": api, "TEXTOPS_UI_HOST": "127.0.0.1"}
    with closing(Place(Wanted("127.0.0.1", 0, is_asked=False, option=""))) as place:
        settings["TEXTOPS_UI_PORT"] = str(place.port)
        with running(command, folder / "page.log", None, settings, "the page"):
            wait_until_ready(place.url, _START_SECONDS, "/_stcore/health")
            yield place.url


def _measure_start(browser: "Browser", address: str, number: int, starts: int, measured: Measured) -> None:
    logger.info("start {} of {}", number, starts)
    _put(measured, "first visitor after the start of the page", first_view(browser, address, _USABLE_FORM))


def _measure_views(browser: "Browser", address: str, views: int, measured: Measured) -> None:
    for number in range(views):
        logger.info("view {} of {}", number + 1, views)
        _put(measured, "first page, until the form can be used", first_view(browser, address, _USABLE_FORM))
        for name, title in _OTHER_PAGES.items():
            ready = f"h1:has-text('{title}'):visible"
            _put(
                measured,
                f"page {name.capitalize()}, until its title stands",
                first_view(browser, f"{address}/{name}", ready),
            )


def _measure_clicks(browser: "Browser", address: str, questions: Sequence[Question], measured: Measured) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    seen: list[Seen] = []
    for question in questions:
        seen.append(classify(page, question))
        # People read before they go on.
        page.wait_for_timeout(_PAUSE_MILLISECONDS)
    context.close()
    characters = len(questions[0].text)
    for each in seen[WARM_UP:]:
        _put(measured, f"click with {characters:,} characters, until class and bars stand", each.answer)
        _put(measured, f"click with {characters:,} characters, until the words are marked", each.words)


def _questions(api: str, texts: Sequence[str]) -> list[Question]:
    """Ask the API what it will answer; two answers in a row differ, so that the second one is known when it is seen."""
    questions: list[Question] = []
    with httpx.Client(base_url=api, timeout=30) as client:
        for text in texts:
            answer = client.post("/predict", json={"text": text}).raise_for_status().json()
            question = Question(text, f"{answer['label']} · {percent(answer['probability'])}")
            if all(question.heading != other.heading for other in questions):
                questions.append(question)
    if len(questions) < 2:  # noqa: PLR2004 (the two that differ)
        raise ServiceError("the model answers all texts alike: there is nothing to see")
    return questions


def _of_length(text: str, characters: int) -> str:
    return (text.strip() * (characters // len(text) + 2))[:characters]


def _put(measured: Measured, name: str, milliseconds: float) -> None:
    measured.setdefault(name, []).append(milliseconds)


def _markdown(measured: Measured, version: str, origin: str, plan: PagePlan) -> str:
    rows = [
        [name, str(len(times)), *(f"{value:,.0f} ms" for value in (*np.percentile(times, [50, 95]), max(times)))]
        for name, times in measured.items()
    ]
    return (
        f"{version} on the API of `textops serve`, Chromium on the same machine; texts: {origin}. A click is timed in "
        "the browser, from the event to the frame; a first page by a browser that was never there "
        f"(`textops benchmark page --clicks {plan.clicks} --views {plan.views}`).\n\n"
    ) + table(["", "times", "median", "p95", "slowest"], rows)


def _figure(measured: Measured) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 0.5 + 0.4 * len(measured)), dpi=150, layout="constrained")
    axes = figure.subplots()
    for row, (name, times) in enumerate(measured.items()):
        axes.plot(times, [row] * len(times), "o", color="tab:blue", alpha=0.5)
        bound = CLICK_BOUND if "class and bars" in name else VIEW_BOUND if "page" in name else None
        if bound is not None:
            axes.plot([bound, bound], [row - 0.4, row + 0.4], color="tab:orange")
    axes.set_yticks(range(len(measured)), list(measured))
    axes.set_ylim(len(measured) - 0.5, -0.5)
    axes.set_xscale("log")
    axes.set_xlabel("milliseconds, a point for each time; orange: the bound")
    axes.spines[["top", "right"]].set_visible(False)
    return figure
