"""The site in a real browser: layout, conveniences, and silence on the network and the console."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from tests.site.browsing import ERRORS, KINDS, NARROW, NEEDS_BROWSER, STOCK, WIDE, Reader, browser, follow, list_layout_shifts, open_reader, overflow  # noqa: F401
from tests.site.conftest import CHONGQING, HEBEI, LIAONING, SHANXI

# ruff: noqa: F811

PAGES = [*KINDS.values(), f"/d/{CHONGQING}", f"/d/{HEBEI}", f"/d/{SHANXI}", "/themes/goals", f"/d/{SHANXI}/part_2__cl_1", f"/d/{LIAONING}/part_2__cl_2"]

pytestmark = NEEDS_BROWSER


MOST_JUMPED = 0.001


@dataclass(frozen=True)
class Visit:
    """What a reader met on a page: how much too wide it is, how far it jumped, what it complained of and asked elsewhere."""

    wider: int
    jumped: float
    errors: list[str]
    outside: list[str]


@pytest.fixture(scope="module", params=[WIDE, NARROW], ids=["wide", "narrow"])
def visits(browser, origin, request):
    """Every kind of page, loaded and scrolled through once on a screen: what was met there, by path."""
    reader = Reader(browser, origin, request.param)
    found = {path: _visit(reader, path) for path in dict.fromkeys([*PAGES, *ERRORS.values(), *STOCK.values()])}
    # On a busy machine half a page is painted before the rest has come. What a page itself makes jump does so each time.
    for path in [path for path in found if found[path].jumped > MOST_JUMPED]:
        again = _visit(reader, path)
        found[path] = replace(found[path], jumped=min(found[path].jumped, again.jumped))
    yield found
    reader.context.close()


def _visit(reader: Reader, path: str) -> Visit:
    reader.errors, reader.outside = [], []
    page = reader.open(path)
    wider = overflow(page)
    for _ in range(4):
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(30)
    jumped = round(sum(list_layout_shifts(page)), 4)
    return Visit(wider, jumped, reader.errors, reader.outside)


def test_no_page_is_wider_than_the_screen(visits):
    assert {path: visits[path].wider for path in PAGES if visits[path].wider > 0} == {}


def test_no_page_complains(visits):
    """That an address leads to nothing is told by its status, which a browser complains of itself."""
    assert {path: visit.errors for path, visit in visits.items() if visit.errors and path not in ERRORS.values()} == {}


def test_no_page_asks_elsewhere(visits):
    assert {path: visit.outside for path, visit in visits.items() if visit.outside} == {}


def test_layout_does_not_jump(visits):
    """Not while a page loads, and not while one scrolls through it: what follows the reading lies over the text."""
    own = [path for path in visits if path not in STOCK.values()]
    assert {path: visits[path].jumped for path in own if visits[path].jumped > MOST_JUMPED} == {}


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
    assert page.locator(".tools a").first.get_attribute("href").endswith(f"/d/{LIAONING}/part_1__para_1")


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
    follow(page, ".facet a[href*='province=he']")
    follow(page, ".chip")
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
    assert overflow(page) == 0


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


# ---- home: what narrows the list ----


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_tile_and_year_narrow_the_list_without_scripts(open_reader, viewport):
    page = open_reader(viewport, java_script_enabled=False).open("/")
    follow(page, ".tile:has-text('辽宁')")
    assert page.locator(".document-list li").count() == 2
    assert page.locator("#documents .chip").inner_text().startswith("辽宁省")
    assert page.locator("#documents").bounding_box()["y"] < viewport["height"]
    follow(page, ".year:has-text('2022')")
    assert page.url.split("?")[1] == "province=ln&year=2022#documents"
    follow(page, ".tile.chosen")
    assert page.locator(".document-list li").count() == 3


def test_tiles_are_squares_one_beside_the_other(open_reader):
    page = open_reader(NARROW).open("/")
    tiles = [tile.bounding_box() for tile in page.locator(".tiles li").all()]
    assert len(tiles) == 31
    assert len({(round(tile["x"]), round(tile["y"])) for tile in tiles}) == 31
    assert all(abs(tile["width"] - tile["height"]) < 2 for tile in tiles)


# ---- reading: where one is, doubts, counterparts ----


def test_line_over_the_text_names_part_and_clause(open_reader):
    page = open_reader().open(f"/d/{LIAONING}")
    assert not page.locator(".here p").is_visible()
    page.locator("#part_6__cl_21").evaluate("unit => unit.scrollIntoView()")
    page.wait_for_selector(".here p:visible")
    words = page.inner_text(".here p")
    assert words.startswith("辽宁省“十四五”职业技能培训规划 › 六、") and "(二十一)" in words
    assert page.locator(".here p").bounding_box()["y"] <= 1


def test_bar_on_a_telephone_names_part_and_clause(open_reader):
    page = open_reader(NARROW).open(f"/d/{LIAONING}#part_6__cl_21")
    page.wait_for_function("document.querySelector('[data-contents-now]').textContent.includes('(二十一)')")
    assert page.inner_text("[data-contents-now]").startswith("六、")


def test_doubts_and_removals_are_shown_on_demand(open_reader):
    page = open_reader(java_script_enabled=False).open(f"/d/{CHONGQING}")
    assert page.locator(".margin-note").count() == 0
    follow(page, "text=显示存疑与剔除内容")
    assert page.locator("#box_1__row_6 .margin-note.is-doubt").count() == 1
    assert page.locator(".margin-note.is-removed del").count() > 10
    follow(page, "text=隐藏存疑与剔除内容")
    assert page.locator(".margin-note").count() == 0


def test_counterparts_elsewhere_stand_in_the_margin(open_reader):
    page = open_reader().open(f"/d/{LIAONING}")
    link = page.locator("#part_7__cl_27 .kin").first
    text = page.locator("#part_7__cl_27").bounding_box()
    assert link.bounding_box()["x"] > text["x"] + text["width"]
    link.click()
    page.wait_for_selector("#counterparts")


def test_copied_words_are_the_documents_alone(open_reader):
    """Neither the sign of the address nor the number of counterparts comes along."""
    reader = open_reader(permissions=["clipboard-read", "clipboard-write"])
    page = reader.open(f"/d/{LIAONING}?notes=1")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#part_7__cl_27'))")
    page.keyboard.press("Control+c")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied and "§" not in copied and "对应" not in copied.splitlines()[0]


# ---- keys ----


def focused_unit(page) -> str:
    return page.evaluate("document.activeElement.closest('.unit')?.id")


def test_j_and_k_go_from_provision_to_provision(open_reader):
    page = open_reader().open(f"/d/{LIAONING}#part_3")
    page.wait_for_timeout(100)
    page.keyboard.press("j")
    assert focused_unit(page) == "part_3__cl_3"
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert focused_unit(page) == "part_3__cl_4"
    assert page.locator(".tools").is_visible()
    assert 30 < page.locator("#part_3__cl_4").bounding_box()["y"] < 120


def test_j_goes_from_hit_to_hit(open_reader):
    page = open_reader().open("/search?q=培训")
    for _ in range(3):
        page.keyboard.press("j")
    assert page.evaluate("[...document.querySelectorAll('.hit')].findIndex(hit => hit.contains(document.activeElement))") == 2


def test_keys_are_listed_and_can_be_turned_off(open_reader):
    page = open_reader().open("/search?q=培训")
    page.keyboard.press("?")
    assert page.locator("dialog kbd").all_inner_texts() == ["/", "j", "k", "?", "Esc"]
    page.check("text=停用单键")
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.body")
    page.click("[data-keys]")
    page.uncheck("text=停用单键")
    page.click("dialog button")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('.hit') !== null")


def test_keys_are_letters_while_one_types(open_reader):
    page = open_reader().open(f"/d/{LIAONING}")
    page.focus("[data-search]")
    page.keyboard.type("j/k?")
    assert page.input_value("[data-search]") == "j/k?"
    assert page.locator("dialog").count() == 0


# ---- comparison: the tray ----


def test_tray_collects_opens_and_clears(open_reader):
    page = open_reader().open(f"/d/{LIAONING}/part_7__cl_27")
    page.click(".provision-aside [data-tray]")
    page.goto(page.url.split("/d/")[0] + f"/d/{HEBEI}")
    page.focus("#part_3__cl_4 .ref")
    page.click(".tools [data-tray]")
    assert page.inner_text(".tray b") == "比对篮（2）"
    page.click(".tray a")
    page.wait_for_selector(".beside")
    assert page.locator(".beside thead .column-name").count() == 2
    page.click("[data-tray-clear]")
    assert not page.locator(".tray").is_visible()
    page.reload()
    assert not page.locator(".tray").is_visible()


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


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
