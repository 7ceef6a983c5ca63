"""The page Monitor in a real browser, beside a real API, a real drift service and a log with answers.

While Streamlit builds a page anew, what goes stands beside what comes: where a place is asked for, the first is meant.
"""

import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from textops.bundle import REFERENCE_FILE, read_manifest, seal
from textops.data.dataset import Examples
from textops.inference import Predictor
from textops.inference.answering import Answering
from textops.optimization.reference import Answered, write_reference
from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.prediction_log.schema import migrate
from textops.prediction_log.tables import feedback, predictions
from textops.registry import PRODUCTION, Registry
from textops.text.features import features_of

if TYPE_CHECKING:
    from tests.integration.conftest import ApiServer, StartApi
    from tests.integration.frontend.conftest import AtRest, Choose, OpenChangingPage, OpenPage, Site

pytestmark = pytest.mark.slow

HOSTILE = "<img src=x onerror=alert(1)> **b** ![i](/x.png)"
WORDS = ("goal", "match", "chip", "code", "the", "a", "new", "of")
KEYWORDS = {"goal": "sport", "match": "sport", "chip": HOSTILE, "code": HOSTILE}
DRIFT_SECONDS = 240_000
# Neither the page nor a chart is wider than the window.
FITS = """
() => {
  const charts = [...document.querySelectorAll(".st-key-monitor_classes svg.marks")];
  const width = document.documentElement.scrollWidth <= window.innerWidth;
  return width && charts.length > 0 && charts.every(chart => chart.getBoundingClientRect().right <= window.innerWidth);
}
"""

StartDrift = Callable[..., str]


@dataclass(frozen=True)
class World:
    """Services beside each other.

    Attributes:
        api: The API.
        drift: Address of the drift service.
        page: Address of the page.
    """

    api: "ApiServer"
    drift: str
    page: str


@pytest.fixture(scope="module")
def start_drift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartDrift]:
    """Start drift services with settings, each in a process, which end with the module."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(**settings: object) -> str:
        process, address = drift_service(tmp_path_factory.mktemp("drift") / "log", settings)
        processes.append(process)
        return address

    yield start
    end(processes)


@pytest.fixture
def start_drift_there(tmp_path: Path, changing_site: "Site") -> Iterator[StartDrift]:
    """Start the drift service with settings where the changing page asks for it; it ends with the test."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(**settings: object) -> str:
        process, address = drift_service(tmp_path / "log", {"drift_port": changing_site.drift_port, **settings})
        processes.append(process)
        return address

    yield start
    end(processes)


def drift_service(log: Path, settings: dict[str, object]) -> tuple[subprocess.Popen[bytes], str]:
    given = {f"TEXTOPS_{name.upper()}": str(value) for name, value in settings.items()}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "textops", "drift", "serve"],
            env={**os.environ, "TEXTOPS_LOG_JSON": "false", **given},
            stderr=output,
        )
    deadline = time.monotonic() + 240
    while (found := re.search(r" on (http://\S+)", log.read_text(errors="replace"))) is None:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    return process, found[1]


def end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    assert [process.wait(60) for process in processes] == [0] * len(processes)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, make_bundle: Callable[..., Path]) -> Registry:
    """A registry with a model in production that knows held-out texts, and has a class with a hostile name."""
    folder = tmp_path_factory.mktemp("monitor")
    bundle = make_bundle(folder / "bundle", name="news", keywords=KEYWORDS, classes=("sport", HOSTILE), points=0.7)
    texts = made_up_texts(400, seed=1)
    probabilities = Predictor.load(bundle).probabilities(texts)
    names = [f"id{number}" for number in range(len(texts))]
    examples = Examples(names, texts, probabilities.argmax(axis=1), names)
    write_reference(bundle / REFERENCE_FILE, Answered(examples, probabilities), Answering(("sport", HOSTILE)))
    seal(bundle, read_manifest(bundle))
    found = Registry(folder / "registry")
    found.point(found.register(bundle), PRODUCTION, after=None)
    return found


def made_up_texts(count: int, seed: int) -> list[str]:
    random = np.random.default_rng(seed)
    return [" ".join(random.choice(WORDS, size=random.integers(8, 30))) for _ in range(count)]


def new_log(folder: Path) -> str:
    url = f"sqlite:///{folder / 'log.sqlite'}"
    database = Database(parse_address(url))
    migrate(database)
    database.close()
    return url


def fill(url: str, registry: Registry, count: int, hours: float, first_hour: float = 0.0) -> None:
    """Log answers of some hours until now, a fifth of them with feedback, which is right four times in five."""
    texts = [text.upper() for text in made_up_texts(count, seed=2)]
    answers = Predictor.load(registry.find().path).predict(texts)
    now = datetime.now(UTC)
    rows = [
        {
            "prediction_id": str(uuid.uuid4()),
            "created": now - timedelta(hours=first_hour + (hours - first_hour) * number / count),
            "request_id": "r",
            "model_name": "news",
            "model_version": 1,
            "label": answer.label,
            "probability": answer.probability,
            "probabilities": answer.probabilities,
            "needs_review": answer.probability < 0.6,
            "characters": len(text),
            "seconds": 0.002,
            "features": features_of(text, None),
        }
        for number, (text, answer) in enumerate(zip(texts, answers, strict=True))
    ]
    judged = [
        {
            "id": str(uuid.uuid4()),
            "prediction_id": row["prediction_id"],
            "created": now,
            "request_id": "r",
            "label": "neither" if number % 5 == 0 else row["label"],
        }
        for number, row in enumerate(rows[::5])
    ]
    database = Database(parse_address(url))
    with database.writing() as connection:
        connection.execute(predictions.insert(), rows)
        connection.execute(feedback.insert(), judged)
    database.close()


@pytest.fixture(scope="module")
def world(
    start_api: "StartApi",
    start_drift: StartDrift,
    site: "Site",
    registry: Registry,
    tmp_path_factory: pytest.TempPathFactory,
) -> World:
    """Everything, with 500 answers of the last 20 hours, none of the last two, and a clock that is wrong."""
    url = new_log(tmp_path_factory.mktemp("log"))
    fill(url, registry, 500, hours=20, first_hour=2)
    fill(url, registry, 5, hours=-30, first_hour=-30)
    drift = start_drift(registry=registry.root, database_url=url, drift_on_drift="alert", drift_port=site.drift_port)
    api = start_api(registry.root, database_url=url, log_flush_seconds=0.2, port=site.api_port)
    return World(api, drift, site.address)


def shown(page: Page) -> Page:
    """Go to the page as people do."""
    page.get_by_role("heading", name="Classify a text").wait_for()
    page.get_by_role("link", name="Monitor").click()
    page.get_by_role("heading", name="Monitor", exact=True).wait_for()
    return page


@pytest.fixture
def page(open_page: "OpenPage", world: World) -> Page:
    page = shown(open_page(world.page))
    page.get_by_role("heading", name="Last retraining").first.wait_for()
    return page


def told(status: str) -> dict[str, object]:
    """Return what Alertmanager tells of an alert of two hours ago."""
    alert = {
        "status": status,
        "labels": {"alertname": "TextopsDrift", "severity": "page"},
        "annotations": {"summary": f"it drifts {HOSTILE}", "runbook_url": "javascript:alert(1)"},
        "startsAt": (datetime.now(UTC) - timedelta(hours=2)).isoformat(),
    }
    return {"version": "4", "alerts": [alert]}


def figure(page: Page, name: str) -> str:
    return page.get_by_test_id("stMetric").filter(has_text=name).get_by_test_id("stMetricValue").first.inner_text()


def chart(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-monitor_{key} svg.marks")


def test_traffic_drift_model_and_a_wrong_clock_are_told(page: Page) -> None:
    expect(page.get_by_text("answers now (production)").first).to_contain_text("news/1")
    expect(page.get_by_text("A clock is wrong").first).to_be_visible()
    expect(page.get_by_text("Answers dated later than now: 5.").first).to_be_visible()
    expect(page.get_by_test_id("stMetric")).to_have_count(5)
    assert int(figure(page, "Answers")) >= 500
    assert figure(page, "Right, by feedback") == "80.0 %"
    assert figure(page, "Latency, p95").endswith(" ms")
    expect(page.get_by_text("differ from the held-out data").first).to_contain_text("upper_share")
    for key in ("answers", "latency", "classes", "confidence", "distribution", "review", "feedback", "features"):
        expect(chart(page, key).first).to_be_visible()


def test_a_class_with_a_hostile_name_is_text_in_charts_and_tooltips(page: Page, at_rest: "AtRest") -> None:
    # given
    classes = chart(page, "classes").first
    expect(classes.locator("text", has_text="<img src=x").first).to_be_attached()
    # when
    at_rest(page)
    bars = classes.locator("path[fill='#3b82d0'][d*='h']")
    bars.nth(bars.count() // 2).hover()
    # then
    tooltip = page.locator("#vg-tooltip-element").first
    expect(tooltip).to_contain_text("Class")
    assert tooltip.locator("img, strong, script").count() == 0


def test_another_feature_is_looked_at_closely(page: Page, choose: "Choose") -> None:
    # when
    choose(page, "Look closely at", "label: the class that the model gives")
    # then
    detail = chart(page, "feature_label").first
    expect(detail.locator("text", has_text="sport").first).to_be_visible()
    expect(detail.locator("text", has_text="<img src=x").first).to_be_visible()


def test_new_answers_come_by_themselves_without_charts_made_anew_and_not_while_paused(
    page: Page, world: World, at_rest: "AtRest"
) -> None:
    # given
    expect(chart(page, "answers").first).to_be_visible()
    chart(page, "answers").first.evaluate("element => { element.dataset.same = 'yes' }")
    before = int(figure(page, "Answers"))
    # when
    for _ in range(3):
        httpx.post(f"{world.api.url}/predict", json={"text": "the goal"}, timeout=30).raise_for_status()
    # then
    answers = page.get_by_test_id("stMetric").filter(has_text="Answers").get_by_test_id("stMetricValue").first
    expect(answers).to_have_text(str(before + 3))
    expect(page.locator("svg.marks[data-same=yes]")).to_have_count(1)
    # when it is paused
    page.get_by_text("Refresh by itself").first.click()
    expect(page.get_by_label("Refresh by itself").first).not_to_be_checked()
    at_rest(page)
    httpx.post(f"{world.api.url}/predict", json={"text": "the goal"}, timeout=30).raise_for_status()
    # Longer than it would take to come by itself.
    page.wait_for_timeout(7_000)
    # then
    expect(answers).to_have_text(str(before + 3))
    # and on
    page.get_by_text("Refresh by itself").first.click()
    expect(answers).to_have_text(str(before + 4))


def test_the_report_shows_itself_when_it_is_there_and_reaches_nothing_of_the_page(page: Page) -> None:
    # when
    page.get_by_role("button", name="Make the report").click()
    # then
    expect(page.get_by_text("The report is being made").or_(page.locator("iframe")).first).to_be_visible()
    frame = page.locator("iframe[title='Drift report by Evidently']").first
    expect(frame).to_be_visible(timeout=DRIFT_SECONDS)
    assert frame.get_attribute("sandbox") == "allow-scripts"
    report = page.frame_locator("iframe[title='Drift report by Evidently']").first
    expect(report.get_by_text("upper_share").first).to_be_attached(timeout=DRIFT_SECONDS)
    assert report.locator("body").evaluate("() => window.origin") == "null"
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button").first.click()
    assert download.value.suggested_filename == "drift_report.html"
    assert "upper_share" in Path(download.value.path()).read_text(encoding="utf-8")


def test_an_alert_shows_itself_with_its_retraining_and_goes_when_it_is_over(page: Page, world: World) -> None:
    # given
    expect(page.get_by_text("No alert fires.").first).to_be_visible()
    # when
    httpx.post(f"{world.drift}/alerts", json=told("firing")).raise_for_status()
    # then
    alert = page.get_by_test_id("stAlert").filter(has_text="TextopsDrift").first
    expect(alert).to_contain_text("page · since")
    expect(alert).to_contain_text("2 hours ago")
    expect(alert).to_contain_text(f"It drifts {HOSTILE}")
    expect(alert).to_contain_text("Runbook: javascript:alert(1)")
    expect(alert.locator("a, img, strong")).to_have_count(1)
    expect(page.get_by_text("because of alert TextopsDrift").first).to_be_visible()
    # when
    httpx.post(f"{world.drift}/alerts", json=told("resolved")).raise_for_status()
    # then
    expect(page.get_by_text("No alert fires.").first).to_be_visible()
    expect(page.get_by_text("What it said last").first).to_be_visible(timeout=DRIFT_SECONDS)
    # and its failure, as nothing of the log can be learned from, is counted and is the last for some time
    assert 'textops_retrain_total{outcome="failed"} 1.0' in httpx.get(f"{world.drift}/metrics").text
    again = httpx.post(f"{world.drift}/alerts", json=told("firing"))
    assert again.json()["retraining"] == "too soon"
    httpx.post(f"{world.drift}/alerts", json=told("resolved")).raise_for_status()


def test_a_quiet_time_is_told_and_the_choice_stays_when_another_page_was_looked_at(
    open_changing_page: "OpenChangingPage", start_drift_there: StartDrift, registry: Registry, tmp_path: Path
) -> None:
    # given
    url = new_log(tmp_path)
    fill(url, registry, 30, hours=20, first_hour=2)
    start_drift_there(registry=registry.root, database_url=url)
    page = shown(open_changing_page())
    expect(page.get_by_text("too few: a verdict takes 200").first).to_be_visible()
    # when
    page.get_by_role("radio", name="1 h").click()
    # then
    expect(page.get_by_text("Nothing was answered in the last hour").first).to_be_visible()
    expect(page.get_by_text("The last answer was given 2 hours ago").first).to_be_visible()
    # when
    page.get_by_role("link", name="Models").click()
    page.get_by_role("heading", name="Models", exact=True).wait_for()
    page.get_by_role("link", name="Monitor").click()
    # then
    expect(page.get_by_text("Nothing was answered in the last hour").first).to_be_visible()
    page.get_by_role("radio", name="7 d").click()
    expect(page.get_by_test_id("stMetric").first).to_contain_text("30")


def test_without_a_drift_service_the_rest_works_and_it_is_shown_when_it_comes(
    open_changing_page: "OpenChangingPage",
    start_api_there: "StartApi",
    start_drift_there: StartDrift,
    registry: Registry,
    tmp_path: Path,
) -> None:
    # when
    start_api_there(registry.root)
    page = shown(open_changing_page())
    # then
    expect(page.get_by_text("The drift service does not answer")).to_have_count(1)
    expect(page.get_by_text("answers now (production)").first).to_be_visible()
    # when it comes, with a log that nothing was written to
    start_drift_there(registry=registry.root, database_url=new_log(tmp_path))
    # then
    expect(page.get_by_text("The log is empty").first).to_be_visible(timeout=DRIFT_SECONDS)
    expect(page.get_by_text("The drift service does not answer")).to_have_count(0)
    expect(page.get_by_text("No verdict yet").first).to_be_visible(timeout=DRIFT_SECONDS)
    page.get_by_role("button", name="Make the report").click()
    expect(page.get_by_text("There is nothing to report").first).to_be_visible()


def test_without_a_model_and_a_log_each_part_says_what_is_missing(
    open_changing_page: "OpenChangingPage",
    start_api_there: "StartApi",
    start_drift_there: StartDrift,
    tmp_path: Path,
) -> None:
    # given
    start_drift_there(
        registry=tmp_path / "none",
        database_url=f"sqlite:///{tmp_path / 'none.sqlite'}",
        alertmanager_url="http://127.0.0.1:9",
    )
    start_api_there(tmp_path / "none", wait_for_model=True)
    # when
    page = shown(open_changing_page())
    # then
    expect(page.get_by_text("Drift cannot be checked").first).to_be_visible()
    expect(page.get_by_text("There is no prediction log at").first).to_be_visible()
    expect(page.get_by_text("Alerts are unknown").first).to_be_visible()
    expect(page.get_by_text("Alertmanager at http://127.0.0.1:9 does not answer").first).to_be_visible()
    expect(page.get_by_text("Not ready yet").first).to_be_visible()


def test_the_page_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    expect(chart(page, "classes").first).to_be_visible()
    # Charts take their new width a moment after the page has taken its own.
    page.wait_for_function(FITS)
