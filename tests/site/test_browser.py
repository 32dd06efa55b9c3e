"""The site in a real browser: layout, conveniences, and silence on the network and the console."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.site.conftest import CHONGQING, HEBEI, LIAONING, SHANXI

BROWSER = Path(os.environ.get("KB_BROWSER", "/usr/bin/chromium"))
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PAGES = [
    "/",
    "/d",
    "/about",
    f"/d/{LIAONING}",
    f"/d/{CHONGQING}",
    f"/d/{HEBEI}",
    f"/d/{SHANXI}",
    f"/d/{LIAONING}/part_5__cl_14",
    f"/d/{LIAONING}/box_1",
    f"/d/{CHONGQING}/box_1__row_6",
    "/search",
    "/search?q=新型学徒制",
    "/search?q=培训&province=ln&province=he&kind=box&sort=date",
    "/search?q=龘龘 学徒制",
    "/themes",
    "/themes/apprenticeship",
    "/themes/goals",
    "/indicators",
    "/agencies",
    "/agencies/hrss",
    f"/d/{SHANXI}/part_2__cl_1",
    f"/d/{LIAONING}/part_2__cl_2",
    "/kb",
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not BROWSER.exists(), reason=f"no browser at {BROWSER}: name one in KB_BROWSER"),
]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(BROWSER), args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


class Reader:
    """A browser page that remembers errors and requests that leave the site."""

    def __init__(self, browser, origin, viewport, **options):
        self.origin = origin
        self.context = browser.new_context(viewport=viewport, **options)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: request.url.startswith(origin) or self.outside.append(request.url))

    def open(self, path: str):
        self.page.goto(self.origin + path)
        return self.page


@pytest.fixture
def open_reader(browser, origin):
    """Return a function that opens a reader with a screen and options of its own."""
    readers: list[Reader] = []

    def open_one(viewport=WIDE, **options) -> Reader:
        readers.append(Reader(browser, origin, viewport, **options))
        return readers[-1]

    yield open_one
    for reader in readers:
        reader.context.close()


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_page_is_wider_than_the_screen(open_reader, viewport):
    reader = open_reader(viewport)
    over = {path: _overflow(reader.open(path)) for path in PAGES}
    assert {path: width for path, width in over.items() if width > 0} == {}


def test_no_page_complains_or_asks_elsewhere(open_reader):
    reader = open_reader()
    for path in [*PAGES, "/kb/provisions"]:
        reader.open(path)
    assert (reader.errors, reader.outside) == ([], [])


def test_pages_read_without_scripts(open_reader):
    page = open_reader(java_script_enabled=False).open(f"/d/{LIAONING}")
    assert page.locator("#part_5__cl_14").is_visible()
    assert page.locator("[data-contents]").is_visible()


def test_contents_follow_the_reading(open_reader):
    page = open_reader().open(f"/d/{LIAONING}")
    page.locator("#part_6__cl_21").evaluate("unit => unit.scrollIntoView()")
    page.wait_for_selector('[data-contents] a[href="#part_6__cl_21"][aria-current]')
    assert page.locator("[data-contents] a[aria-current]").count() == 1


def test_contents_entry_in_view_while_reading(open_reader):
    page = open_reader().open(f"/d/{LIAONING}#part_9__cl_38")
    entry = page.wait_for_selector("[data-contents] a[aria-current]")
    box = entry.bounding_box()
    assert 0 <= box["y"] <= WIDE["height"]


def test_contents_open_and_close_on_a_telephone(open_reader):
    page = open_reader(NARROW, has_touch=True, is_mobile=True).open(f"/d/{LIAONING}")
    contents = page.locator("[data-contents]")
    assert not contents.is_visible()
    page.tap(".contents-label")
    assert contents.is_visible()
    page.tap('[data-contents] a[href="#part_1"]')
    assert not contents.is_visible()


def test_copy_link_of_a_provision(open_reader, origin):
    reader = open_reader(permissions=["clipboard-read", "clipboard-write"])
    page = reader.open(f"/d/{LIAONING}")
    page.hover("#part_3__cl_4 h3")
    page.hover("#part_3__cl_4 h3 .ref")
    page.click(".tools button")
    page.wait_for_selector(".tools button:text('已复制')")
    assert page.evaluate("navigator.clipboard.readText()") == f"{origin}/d/{LIAONING}/part_3__cl_4"


def test_copy_link_by_keyboard(open_reader, origin):
    reader = open_reader(permissions=["clipboard-read", "clipboard-write"])
    page = reader.open(f"/d/{LIAONING}")
    page.focus("#box_1__row_3 .ref")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".tools button:text('已复制')")
    assert page.evaluate("navigator.clipboard.readText()") == f"{origin}/d/{LIAONING}/box_1__row_3"


def test_tap_offers_the_address(open_reader):
    page = open_reader(NARROW, has_touch=True, is_mobile=True).open(f"/d/{LIAONING}")
    page.tap("#part_1__para_1")
    assert page.locator(".tools a:not(.to-theme)").get_attribute("href").endswith(f"/d/{LIAONING}/part_1__para_1")


def test_copy_citation(open_reader):
    reader = open_reader(permissions=["clipboard-read", "clipboard-write"])
    page = reader.open(f"/d/{LIAONING}/part_5__cl_14")
    page.click("text=复制引文")
    page.wait_for_selector("text=已复制")
    assert "辽人社发〔2022〕20号" in page.evaluate("navigator.clipboard.readText()")


def test_facets_stand_beside_the_results_on_a_desk(open_reader):
    page = open_reader(java_script_enabled=False).open("/search?q=培训")
    facet = page.locator(".facet a").first.bounding_box()
    assert facet["x"] + facet["width"] < page.locator(".hit").first.bounding_box()["x"]


def test_facets_are_folded_on_a_telephone(open_reader):
    page = open_reader(NARROW, has_touch=True, is_mobile=True, java_script_enabled=False).open("/search?q=培训")
    assert not page.locator(".facet a").first.is_visible()
    assert page.locator(".hit").first.bounding_box()["y"] < NARROW["height"] / 2
    page.tap(".facets > summary")
    page.tap(".facet a[href*='province=he']")
    assert page.locator(".chip").inner_text().startswith("河北省")


def test_narrowing_and_going_back(open_reader):
    page = open_reader().open("/search?q=培训")
    before = page.inner_text(".found")
    page.click(".facet a[href*='province=he']")
    page.click(".chip")
    assert page.inner_text(".found") == before
    page.go_back()
    assert page.locator(".chip").count() == 1


def test_new_words_keep_what_was_chosen(open_reader):
    page = open_reader().open("/search?q=培训&province=he")
    page.fill("[data-search]", "学徒")
    page.press("[data-search]", "Enter")
    page.wait_for_selector("h1:text('学徒')")
    assert page.locator(".chip").count() == 1


def test_copy_link_of_a_hit_is_its_permanent_address(open_reader, origin):
    reader = open_reader(permissions=["clipboard-read", "clipboard-write"])
    page = reader.open("/search?q=技能大师工作室")
    page.click(".hit button >> nth=0")
    page.wait_for_selector(".hit button:text('已复制')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == origin + page.get_attribute(".hit .permanent >> nth=0", "href")


def test_export_menu_downloads_a_file_named_after_the_search(open_reader):
    page = open_reader(accept_downloads=True).open("/search?q=学徒")
    page.click("[data-menu] summary")
    with page.expect_download() as download:
        page.click("text=Excel")
    assert download.value.suggested_filename == "含有“学徒”的条款.xlsx"


def test_export_menu_closes_with_escape(open_reader):
    page = open_reader().open("/search?q=学徒")
    page.click("[data-menu] summary")
    page.keyboard.press("Escape")
    assert not page.locator("[data-menu] a").first.is_visible()


@pytest.mark.parametrize("path", ["/", f"/d/{LIAONING}"])
def test_slash_focuses_search(open_reader, path):
    page = open_reader().open(path)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    assert page.input_value("[data-search]") == ""


def type_and_wait(page, words: str) -> None:
    page.focus("[data-search]")
    page.keyboard.type(words)
    page.wait_for_selector(".suggestions:not([hidden]) li")


@pytest.mark.parametrize("path", ["/", "/themes"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_suggestions_by_keyboard(open_reader, path, viewport):
    page = open_reader(viewport).open(path)
    type_and_wait(page, "學徒")
    field = page.locator("[data-search]")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#" + field.get_attribute("aria-activedescendant"))
    assert chosen.get_attribute("aria-selected") == "true" and chosen.inner_text().split() == ["学徒制", "主题"]
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:text-is('学徒制')")


def test_suggested_words_are_searched_within_what_was_chosen(open_reader):
    page = open_reader().open("/search?q=培训&province=he")
    page.fill("[data-search]", "")
    type_and_wait(page, "技能大师工")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:text('技能大师工作室')")
    assert page.locator(".chip").inner_text().startswith("河北省")


def test_enter_without_a_choice_searches_what_was_typed(open_reader):
    page = open_reader().open("/themes")
    type_and_wait(page, "学徒")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:text('含有“学徒”的条款')")


def test_escape_closes_suggestions_and_keeps_the_words(open_reader):
    page = open_reader().open("/themes")
    type_and_wait(page, "学徒")
    page.keyboard.press("Escape")
    assert not page.locator(".suggestions").is_visible()
    assert page.input_value("[data-search]") == "学徒"
    assert page.get_attribute("[data-search]", "aria-expanded") == "false"


def test_arrows_go_round_through_the_field(open_reader):
    page = open_reader().open("/themes")
    type_and_wait(page, "学徒")
    page.keyboard.press("ArrowUp")
    assert page.get_attribute("[data-search]", "aria-activedescendant") == page.locator(".suggestions li").last.get_attribute("id")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("[data-search]", "aria-activedescendant") is None


def test_suggestion_by_pointer(open_reader):
    page = open_reader().open("/")
    type_and_wait(page, "省人社")
    page.click(".suggestions li >> nth=0")
    page.wait_for_selector("h1:text('人力资源社会保障部门')")


def test_fast_typing_asks_once(open_reader):
    page = open_reader().open("/")
    asked: list[str] = []
    page.on("request", lambda request: "/suggest.json" in request.url and asked.append(request.url))
    page.focus("[data-search]")
    page.keyboard.type("职业技能培训", delay=20)
    page.wait_for_selector(".suggestions:not([hidden]) li")
    page.wait_for_timeout(300)
    assert len(asked) == 1


def test_suggestions_move_nothing(open_reader):
    page = open_reader(NARROW).open("/")
    before = page.locator(".tallies").bounding_box()
    type_and_wait(page, "职业")
    assert page.locator(".tallies").bounding_box() == before
    assert _overflow(page) == 0


def test_suggested_markup_stays_words(open_reader):
    page = open_reader().open("/")
    hostile = '{"suggestions": [{"text": "<img src=x onerror=alert(1)>", "kind": "word", "kind_label": "<b>", "q": "x"}]}'
    page.route("**/suggest.json*", lambda route: route.fulfill(body=hostile, content_type="application/json"))
    type_and_wait(page, "学")
    assert page.locator(".suggestions img, .suggestions b").count() == 0


def test_tools_of_a_clause_lead_to_its_themes(open_reader):
    page = open_reader().open(f"/d/{LIAONING}")
    page.focus("#part_4__cl_13 .ref")
    page.click(".tools .to-theme:text('学徒制')")
    page.wait_for_selector("h1:text-is('学徒制')")


def test_tools_without_themes_show_none(open_reader):
    page = open_reader().open(f"/d/{LIAONING}")
    page.focus("#part_4__cl_13 .ref")
    page.focus("#part_4 > h2 .ref")
    assert page.locator(".tools .to-theme").count() == 0


def test_layout_does_not_jump(open_reader):
    page = open_reader().open(f"/d/{LIAONING}")
    page.wait_for_timeout(300)
    jumped = page.evaluate(
        """() => new Promise(done => {
            let sum = 0;
            new PerformanceObserver(list => list.getEntries().forEach(entry => { sum += entry.value; }))
                .observe({ type: "layout-shift", buffered: true });
            setTimeout(() => done(sum), 100);
        })"""
    )
    assert jumped < 0.01


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_the_paper(open_reader, scheme):
    """WCAG AA: 4.5 to 1 for every pair of colours that the style sheet sets words in."""
    page = open_reader(color_scheme=scheme).open("/about")
    pairs = [("ink", "paper"), ("soft", "paper"), ("soft", "sheet"), ("soft", "tint"), ("accent", "paper"),
             ("accent", "sheet"), ("accent", "tint"), ("ink", "target"), ("soft", "target"), ("mark-ink", "mark"),
             ("paper", "accent")]  # fmt: skip
    names = sorted({name for pair in pairs for name in pair})
    read = "names => names.map(name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim())"
    colours = dict(zip(names, page.evaluate(read, names)))
    contrasts = {pair: _contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: round(value, 2) for pair, value in contrasts.items() if value < 4.5} == {}


def _overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
