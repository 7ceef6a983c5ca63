"""The page for a file of texts in a real browser, beside a real API that comes and goes."""

import csv
import io
import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Locator, Page, expect
from pyarrow import parquet

if TYPE_CHECKING:
    from tests.integration.conftest import ApiServer, StartApi
    from tests.integration.frontend.conftest import Choose, OpenChangingPage, OpenPage, Site

pytestmark = pytest.mark.slow

HOSTILE = "<script>document.title='taken'</script> **bold** :red[team] $x$ 🏟"
MOST_CHARACTERS = 2_000
ROWS: list[tuple[str, str, str]] = [
    ("a1", "Late goal", "the team scored a goal in the match"),
    ("a2", "", "the new chip runs code"),
    ("a3", "", HOSTILE),
    ("a4", "", "سجل الفريق هدفين"),
    ("a5", "", ""),
    ("a6", "", "team " * MOST_CHARACTERS),
    ("a7", "", '=HYPERLINK("http://127.0.0.1/","team")'),
]
SHORT_ROW = "a8,short"
PATIENCE_MS = 240_000


@pytest.fixture(scope="module")
def api(site: "Site", start_api: "StartApi", registry: Path) -> "ApiServer":
    return start_api(registry, port=site.api_port, max_text_characters=MOST_CHARACTERS)


@pytest.fixture(scope="module")
def address(site: "Site", api: "ApiServer") -> str:
    assert api.port == site.api_port
    return site.address


@pytest.fixture
def page(open_page: "OpenPage", address: str) -> Page:
    return to_batch(open_page(address))


def to_batch(page: Page) -> Page:
    page.get_by_role("button", name="Classify").wait_for()
    go_to(page, "Batch", "Classify a file")
    return page


def go_to(page: Page, name: str, heading: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("heading", name=heading).wait_for()


def rows_as_csv() -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([("key", "title", "text"), *ROWS])
    return f"{stream.getvalue()}{SHORT_ROW}\r\n".encode()


def drop(page: Page, content: bytes, name: str = "rows.csv") -> None:
    uploader = page.get_by_role("main").get_by_test_id("stFileUploader").filter(has_text="JSON lines")
    uploader.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def classify(page: Page, rows: int) -> None:
    page.get_by_role("button", name=f"Classify {rows:,} row").click()


def wait_for_end(page: Page) -> None:
    expect(page.get_by_role("button", name="Download").first).to_be_visible(timeout=PATIENCE_MS)


def table(page: Page) -> Locator:
    return page.get_by_role("region", name="Rows with their answers")


def figure(page: Page, name: str) -> Locator:
    return (
        page.get_by_test_id("stMetric").filter(has=page.get_by_text(name, exact=True)).get_by_test_id("stMetricValue")
    )


def downloaded(page: Page, what: str) -> bytes:
    # Once the button says so, the file behind it is the one that was chosen.
    button = page.get_by_role("button", name=f"Download {what}").first
    button.wait_for()
    with page.expect_download() as download:
        button.click()
    return Path(download.value.path()).read_bytes()


def as_csv(content: bytes) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_row_comes_back_in_its_place_bad_ones_with_the_reason(page: Page, api: "ApiServer") -> None:
    # when
    drop(page, rows_as_csv())
    # then
    expect(page.get_by_text("delimiter comma, names in the first row: 8 rows, 3 columns").first).to_be_visible()
    expect(page.get_by_text("The row has 2 of 3 columns").first).to_be_visible()
    expect(page.get_by_role("region", name="The first rows of the file")).to_contain_text(HOSTILE)
    # when
    classify(page, 8)
    wait_for_end(page)
    # then
    for name, count in (("Rows", "8"), ("Answered", "5"), ("Failed", "3")):
        expect(figure(page, name)).to_have_text(count)
    shown = table(page).locator("tbody tr")
    expect(shown).to_have_count(8)
    expect(shown.nth(0)).to_contain_text("sport")
    expect(shown.nth(1)).to_contain_text("tech")
    expect(shown.nth(2)).to_contain_text(HOSTILE)
    expect(shown.nth(4)).to_contain_text("There is no text")
    expect(shown.nth(5)).to_contain_text(f"at most {MOST_CHARACTERS} are allowed")
    expect(shown.nth(7)).to_contain_text("The row has 2 of 3 columns")
    assert table(page).locator("script, strong, b, img").count() == 0
    assert "taken" not in page.title()
    arabic = table(page).locator("td", has_text="سجل الفريق هدفين")
    assert arabic.evaluate("element => getComputedStyle(element).direction") == "rtl"
    assert api.figure("textops_predictions_total") == 5
    # when
    rows = as_csv(downloaded(page, "8 rows as CSV"))
    # then
    assert [row["key"] for row in rows] == [*(key for key, _, _ in ROWS), "a8"]
    assert [row["predicted label"] for row in rows][:2] == ["sport", "tech"]
    assert [bool(row["problem"]) for row in rows] == [False] * 4 + [True, True, False, True]
    assert rows[6]["text"] == f"'{ROWS[6][2]}"
    assert float(rows[0]["predicted probability"]) == float(rows[0]["probability of sport"]) > 0.9


def test_filters_leave_what_is_like_that_in_the_table_and_the_file(page: Page, choose: "Choose") -> None:
    # given
    drop(page, rows_as_csv())
    classify(page, 8)
    wait_for_end(page)
    shown = table(page).locator("tbody tr")
    # when
    page.get_by_label("Search in the texts").fill("CHIP")
    page.keyboard.press("Enter")
    # then
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("the new chip runs code")
    # when
    page.get_by_text("Filtered rows", exact=True).click()
    page.get_by_text("JSON lines", exact=True).click()
    # then
    (line,) = downloaded(page, "1 row as JSON lines").splitlines()
    assert json.loads(line)["key"] == "a2"
    # when
    page.get_by_label("Search in the texts").fill("")
    page.keyboard.press("Enter")
    expect(shown).to_have_count(8)
    choose(page, "Show", "Failed")
    # then
    expect(shown).to_have_count(3)
    # when
    page.get_by_text("Parquet", exact=True).click()
    # then
    assert parquet.read_table(io.BytesIO(downloaded(page, "3 rows as Parquet")))["key"].to_pylist() == [
        "a5",
        "a6",
        "a8",
    ]


def test_the_layout_of_a_file_can_be_corrected(page: Page, choose: "Choose") -> None:
    # given
    drop(page, "жук;матч\nкод;team goal\n".encode("cp1251"))
    expect(page.get_by_text("CP1252 (a guess")).to_be_visible()
    page.get_by_text("Not read rightly?").click()
    # when
    choose(page, "Encoding", "CP1251")
    # then
    preview = page.get_by_role("region", name="The first rows of the file")
    expect(preview.locator("th").nth(1)).to_have_text("жук")
    # when
    page.get_by_text("The first row holds the names").click()
    # then
    expect(preview.locator("tbody tr")).to_have_count(2)


def test_what_is_no_table_is_told_in_a_sentence(page: Page) -> None:
    drop(page, b"PK\x03\x04......", "book.csv")
    expect(page.get_by_text("This is an Excel workbook").first).to_be_visible()
    drop(page, b"text\n", "rows.csv")
    expect(page.get_by_text("no row below it").first).to_be_visible()


def test_a_file_is_answered_with_the_keyboard_on_a_phone(page: Page) -> None:
    # given
    page.set_viewport_size({"width": 360, "height": 740})
    drop(page, rows_as_csv())
    start = page.get_by_role("button", name="Classify 8 rows")
    # when
    start.focus()
    page.keyboard.press("Enter")
    # then
    wait_for_end(page)
    table(page).focus()
    expect(table(page)).to_be_focused()
    page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")


def test_an_api_that_is_killed_and_comes_back_loses_no_row_and_pages_can_be_left(
    open_changing_page: "OpenChangingPage", start_api_there: "StartApi", registry: Path
) -> None:
    # given
    # Enough that the API dies in the middle also where nothing else is going on.
    count = 20_000
    first = start_api_there(registry)
    page = to_batch(open_changing_page())
    # No number in the texts: the small model of the tests takes some for its words.
    words = [("team", "chip")[number * number % 11 < 5] for number in range(count)]
    lines = [json.dumps({"n": number, "text": f"the {word}"}) for number, word in enumerate(words)]
    drop(page, "\n".join(lines).encode(), "rows.jsonl")
    classify(page, count)
    first.wait_for(lambda: first.figure("textops_predictions_total") > 0)
    # when
    first.process.kill()
    first.process.wait()
    # then
    expect(page.get_by_text("Waiting for the API.").first).to_be_visible()
    # when
    go_to(page, "Classify", "Classify a text")
    start_api_there(registry)
    go_to(page, "Batch", "Classify a file")
    wait_for_end(page)
    # then
    expect(figure(page, "Answered")).to_have_text(f"{count:,}")
    page.get_by_text("JSON lines", exact=True).click()
    rows = [json.loads(line) for line in downloaded(page, f"{count:,} rows as JSON lines").splitlines()]
    assert [row["n"] for row in rows] == list(range(count))
    assert [row["predicted label"] for row in rows] == [{"team": "sport", "chip": "tech"}[word] for word in words]
    assert len({row["prediction id"] for row in rows}) == count


def test_a_batch_is_stopped_and_goes_on(page: Page, api: "ApiServer") -> None:
    # given
    count, before = 20_000, api.figure("textops_predictions_total")
    drop(page, b"text\n" + b"the team scored a goal\n" * count)
    classify(page, count)
    api.wait_for(lambda: api.figure("textops_predictions_total") > before)
    # The batch stays in the middle, however long the browser takes.
    api.process.send_signal(signal.SIGSTOP)
    # when
    try:
        page.get_by_role("button", name="Stop").first.click()
        # then
        expect(page.get_by_text("not asked about, and marked").first).to_be_visible()
    finally:
        api.process.send_signal(signal.SIGCONT)
    wait_for_end(page)
    # when
    page.get_by_role("button", name="Go on").first.click()
    # then
    expect(figure(page, "Answered")).to_have_text(f"{count:,}", timeout=PATIENCE_MS)


def test_a_key_that_is_refused_is_told(
    open_changing_page: "OpenChangingPage", start_api_there: "StartApi", registry: Path
) -> None:
    start_api_there(registry, api_keys="right")
    page = to_batch(open_changing_page())
    drop(page, b"text\nthe team\n")
    classify(page, 1)
    expect(page.get_by_text("The API asks for a key").first).to_be_visible()
    expect(page.get_by_role("button", name="Go on").first).to_be_visible()


def test_a_hundred_thousand_rows_are_answered_while_the_page_lives(page: Page) -> None:
    # given
    count = 100_000
    texts = "".join(f"{number},{('team', 'chip')[number % 2]}\n" for number in range(count))
    drop(page, f"n,text\n{texts}".encode())
    # when
    classify(page, count)
    expect(page.get_by_role("button", name="Stop").first).to_be_visible()
    expect(page.get_by_text("rows a second").first).to_be_visible()
    go_to(page, "Classify", "Classify a text")
    go_to(page, "Batch", "Classify a file")
    wait_for_end(page)
    # then
    expect(figure(page, "Answered")).to_have_text(f"{count:,}")
    expect(table(page).locator("tbody tr")).to_have_count(25)
    rows = as_csv(downloaded(page, f"{count:,} rows as CSV"))
    assert [int(row["n"]) for row in rows] == list(range(count))
    assert [row["predicted label"] for row in rows] == ["sport", "tech"] * (count // 2)
