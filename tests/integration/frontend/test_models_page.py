"""The page of the models in a real browser: versions side by side, figures, card, history, and what can be wrong."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from textops.bundle import CARD_FILE, MANIFEST_FILE, Metric
from textops.registry import PRODUCTION, STAGING, Registry
from textops.variant_figures import VariantFigures

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import AddReport, BundleFactory
    from tests.integration.conftest import StartApi
    from tests.integration.frontend.conftest import AtRest, Choose, OpenChangingPage, OpenPage, Site

    LookAt = Callable[[str], None]

pytestmark = pytest.mark.slow

HOSTILE = ("<script>alert(1)</script>", "**bold** :red[x] $y$", "<img src=x onerror=alert(1)>")
CARD = """# Card of <b>somebody</b>

<script>alert(1)</script> <img src=https://evil.example/a.png onerror=alert(1)>

![pixel](https://evil.example/b.png) [click](https://evil.example/login) :red[red]

| figure | value |
| --- | --- |
| accuracy | 0.9 |
"""
FORMS = (
    VariantFigures(
        name="onnx_fp32", made=True, file_bytes=12_000_000, latency_p50_ms=Metric(value=0.05, low=0.04, high=0.06)
    ),
    VariantFigures(name="onnx_int8", made=False, reason="nothing to quantize"),
)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, make_bundle: "BundleFactory", add_report: "AddReport") -> Path:
    """Version 1 in production without report, 2 in staging with hostile names, 3 damaged, 4 the newest."""
    folder = tmp_path_factory.mktemp("models")
    registry = Registry(folder / "registry")
    for number in (1, 2, 3, 4):
        classes = HOSTILE if number == 2 else ("sport", "tech")
        keywords = {"goal": classes[0], "chip": classes[1]}
        bundle = make_bundle(folder / str(number), classes=classes, keywords=keywords, points=float(number))
        if number == 2:
            (bundle / CARD_FILE).write_text(CARD)
        if number > 1:
            add_report(bundle, variants=FORMS if number == 4 else None)
        version = registry.register(bundle)
        if number < 3:
            alias = (PRODUCTION, STAGING)[number - 1]
            registry.point(version, alias, after=None, reason="<b>because</b>")
    (registry.version("tiny", 3).path / MANIFEST_FILE).write_text("{")
    return folder / "registry"


@pytest.fixture(scope="module")
def address(start_api: "StartApi", site: "Site", shown: Path) -> str:
    start_api(shown, port=site.api_port, model="tiny@production")
    return site.address


@pytest.fixture
def page(open_page: "OpenPage", address: str, at_rest: "AtRest") -> Page:
    page = models_page(open_page(address))
    at_rest(page)
    return page


def models_page(page: Page) -> Page:
    # Before the first script has run, Streamlit lists the modules beside it as pages, in small letters.
    page.get_by_role("link", name="Models", exact=True).click()
    page.get_by_role("heading", name="Models", exact=True).wait_for()
    return page


def table(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


@pytest.fixture
def look_at(page: Page, choose: "Choose", at_rest: "AtRest") -> "LookAt":
    """Choose the version that the page tells more of."""

    def look_at_version(version: str) -> None:
        choose(page, "Version to look at", version)
        at_rest(page)

    return look_at_version


def test_versions_and_aliases_are_listed_and_the_usual_ones_compared(page: Page) -> None:
    # then
    rows = table(page, "Versions of tiny").locator("tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.nth(1)).to_contain_text("damaged")
    expect(rows.nth(3)).to_contain_text("production")
    expect(rows.nth(3)).to_contain_text("answers now")
    compared = table(page, "Versions side by side").locator("tbody tr")
    expect(compared).to_have_count(3)
    expect(compared.locator("th .main")).to_have_text(["1", "2", "4"])
    expect(compared.nth(1)).to_contain_text("85.0 to 95.0 %")
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()


def test_other_versions_are_chosen_with_the_keyboard(page: Page, at_rest: "AtRest") -> None:
    # given
    compared = table(page, "Versions side by side").locator("tbody tr")
    expect(compared).to_have_count(3)
    # when
    choice = page.get_by_role("combobox", name="Versions to compare")
    choice.focus()
    page.keyboard.press("Backspace")
    # then
    expect(compared).to_have_count(2)
    # when
    at_rest(page)
    choice.press_sequentially("4")
    page.get_by_role("option", name="4").wait_for()
    page.keyboard.press("Enter")
    # While the list is open, nothing else is there for who uses the keyboard.
    page.keyboard.press("Escape")
    # then
    expect(compared).to_have_count(3)


def test_names_of_classes_are_text_wherever_they_stand(page: Page, look_at: "LookAt") -> None:
    # when
    look_at("2 · staging")
    page.get_by_text("The most frequent mistakes").click()
    # then
    mistakes = table(page, "The most frequent mistakes")
    expect(mistakes.locator("tbody tr")).to_have_count(3)
    assert set(mistakes.locator("tbody th").all_inner_texts()) == set(HOSTILE)
    assert mistakes.locator("script, img, strong, b").count() == 0
    # when
    page.get_by_text("All figures of the classes").click()
    # then
    expect(table(page, "Figures of the classes").locator("tbody th").first).to_have_text(HOSTILE[0])


def test_the_card_is_shown_and_nothing_in_it_reaches_out(page: Page, look_at: "LookAt") -> None:
    # given
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    # when
    look_at("2 · staging")
    page.get_by_role("tab", name="Model card").click()
    # then
    card = page.get_by_role("article", name="Model card of tiny, version 2")
    expect(card.get_by_role("heading")).to_have_text("Card of <b>somebody</b>")
    expect(card.get_by_role("cell", name="accuracy")).to_be_visible()
    expect(card).to_contain_text("click (https://evil.example/login) :red[red]")
    assert card.locator("a, img, script, b").count() == 0
    page.remove_listener("request", note)
    assert not any("evil.example" in url for url in asked)


def test_the_newest_version_has_a_table_of_its_forms_and_the_moves_are_told(page: Page, look_at: "LookAt") -> None:
    # when
    look_at("4")
    page.get_by_role("tab", name="Size and speed").click()
    # then
    forms = table(page, "Size and speed of the forms").locator("tbody tr")
    expect(forms).to_have_count(2)
    expect(forms.first).to_contain_text("12.0 MB")
    expect(forms.first).to_contain_text("0.050 ms")
    expect(forms.nth(1)).to_contain_text("nothing to quantize")
    # when: from tab to tab with the keyboard
    page.get_by_role("tab", name="Size and speed").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    # then
    moves = table(page, "Moves of the aliases").locator("tbody tr")
    expect(moves).to_have_count(2)
    expect(moves.first).to_contain_text("staging")
    expect(moves.first).to_contain_text("<b>because</b>")


def test_a_version_without_report_says_so(page: Page, look_at: "LookAt") -> None:
    look_at("1 · production")

    expect(page.get_by_text("No figures.").first).to_be_visible()
    expect(page.get_by_text("textops evaluate makes another one").first).to_be_visible()


def test_a_version_that_is_altered_is_told_and_the_others_stay(
    site: "Site", page: Page, look_at: "LookAt", shown: Path
) -> None:
    # given one of which the page no longer keeps what it knew
    site.forget()
    path = Registry(shown).version("tiny", 4).path / CARD_FILE
    content = path.read_bytes()
    path.write_text("altered")
    try:
        # when
        look_at("4")
        # then
        expect(page.get_by_text("This version is damaged").first).to_be_visible()
        expect(table(page, "Versions side by side").locator("tbody tr")).to_have_count(3)
    finally:
        path.write_bytes(content)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_in_light_and_dark(open_page: "OpenPage", address: str, scheme: str) -> None:
    # when
    page = open_page(address, viewport={"width": 360, "height": 740}, color_scheme=scheme)
    page.get_by_test_id("stExpandSidebarButton").click()
    models_page(page)
    # then
    expect(table(page, "Versions side by side")).to_be_visible()
    page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")
    ground = page.get_by_test_id("stApp").evaluate("element => getComputedStyle(element).backgroundColor")
    assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(16, 22, 28)")


def test_an_empty_registry_says_what_to_do_and_shows_what_comes(
    open_changing_page: "OpenChangingPage", start_api_there: "StartApi", tmp_path: Path, tiny_bundle: Path
) -> None:
    # given
    start_api_there(tmp_path / "registry", wait_for_model=True, reload_seconds=0)
    # when
    page = models_page(open_changing_page())
    # then
    expect(page.get_by_text("No models yet.").first).to_be_visible()
    # when
    Registry(tmp_path / "registry").register(tiny_bundle)
    # then
    expect(table(page, "Versions of tiny").locator("tbody tr")).to_have_count(1)
    expect(page.get_by_text("None of them answers now.").first).to_be_visible()


def test_an_api_that_is_away_is_told_and_the_page_goes_on_when_it_is_back(
    open_changing_page: "OpenChangingPage", start_api_there: "StartApi", shown: Path
) -> None:
    # when
    page = models_page(open_changing_page())
    # then
    expect(page.get_by_text("Nobody answers").first).to_be_visible()
    # when
    start_api_there(shown, model="tiny@production")
    # then
    expect(table(page, "Versions side by side")).to_be_visible()
