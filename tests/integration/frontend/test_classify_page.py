"""The page for one text in a real browser, beside a real API that comes and goes."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.integration.conftest import ApiServer, StartApi
    from tests.integration.frontend.conftest import OpenPage, StartPage

pytestmark = pytest.mark.slow

HOSTILE = "<script>document.title='taken'</script> <img src=x onerror=alert(1)> **bold** :red[team] $x$ 🏟 "


@pytest.fixture(scope="module")
def api(start_api: "StartApi", registry: Path, tmp_path_factory: pytest.TempPathFactory) -> "ApiServer":
    log = tmp_path_factory.mktemp("log") / "log.sqlite"
    return start_api(registry, database_url=f"sqlite:///{log}")


@pytest.fixture(scope="module")
def address(api: "ApiServer", start_page: "StartPage") -> str:
    return start_page(api_url=api.url)


@pytest.fixture
def page(open_page: "OpenPage", address: str) -> Page:
    page = open_page(address)
    page.get_by_role("button", name="Classify").wait_for()
    return page


def classify(page: Page, text: str) -> None:
    page.get_by_label("Text", exact=True).fill(text)
    page.get_by_role("button", name="Classify").click()


def test_a_text_gets_its_class_its_bars_its_words_and_feedback(page: Page, api: "ApiServer") -> None:
    # when
    classify(page, "the team scored a goal in the match")
    # then
    answer = page.locator(".st-key-answer")
    expect(answer.get_by_role("heading").first).to_contain_text("sport")
    expect(answer.get_by_role("listitem")).to_have_count(2)
    expect(answer.locator("mark.for").first).to_be_visible()
    assert {"team", "goal", "match"} <= set(answer.locator("mark.for").all_inner_texts())
    # when
    page.get_by_role("button", name="Right", exact=True).click()
    # then
    expect(page.get_by_text("Thank you: noted as sport.")).to_be_visible()
    assert api.figure("textops_predictions_total") == 1
    assert api.figure("textops_feedback_total") == 1


def test_another_class_is_chosen_with_the_keyboard(page: Page) -> None:
    classify(page, "the team scored a goal in the match")
    expect(page.locator("mark.for").first).to_be_visible()
    page.get_by_label("Wrong, it is").press_sequentially("te")
    page.get_by_role("option", name="tech").wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Thank you: noted as tech.")).to_be_visible()


def test_nothing_of_a_hostile_text_runs_or_is_formatted(page: Page) -> None:
    # when
    classify(page, HOSTILE + "team " * 20_000)
    # then
    shown = page.get_by_role("region", name="The text, with the words marked that decided")
    expect(shown).to_be_visible()
    assert shown.inner_text().startswith(HOSTILE.strip())
    assert shown.locator("img, script, strong, b").count() == 0
    assert "taken" not in page.title()


def test_a_text_from_right_to_left_runs_so(page: Page) -> None:
    classify(page, "سجل الفريق هدفين")
    paragraph = page.locator("p.text[dir=auto]")
    expect(paragraph).to_be_visible()
    assert paragraph.evaluate("element => getComputedStyle(element).direction") == "rtl"


def test_a_blank_text_is_asked_for_in_a_sentence(page: Page) -> None:
    page.get_by_role("button", name="Classify").click()
    expect(page.get_by_text("Give a text first")).to_be_visible()


def test_a_text_may_come_from_a_file(page: Page) -> None:
    page.get_by_text("Take the text from a file").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "note.txt", "mimeType": "text/plain", "buffer": b"the new chip runs code"}
    )
    expect(page.locator(".st-key-answer").get_by_role("heading").first).to_contain_text("tech")


def test_the_page_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    classify(page, "the team scored a goal in the match")
    expect(page.locator("mark.for").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_an_api_that_is_away_is_told_and_the_page_goes_on_when_it_is_back(
    start_page: "StartPage", open_page: "OpenPage", start_api: "StartApi", registry: Path, unused_port: int
) -> None:
    # when
    page = open_page(start_page(api_url=f"http://127.0.0.1:{unused_port}"))
    # then
    expect(page.get_by_text("Nobody answers")).to_be_visible()
    classify(page, "the team scored a goal in the match")
    expect(page.get_by_text("Nobody answers")).to_have_count(1)
    # when
    start_api(registry, port=unused_port)
    # then
    expect(page.get_by_text("Nobody answers")).to_have_count(0)
    page.get_by_role("button", name="Classify").click()
    expect(page.locator(".st-key-answer").get_by_role("heading").first).to_contain_text("sport")
