"""The page beside a model that gives any number of labels, in a real browser."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from textops.registry import PRODUCTION, Registry

if TYPE_CHECKING:
    from tests.integration.conftest import ApiServer, StartApi
    from tests.integration.frontend.conftest import AtRest, OpenPage, Site

pytestmark = pytest.mark.slow

BOTH = "the team scored a goal with a chip and code"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "log.sqlite"


@pytest.fixture(scope="module")
def api(
    site: "Site",
    start_api: "StartApi",
    tiny_multilabel_bundle: Path,
    tmp_path_factory: pytest.TempPathFactory,
    log: Path,
) -> "ApiServer":
    registry = Registry(tmp_path_factory.mktemp("several") / "registry")
    registry.point(registry.register(tiny_multilabel_bundle), PRODUCTION, after=None)
    return start_api(registry.root, port=site.api_port, database_url=f"sqlite:///{log}")


@pytest.fixture(scope="module")
def address(site: "Site", api: "ApiServer") -> str:
    assert api.port == site.api_port
    return site.address


@pytest.fixture
def page(open_page: "OpenPage", address: str) -> Page:
    page = open_page(address)
    page.get_by_role("button", name="Classify").wait_for()
    return page


def classify(page: Page, text: str) -> None:
    page.get_by_label("Text", exact=True).fill(text)
    page.get_by_role("button", name="Classify").click()


def feedback(log: Path) -> list[str]:
    with closing(sqlite3.connect(log)) as connection:
        return [label for (label,) in connection.execute("SELECT label FROM feedback ORDER BY created, id")]


def test_all_labels_are_shown_and_all_that_are_right_can_be_chosen(
    page: Page, api: "ApiServer", log: Path, at_rest: "AtRest"
) -> None:
    # when
    classify(page, BOTH)
    # then
    answer = page.locator(".st-key-answer")
    heading = answer.get_by_role("heading").first
    expect(heading).to_contain_text("sport")
    expect(heading).to_contain_text("tech")
    expect(answer.get_by_role("listitem")).to_have_count(3)
    expect(answer.locator("mark.for").first).to_be_visible()
    # when
    page.get_by_role("button", name="Right", exact=True).first.click()
    # then
    expect(page.get_by_text("Thank you: noted as sport, tech.").first).to_be_visible()
    # when
    at_rest(page)
    chooser = page.get_by_label("Wrong, it is")
    for label in ("money", "tech"):
        chooser.press_sequentially(label)
        page.get_by_role("option", name=label).wait_for()
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Send").click()
    # then
    expect(page.get_by_text("Thank you: noted as money, tech.").first).to_be_visible()
    api.wait_for(lambda: len(feedback(log)) == 2)
    assert feedback(log) == ["sport|tech", "money|tech"]


def test_a_text_may_have_no_label(page: Page) -> None:
    classify(page, "nothing of all that")

    answer = page.locator(".st-key-answer")
    expect(answer.get_by_role("heading").first).to_contain_text("no label")
    expect(answer.get_by_text("The words that decided")).to_be_visible()
