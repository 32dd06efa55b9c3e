"""The comparison as its readers meet it: pages, addresses, errors, and in a real browser the tray and the layout."""

from __future__ import annotations

import re

import pytest

from tests.site.browsing import NEEDS_BROWSER, browser, follow  # noqa: F401
from tests.site.conftest import CHONGQING, HEBEI, HOSTILE_ID, LIAONING, SHANXI

# ruff: noqa: F811

HE, LN, CQ = f"{HEBEI}/part_6__cl_17", f"{LIAONING}/part_4__cl_13", f"{CHONGQING}/part_2__cl_7"
THREE = f"/compare?p={HE}&p={LN}&p={CQ}"
FUNDS = f"/compare?p={HEBEI}/part_9__cl_30&p={LIAONING}/part_9__cl_35&p={SHANXI}/part_3__cl_8"
PAY = f"/compare?p={HEBEI}/part_8__cl_26&p={LIAONING}/part_8__cl_31&p={CHONGQING}/part_6__cl_24"


def squeeze(words: str) -> str:
    return "".join(words.split())


def column_text(page, column: int) -> str:
    """What the page shows of a column, sentence by sentence in the order of the column."""
    said = page.select(f'.aligned [id^="c{column}s"]')
    for mark in page.select(".moved"):
        mark.extract()
    return squeeze("".join(one.get_text() for one in sorted(said, key=lambda one: int(one["id"].partition("s")[2]))))


@pytest.mark.parametrize("view", ["", "&view=original", "&view=dim", "&view=original&view=dim"])
@pytest.mark.parametrize("path", [THREE, FUNDS, f"/compare?p={HEBEI}/part_9&p={LIAONING}/part_9"])
def test_the_page_holds_every_character_of_its_provisions(site, path, view):
    page = site.page(path + view)
    for column, p in enumerate(re.findall(r"p=([^&]+)", path), 1):
        text = site.get(f"/d/{p}.json").json()["text"]
        assert column_text(page, column) == squeeze(text)


def test_heads_say_what_stands_there(site):
    page = site.page(THREE)
    heads = page.select(".beside thead th")[1:]
    assert [head.select_one(".column-name").text for head in heads] == ["河北省", "辽宁省", "重庆市"]
    assert [head.a["href"] for head in heads] == [f"/d/{HE}", f"/d/{LN}", f"/d/{CQ}"]
    assert "2022-04-06" in page.select(".column-heads td")[1].text


def test_silence_is_said(site):
    page = site.page(THREE)
    assert "—（无对应）" in page.select_one(".row-alone .none").text


def test_moved_sentences_carry_their_place(site):
    assert [mark.text for mark in site.page(FUNDS).select(".moved")] == ["原文第 6 句"]


def test_views_are_links_that_turn_on_and_off(site):
    page = site.page(PAY)
    links = {link.text.strip("✓ "): link["href"] for link in page.select(".switch a")}
    assert list(links) == ["只看差异", "按原文顺序", "淡化套话"]
    differing = site.page(links["只看差异"])
    assert "略去了各栏相同的 2 行" in differing.text and not differing.select(".row-same")
    back = differing.select_one('.switch a[aria-current="true"]')
    assert back["href"] == PAY


def test_stock_phrases_are_marked_only_when_asked_for(site, monkeypatch):
    monkeypatch.setattr("query.reuse.stock_spans", lambda conn, text: [(0, 9)], raising=False)
    assert site.page(THREE).select(".aligned .stock") == []
    marked = site.page(THREE + "&view=dim").select(".aligned .stock")
    assert marked and squeeze("".join(one.text for one in marked)).startswith("(十七)全面推行")


def test_columns_can_be_taken_away_put_first_and_added(site):
    page = site.page(THREE)
    removals = [link["href"] for link in page.find_all("a", string="移除")]
    assert removals[0] == f"/compare?p={LN}&p={CQ}"
    firsts = [link["href"] for link in page.find_all("a", string="置首")]
    assert firsts == [f"/compare?p={LN}&p={HE}&p={CQ}", f"/compare?p={CQ}&p={HE}&p={LN}"]
    offers = [link["href"] for link in page.select(".offers a")]
    assert offers and all(offer.startswith(THREE + "&p=") for offer in offers)
    assert site.get(offers[0]).status_code == 200


def test_a_pasted_address_becomes_a_column(site):
    answer = site.get(f"/compare?p={HE}&view=diff&add=https%3A%2F%2Fexample.org%2Fd%2F{LIAONING}@v1%2Fpart_4__cl_13")
    assert answer.status_code == 302 and answer.headers["location"] == f"/compare?p={HE}&p={LIAONING}@v1/part_4__cl_13&view=diff"


def test_what_was_pasted_amiss_is_repeated_and_nothing_lost(site):
    page = site.page(f"/compare?p={HE}&p={LN}&add=明天", status=400)
    assert "读不出“明天”" in page.h1.text
    assert page.find("a", string="并列这 2 条")["href"] == f"/compare?p={HE}&p={LN}"


def test_one_provision_offers_its_counterparts(site):
    page = site.page(f"/compare?p={HE}")
    assert f"/compare?p={HE}&p={LN}" in [link["href"] for link in page.select(".offers a")]


def test_a_measure_by_one_of_its_provisions(site):
    page = site.page(f"/compare?m={HEBEI}__part_6__cl_17")
    assert page.select_one(".beside .column-name").text == "河北省"
    assert len(page.select(".beside thead th")) > 3


@pytest.mark.parametrize("query", [f"p={HE}&p={LIAONING}/part_4__cl_99", f"p={HE}&p=zz-2020-x/part_1", f"p={HE}&p=..%2F..%2Fetc", f"m={LIAONING}__nothing", "m=x"])
def test_what_is_not_there_is_named(site, query):
    page = site.page(f"/compare?{query}", status=404)
    assert query.rpartition("=")[2].replace("%2F", "/").replace("__nothing", "") in page.main.text


def test_unknown_clause_leads_to_those_near(site):
    page = site.page(f"/compare?p={HE}&p={LIAONING}/part_4__cl_99", status=404)
    assert f"/d/{LIAONING}/part_4__cl_13" in [link["href"] for link in page.select(".near a")]
    assert page.select_one(".picked a")["href"] == f"/d/{HE}"


def test_too_many_columns_are_refused_with_the_number(site):
    many = "&".join(f"p={HEBEI}/part_3__cl_{n}" for n in (4, 5, 6, 7)) + f"&p={HE}&p={LN}&p={CQ}"
    assert "最多并列 6 条，这里有 7 条" in site.page(f"/compare?{many}", status=400).h1.text


@pytest.mark.parametrize("query", ["p=%00&p=%FF", "p=%ED%A0%80", "add=%00", "m=%00", "view=x&p=" + "a" * 5000, "p=" + "&p=".join("abcdefg" * 4)])
def test_odd_parameters_get_a_page(site, query):
    assert site.get(f"/compare?{query}").status_code in (400, 404)


def test_start_page_has_examples_that_work(site):
    page = site.page("/compare")
    examples = [link["href"] for link in page.select(".picked a") if link["href"].startswith("/compare?")]
    assert len(examples) > 3
    assert all(site.get(example).status_code == 200 for example in examples[:3])
    assert {"/measures", "/reuse", "/draft"} <= {link["href"] for link in page.select("main a")}


def test_json_is_the_comparison(site):
    data = site.get(THREE.replace("/compare", "/compare.json")).json()
    assert [column["p"] for column in data["columns"]] == [HE, LN, CQ] and data["path"] == THREE
    missing = site.get(f"/compare.json?p={HE}&p={LIAONING}/part_4__cl_99")
    assert missing.status_code == 404 and missing.json()["unknown"][0]["near"]
    assert site.get("/compare.json").status_code == 400


def test_hostile_words_stay_words(hostile_site):
    page = hostile_site.page(f"/compare?p={HOSTILE_ID}/part_1__cl_1&p={HOSTILE_ID}/part_1__cl_2&p={HOSTILE_ID}/box_1&view=dim")
    assert len(page.find_all("script")) == 1 and page.find("img") is None
    assert not [link for link in page.find_all("a", href=True) if link["href"].startswith("javascript")]
    assert hostile_site.get("/compare?p=%3Cscript%3Ealert(1)%3C/script%3E").text.count("<script") == 1


# ---- in a browser ----


@pytest.fixture
def reader(browser, origin):
    """A page of the site that remembers what went wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.faults = []
    page.on("console", lambda message: message.type == "error" and page.faults.append(message.text))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.open = lambda path: page.goto(origin + path)
    yield page
    assert page.faults == []
    context.close()


class TestBrowser:
    pytestmark = NEEDS_BROWSER

    @pytest.mark.parametrize("width", [1280, 390])
    @pytest.mark.parametrize("path", ["/compare", THREE, FUNDS + "&view=original", f"/compare?m={HEBEI}__part_6__cl_17", f"/compare?p={HE}"])
    def test_nothing_hangs_out(self, reader, path, width):
        reader.set_viewport_size({"width": width, "height": 844})
        reader.open(path)
        assert reader.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def test_heads_stay_while_one_reads(self, reader):
        reader.open(FUNDS)
        reader.evaluate("scrollTo(0, document.querySelector('#r9').getBoundingClientRect().top + scrollY)")
        assert reader.locator(".beside thead th").nth(1).bounding_box()["y"] == pytest.approx(0, abs=1)

    def test_on_a_telephone_each_cell_bears_its_province(self, reader):
        reader.set_viewport_size({"width": 390, "height": 844})
        reader.open(THREE)
        assert reader.locator("#r1 .cell-name").all_inner_texts() == ["河北省", "辽宁省", "重庆市"]
        boxes = [cell.bounding_box() for cell in reader.locator("#r1 td").all()]
        assert boxes[0]["y"] < boxes[1]["y"] < boxes[2]["y"] and boxes[0]["x"] == boxes[1]["x"]

    def test_tray_collects_while_reading_and_opens_as_an_address(self, reader, origin):
        reader.open(f"/d/{HE}")
        reader.get_by_role("button", name="加入比对").first.click()
        reader.open("/search?q=中国特色学徒制&province=ln")
        reader.get_by_role("button", name="加入比对").first.click()
        tray = reader.get_by_role("region", name="比对篮")
        assert "比对篮（2）" in tray.inner_text()
        follow(reader, tray.get_by_role("link", name="打开"))
        assert reader.url == f"{origin}/compare?p={HE}&p={LN}"
        assert reader.locator(".beside thead th").count() == 3

    def test_tray_in_the_margin_of_the_reading_page(self, reader):
        reader.open(f"/d/{LIAONING}")
        reader.locator("#part_4__cl_13 .ref").first.focus()
        reader.locator(".tools [data-tray]").click()
        assert reader.evaluate("JSON.parse(localStorage['compare-tray'])") == [{"p": LN, "label": "辽宁省 · (十三)全面推行中国特色学徒制"}]
        assert reader.locator(".tools [data-tray]").inner_text() == "移出比对"

    def test_tray_holds_six_can_be_emptied_and_is_listed_on_the_start_page(self, reader):
        reader.open("/search?q=培训&kind=clause")
        buttons = reader.locator(".hits [data-tray]")
        for n in range(7):
            buttons.nth(n).click()
        tray = reader.get_by_role("region", name="比对篮")
        assert "比对篮（6）" in tray.inner_text() and "最多 6 条" in tray.inner_text()
        reader.open("/compare")
        assert reader.locator("[data-tray-list] li").count() == 6 and not tray.is_visible()
        reader.locator("[data-tray-list] button").first.click()
        assert reader.locator("[data-tray-list] li").count() == 5
        reader.locator("main [data-tray-clear]").click()
        assert not reader.locator("[data-tray-here]").is_visible()

    def test_refused_storage_is_no_error(self, reader):
        reader.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })")
        reader.open(f"/d/{HE}")
        reader.get_by_role("button", name="加入比对").first.click()
        assert "比对篮（1）" in reader.get_by_role("region", name="比对篮").inner_text()

    @pytest.mark.parametrize("stored", ["{", "7", '[1, {"p": 3}]', "null"])
    def test_rubbish_in_the_storage_is_no_error(self, reader, stored):
        reader.open("/about")
        reader.evaluate("words => localStorage.setItem('compare-tray', words)", stored)
        reader.open(f"/d/{HE}")
        assert not reader.get_by_role("region", name="比对篮").is_visible()

    def test_on_paper_the_marks_are_lines_and_the_frame_is_gone(self, reader):
        reader.emulate_media(media="print")
        reader.open(THREE)
        assert not reader.locator(".bar").is_visible() and not reader.locator(".add-column").is_visible()
        styles = {name: reader.locator(f".aligned .{name}").first.evaluate("e => getComputedStyle(e).textDecorationStyle") for name in ("only", "some")}
        assert styles == {"only": "solid", "some": "dotted"}
        assert reader.locator(".compare-sources li").count() == 3 and reader.locator(".compare-sources").is_visible()
