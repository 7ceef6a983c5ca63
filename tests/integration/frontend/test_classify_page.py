"""The page for one text in a real browser, beside a real API that comes and goes."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from textops.registry import PRODUCTION, Registry

if TYPE_CHECKING:
    from tests.conftest import BundleFactory
    from tests.integration.conftest import ApiServer, StartApi
    from tests.integration.frontend.conftest import AtRest, OpenChangingPage, OpenPage, Site

pytestmark = pytest.mark.slow

ANSWER = ".st-key-answer"
SPORT = "the team scored a goal in the match"
LEAST_CONTRAST = 4.5
# Relative luminance of a text and of what lies behind it, by the rules of WCAG 2; backgrounds that let others through
# are laid over them.
CONTRAST = """
element => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const paint = canvas.getContext("2d", {willReadFrequently: true});
  const colour = (text) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = text;
    paint.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = paint.getImageData(0, 0, 1, 1).data;
    return {channels: [red, green, blue], alpha: alpha / 255};
  };
  const over = (above, below) => above.channels.map((value, at) => above.alpha * value + (1 - above.alpha) * below[at]);
  const parent = (node) => node.parentElement ?? node.getRootNode().host ?? null;
  const layers = [];
  for (let node = element; node !== null; node = parent(node)) {
    layers.push(colour(getComputedStyle(node).backgroundColor));
  }
  const ground = layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  const text = over(colour(getComputedStyle(element).color), ground);
  const luminance = (channels) => {
    const [red, green, blue] = channels.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [lighter, darker] = [luminance(text), luminance(ground)].sort((one, other) => other - one);
  return (lighter + 0.05) / (darker + 0.05);
}
"""
HOSTILE = "<script>document.title='taken'</script> <img src=x onerror=alert(1)> **bold** :red[team] $x$ 🏟 "


@pytest.fixture(scope="module")
def api(site: "Site", start_api: "StartApi", registry: Path, tmp_path_factory: pytest.TempPathFactory) -> "ApiServer":
    log = tmp_path_factory.mktemp("log") / "log.sqlite"
    return start_api(registry, port=site.api_port, database_url=f"sqlite:///{log}")


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


def test_a_text_gets_its_class_its_bars_its_words_and_feedback(page: Page, api: "ApiServer") -> None:
    # when
    classify(page, "the team scored a goal in the match")
    # then
    answer = page.locator(".st-key-answer")
    expect(answer.get_by_role("heading").first).to_contain_text("sport")
    expect(answer.get_by_role("listitem")).to_have_count(2)
    expect(answer.locator("mark.for").first).to_be_visible()
    for word in ("team", "goal", "match"):
        expect(answer.locator("mark.for", has_text=word).first).to_be_visible()
    # when
    page.get_by_role("button", name="Right", exact=True).first.click()
    # then
    expect(page.get_by_text("Thank you: noted as sport.").first).to_be_visible()
    assert api.figure("textops_predictions_total") == 1
    assert api.figure("textops_feedback_total") == 1


def test_another_class_is_chosen_with_the_keyboard(page: Page, at_rest: "AtRest") -> None:
    classify(page, "the team scored a goal in the match")
    expect(page.locator("mark.for").first).to_be_visible()
    at_rest(page)
    page.get_by_label("Wrong, it is").press_sequentially("te")
    page.get_by_role("option", name="tech").wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Thank you: noted as tech.").first).to_be_visible()


def test_nothing_of_a_hostile_text_runs_or_is_formatted(page: Page) -> None:
    # when
    classify(page, HOSTILE + "team " * 20_000)
    # then
    shown = page.get_by_role("region", name="The text, with the words marked that decided")
    expect(shown).to_be_visible()
    assert shown.inner_text().startswith(HOSTILE.strip())
    assert shown.locator("img, script, strong, b").count() == 0
    assert "taken" not in page.title()


def test_a_hundred_thousand_characters_are_answered_and_shown_to_their_end(page: Page) -> None:
    # when
    text = f"goal {'words without end ' * 5_555}the end"
    assert len(text) > 99_990
    classify(page, text)
    # then
    expect(page.locator(ANSWER).get_by_role("heading").first).to_contain_text("sport")
    shown = page.get_by_role("region", name="The text, with the words marked that decided")
    expect(shown).to_be_visible()
    assert shown.locator("p.text").text_content() == text


def test_a_text_is_shown_as_it_stands(page: Page) -> None:
    for text in (
        "🏟️ 👩‍🔬 goal 🇩🇪",
        "# goal\n\n- one\n- two\n\n[link](http://nowhere) `code` | a | b |",
        "goal\tgoal",
    ):
        classify(page, text)
        shown = page.locator("p.text")
        expect(shown).to_have_js_property("textContent", text)
        expect(shown.locator("mark.for").first).to_have_text("goal")
        assert shown.locator("a, code, li, table").count() == 0


def test_a_text_from_right_to_left_runs_so(page: Page) -> None:
    classify(page, "سجل الفريق هدفين")
    paragraph = page.locator("p.text[dir=auto]")
    expect(paragraph).to_be_visible()
    assert paragraph.evaluate("element => getComputedStyle(element).direction") == "rtl"


def test_a_blank_text_is_asked_for_in_a_sentence(page: Page) -> None:
    page.get_by_role("button", name="Classify").click()
    expect(page.get_by_text("Give a text first").first).to_be_visible()


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
    page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")


def test_an_api_that_is_away_is_told_and_the_page_goes_on_when_it_is_back(
    open_changing_page: "OpenChangingPage", start_api_there: "StartApi", registry: Path
) -> None:
    # when
    page = open_changing_page()
    # then
    expect(page.get_by_text("Nobody answers").first).to_be_visible()
    classify(page, "the team scored a goal in the match")
    expect(page.get_by_text("Nobody answers")).to_have_count(1)
    # when
    start_api_there(registry)
    # then
    expect(page.get_by_text("Nobody answers")).to_have_count(0)
    page.get_by_role("button", name="Classify").click()
    expect(page.locator(".st-key-answer").get_by_role("heading").first).to_contain_text("sport")


def test_everything_can_be_done_with_the_keyboard_alone(page: Page) -> None:
    # when
    tab_to(page, page.get_by_label("Title"))
    page.keyboard.type("A late goal")
    tab_to(page, page.get_by_label("Text", exact=True))
    page.keyboard.type("the team won the match")
    page.keyboard.press("Control+Enter")
    # then
    answer = page.locator(ANSWER)
    expect(answer.get_by_role("heading").first).to_contain_text("sport")
    expect(page.locator("mark.for").first).to_be_visible()
    # when
    tab_to(page, page.get_by_role("button", name="Right", exact=True))
    page.keyboard.press("Enter")
    # then
    expect(page.get_by_text("Thank you: noted as sport.").first).to_be_visible()


def test_the_button_is_reached_behind_the_text_and_pressed_with_enter(page: Page) -> None:
    page.get_by_label("Text", exact=True).focus()
    page.keyboard.type("the new chip runs code")
    tab_to(page, page.get_by_role("button", name="Classify"))
    page.keyboard.press("Enter")
    expect(page.locator(ANSWER).get_by_role("heading").first).to_contain_text("tech")


def test_an_example_is_one_key_away(page: Page) -> None:
    page.get_by_role("button", name="a match").focus()
    page.keyboard.press("Enter")
    expect(page.locator(ANSWER).get_by_role("heading").first).to_be_visible()
    expect(page.get_by_label("Text", exact=True)).to_have_value(re.compile("cup final"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(open_page: "OpenPage", address: str, scheme: str, at_rest: "AtRest") -> None:
    # given
    page = open_page(address, color_scheme=scheme)
    page.get_by_role("button", name="Classify").wait_for()
    ground = page.locator("[data-testid=stApp]").evaluate("element => getComputedStyle(element).backgroundColor")
    assert (sum(int(part) for part in re.findall(r"\d+", ground)[:3]) > 384) == (scheme == "light")
    # when
    classify(page, SPORT)
    answer = page.locator(ANSWER)
    expect(answer.locator("mark.for").first).to_be_visible()
    page.get_by_role("button", name="Right", exact=True).click()
    expect(page.get_by_text("Thank you").first).to_be_visible()
    at_rest(page)
    # then
    looked_at = {
        "title": page.get_by_role("heading", level=1),
        "what a field is": page.get_by_text("Text", exact=True),
        "the text itself": page.get_by_label("Text", exact=True),
        "main button": page.get_by_role("button", name="Classify"),
        "other button": page.get_by_role("button", name="Right", exact=True),
        "example": page.get_by_role("button", name="a match"),
        "hint": page.get_by_text("Start from an example:"),
        "answer": answer.get_by_role("heading").first,
        "name of a class": answer.locator("li .name").last,
        "its probability": answer.locator("li .value").last,
        "strongest word": answer.locator("mark.for").first,
        "explanation": page.get_by_text("Blue with a solid line"),
        "which model": page.get_by_text("Answered by tiny/1"),
        "note of success": page.get_by_text("Thank you"),
    }
    contrasts = {name: contrast(element.first) for name, element in looked_at.items()}
    assert {name: found for name, found in contrasts.items() if found < LEAST_CONTRAST} == {}


def test_an_answer_that_is_unsure_says_what_that_means(
    open_changing_page: "OpenChangingPage",
    start_api_there: "StartApi",
    make_bundle: "BundleFactory",
    tmp_path: Path,
) -> None:
    # given
    registry = Registry(tmp_path / "registry")
    unsure = registry.register(make_bundle(tmp_path / "unsure", name="unsure", points=0.1))
    registry.point(unsure, PRODUCTION, after=None)
    start_api_there(registry.root)
    page = open_changing_page()
    # when
    classify(page, SPORT)
    # then
    expect(page.get_by_text("Needs review.").first).to_be_visible()
    expect(page.get_by_text("The model is less sure than 70.0 %").first).to_contain_text(
        "on held-out texts, 99.0 % of the answers above that were right, and 10.0 % of all answers were below it"
    )


def test_no_model_in_production_is_told_and_the_page_goes_on_when_there_is_one(
    open_changing_page: "OpenChangingPage", start_api_there: "StartApi", tmp_path: Path, tiny_bundle: Path
) -> None:
    # when
    start_api_there(tmp_path / "registry", wait_for_model="true", reload_seconds="0.5")
    page = open_changing_page()
    # then
    expect(page.get_by_text("Not ready yet").first).to_be_visible()
    expect(page.get_by_text("There is no model to serve: register and promote one").first).to_be_visible()
    # when
    registry = Registry(tmp_path / "registry")
    registry.point(registry.register(tiny_bundle), PRODUCTION, after=None)
    # then
    expect(page.get_by_text("Not ready yet")).to_have_count(0)
    classify(page, SPORT)
    expect(page.locator(ANSWER).get_by_role("heading").first).to_contain_text("sport")


def test_a_key_that_the_api_does_not_know_is_told_with_the_request_id(
    changing_site: "Site", open_changing_page: "OpenChangingPage", start_api_there: "StartApi", registry: Path
) -> None:
    start_api_there(registry, api_keys="the-right-key")
    page = open_changing_page()
    expect(page.get_by_text("The API asks for a key").first).to_be_visible()
    expect(page.get_by_text("This API key is not known: ask the operator for a present one.").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"Request id: [0-9a-f-]{32,36}")).first).to_be_visible()
    assert changing_site.key not in page.content()


def test_a_text_that_is_too_long_is_told_with_the_request_id_and_stays_in_the_form(
    open_changing_page: "OpenChangingPage", start_api_there: "StartApi", registry: Path
) -> None:
    # given
    start_api_there(registry, max_text_characters="50")
    page = open_changing_page()
    # when
    classify(page, "word " * 20)
    # then
    problem = page.get_by_test_id("stAlert").first
    expect(problem).to_contain_text("That did not work")
    expect(problem).to_contain_text("50")
    expect(problem).to_contain_text(re.compile(r"Request id: [0-9a-f-]{32,36}"))
    expect(page.get_by_label("Text", exact=True)).to_have_value("word " * 20)
    # when
    classify(page, SPORT)
    # then
    expect(page.locator(ANSWER).get_by_role("heading").first).to_contain_text("sport")


def test_an_api_that_is_killed_in_the_middle_is_told_and_the_page_goes_on_when_it_is_back(
    open_changing_page: "OpenChangingPage", start_api_there: "StartApi", registry: Path
) -> None:
    # given
    api = start_api_there(registry)
    page = open_changing_page()
    classify(page, SPORT)
    expect(page.locator("mark.for").first).to_be_visible()
    # when
    api.process.kill()
    api.process.wait()
    classify(page, "the new chip runs code")
    # then
    expect(page.get_by_text("Nobody answers").first).to_be_visible()
    expect(page.get_by_label("Text", exact=True)).to_have_value("the new chip runs code")
    # when
    start_api_there(registry)
    # then
    expect(page.get_by_text("Nobody answers")).to_have_count(0)
    page.get_by_role("button", name="Classify").click()
    expect(page.locator(ANSWER).get_by_role("heading").first).to_contain_text("tech")


def test_feedback_for_which_nobody_answers_is_told_and_can_be_given_again(
    open_changing_page: "OpenChangingPage", start_api_there: "StartApi", registry: Path, tmp_path: Path
) -> None:
    # given
    settings = {"database_url": f"sqlite:///{tmp_path / 'log.sqlite'}", "log_spill": str(tmp_path / "spill")}
    api = start_api_there(registry, **settings)
    page = open_changing_page()
    classify(page, SPORT)
    expect(page.locator("mark.for").first).to_be_visible()
    # when
    api.stop()
    page.get_by_role("button", name="Right", exact=True).click()
    # then
    expect(page.get_by_text("Nobody answers").first).to_be_visible()
    # when
    start_api_there(registry, **settings)
    page.get_by_role("button", name="Right", exact=True).click()
    # then
    expect(page.get_by_text("Thank you: noted as sport.").first).to_be_visible()


def test_another_model_may_take_over_while_the_page_is_open(
    open_changing_page: "OpenChangingPage",
    start_api_there: "StartApi",
    make_bundle: "BundleFactory",
    tmp_path: Path,
) -> None:
    # given
    registry = Registry(tmp_path / "registry")
    first = registry.register(make_bundle(tmp_path / "first"))
    before = registry.point(first, PRODUCTION, after=None)
    api = start_api_there(registry.root, reload_seconds="0.5")
    page = open_changing_page()
    classify(page, SPORT)
    expect(page.get_by_text("Answered by tiny/1").first).to_be_visible()
    # when
    classes = ("sport", "tech", "weather")
    second = registry.register(make_bundle(tmp_path / "second", classes=classes))
    registry.point(second, PRODUCTION, after=before)
    api.wait_for(lambda: "tiny/2 answers from now on" in api.log)
    page.get_by_role("button", name="Classify").click()
    # then
    expect(page.get_by_text("Answered by tiny/2").first).to_be_visible()
    expect(page.locator(ANSWER).get_by_role("listitem")).to_have_count(3)


def test_of_a_thousand_classes_the_first_are_shown_and_any_can_be_chosen(
    open_changing_page: "OpenChangingPage",
    start_api_there: "StartApi",
    make_bundle: "BundleFactory",
    tmp_path: Path,
    at_rest: "AtRest",
) -> None:
    # given a model of a thousand classes
    classes = tuple(f"class {number}" for number in range(1000))
    words = {"goal": "class 7", "chip": "class 994"}
    registry = Registry(tmp_path / "registry")
    version = registry.register(make_bundle(tmp_path / "bundle", classes=classes, keywords=words, points=12.0))
    registry.point(version, PRODUCTION, after=None)
    api = start_api_there(registry.root, database_url=f"sqlite:///{tmp_path / 'log.sqlite'}")
    page = open_changing_page()
    # when
    classify(page, "goal")
    # then the first are shown, and the others when somebody asks
    answer = page.locator(ANSWER)
    expect(answer.get_by_role("heading").first).to_contain_text("class 7")
    expect(answer.get_by_role("listitem").locator("visible=true")).to_have_count(10)
    answer.get_by_text("990 further classes").click()
    expect(answer.get_by_role("listitem").locator("visible=true")).to_have_count(1000)
    # when the right one is typed
    at_rest(page)
    page.get_by_label("Wrong, it is").press_sequentially("class 994")
    page.get_by_role("option", name="class 994").wait_for()
    page.keyboard.press("Enter")
    # then
    expect(page.get_by_text("Thank you: noted as class 994.").first).to_be_visible()
    assert api.figure("textops_feedback_total") == 1


def tab_to(page: Page, element: Locator) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if element.evaluate("element => element.matches(':focus')"):
            return
    raise AssertionError("it is not reached with the Tab key")


def contrast(element: Locator) -> float:
    found: float = element.evaluate(CONTRAST)
    return found
