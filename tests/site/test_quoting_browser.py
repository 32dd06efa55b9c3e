"""Copying and linking words in a real browser."""

from __future__ import annotations

import pytest

from tests.site.browsing import NARROW, NEEDS_BROWSER, WIDE, Reader, browser  # noqa: F401
from tests.site.conftest import CHONGQING, LIAONING

pytestmark = NEEDS_BROWSER

SELECT = """(words) => {
    const walker = document.createTreeWalker(document.querySelector(".text"), NodeFilter.SHOW_TEXT);
    let [first, last] = [null, null];
    while (walker.nextNode()) {
        const node = walker.currentNode;
        if (!first && node.data.includes(words[0])) first = [node, node.data.indexOf(words[0])];
        if (first && !last && node.data.includes(words[1])) last = [node, node.data.indexOf(words[1]) + words[1].length];
    }
    getSelection().setBaseAndExtent(...first, ...last);
}"""


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def reader(request, browser, origin):  # noqa: F811
    reader = Reader(browser, origin, request.param, permissions=["clipboard-read", "clipboard-write"])
    yield reader
    reader.context.close()


def clipboard(page):
    return page.evaluate("navigator.clipboard.readText()")


def link(reader, path, first, last):
    """Select words on a page and return the address that the button copies."""
    reader.page.goto(reader.origin + path)
    reader.page.evaluate(SELECT, [first, last])
    button = reader.page.locator(".link-words")
    button.click()
    reader.page.get_by_text("已复制链接").wait_for()
    return clipboard(reader.page)


def test_one_action_copies_words_citation_and_address(reader):
    reader.page.goto(f"{reader.origin}/d/{LIAONING}/part_5__cl_14")
    reader.page.get_by_role("button", name="复制文字和引文").click()
    reader.page.get_by_text("已复制").wait_for()
    words, _, citation = clipboard(reader.page).rpartition("\n\n——")
    assert words.startswith("(十四)健全职业技能培训公共实训体系。") and "第5部分第14条" in citation
    assert f"{reader.origin}/d/{LIAONING}@v1/part_5__cl_14，" in citation
    assert not reader.errors


@pytest.mark.parametrize(
    ("path", "first", "last", "marked"),
    [
        (f"/d/{LIAONING}/part_5__cl_14", "技能大师工作室", "技能大师工作室", "技能大师工作室"),
        (f"/d/{LIAONING}", "公共实训体系", "服务制造业", "公共实训体系。服务制造业"),
        (f"/d/{LIAONING}", "健全职业技能培训公共", "创业实训网络", None),  # long: by its ends
        (f"/d/{LIAONING}", "2.其中:农民工", "25万", "2.其中:农民工参加职业培训(人次)25万"),
        (f"/d/{CHONGQING}/box_1", "二、技能人才", "3.新增取得", "二、技能人才3.新增取得"),
        (f"/d/{CHONGQING}/box_1__row_4", "〔65〕", "预期性", "〔65〕预期性"),
    ],
)
def test_selected_words_get_an_address_that_marks_them(reader, path, first, last, marked):
    address = link(reader, path, first, last)
    assert "@v1" in address and address.endswith("#quoted")
    reader.page.goto(address)
    shown = "".join(reader.page.locator("mark.quoted").all_text_contents())
    assert shown == marked if marked else shown.startswith(first) and shown.endswith(last)
    assert reader.page.locator(".quotation.exact").count() == 1
    assert reader.page.locator("#quoted").first.is_visible()
    assert not reader.errors


def test_words_over_several_parts_are_linked_on_the_reading_page(reader):
    address = link(reader, f"/d/{LIAONING}", "发展基础", "总体要求")
    assert f"/d/{LIAONING}@v1?quote=" in address
    reader.page.goto(address)
    assert reader.page.locator(".quotation.exact").count() == 1


def test_words_that_stand_twice_in_a_provision_are_told_apart(reader):
    """预期性 stands in every row: what stands before it decides."""
    address = link(reader, f"/d/{LIAONING}/box_1", "预期性", "预期性")
    reader.page.goto(address)
    assert reader.page.locator("mark.quoted").count() == 1
    assert reader.page.locator("tr#box_1__row_1 mark.quoted").count() == 1


def test_the_button_goes_when_nothing_is_selected(reader):
    reader.page.goto(f"{reader.origin}/d/{LIAONING}/part_5__cl_14")
    reader.page.evaluate(SELECT, ["技能大师", "技能大师"])
    reader.page.locator(".link-words").wait_for()
    reader.page.evaluate("getSelection().removeAllRanges()")
    reader.page.locator(".link-words").wait_for(state="hidden")
