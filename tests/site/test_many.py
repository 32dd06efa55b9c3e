"""Pages over more documents than find room in a list or a table: what they open with, and how a document is named."""

from __future__ import annotations

import json
import re

import pytest

from plugins.web.measure_pages import MOST_COLUMNS
from query.pick import MOST_LISTED
from query.agencies import MOST_DUTIES
from query.indicators import MOST_COLUMNS as MOST_WITH_TARGETS
from tests.site.conftest import open_site
from tests.site.many import ALIKE, BUSY, DUTIES, MANY, QUIET, WITH_TARGET, add_facts

GUANGDONG, GANSU = "gd-2012-guihua", "gs-2012-guihua"


@pytest.fixture(scope="module")
def busy(many_db, build_once):
    """The same documents with facts by the hundred."""
    yield from open_site(build_once("busy", lambda folder: add_facts(many_db, folder)))


def documents_in(address: str) -> list[str]:
    return re.findall(r"[?&]d=([a-z0-9-]+)", address)


def test_there_are_more_documents_than_a_list_names():
    assert MANY > MOST_LISTED > MOST_COLUMNS


def test_matrix_opens_with_documents_that_have_measures_in_common(many):
    answer = many.get("/measures")
    assert answer.status_code == 302
    shown = documents_in(answer.headers["location"])
    assert len(shown) == MOST_COLUMNS and set(shown[: len(ALIKE)]) == set(ALIKE)


def test_the_same_documents_are_chosen_again(many):
    assert len({many.get("/measures").headers["location"] for _ in range(3)}) == 1


def test_matrix_says_why_these_documents_stand_in_it(many):
    page = many.page(many.get("/measures").headers["location"])
    assert "由程序选出彼此共有的措施最多的" in page.select_one(".message").text
    first = page.select_one("table.coverage tbody tr:not(.group)")
    assert "并列的 6 份" in first.th.text and [b.text for b in first.select("td b")][:6] == ["同文"] * 6


def test_documents_that_are_named_stand_in_the_matrix_and_no_others(many):
    page = many.page(f"/measures?d={GANSU}&d={GUANGDONG}")
    assert [a["href"] for a in page.select("table.coverage thead th > a")] == [f"/d/{GANSU}", f"/d/{GUANGDONG}"]
    assert "由程序选出" not in page.text


def test_one_document_brings_those_that_have_most_in_common_with_it(many):
    shown = documents_in(many.get(f"/measures?of={GUANGDONG}").headers["location"])
    assert shown[0] == GUANGDONG and set(shown[: len(ALIKE)]) == set(ALIKE)


def test_a_document_is_added_by_words_of_its_title_and_taken_away_by_a_link(many):
    here = f"/measures?d={GANSU}&d={GUANGDONG}"
    added = many.get(f"{here}&add=新疆").headers["location"]
    new, *rest = documents_in(added)
    assert new.startswith("xj-") and rest == [GANSU, GUANGDONG]
    without = many.page(added).select_one('.chips a[aria-label^="去掉：新疆"]')["href"]
    assert documents_in(without) == [GANSU, GUANGDONG]


def test_words_that_may_mean_several_documents_are_asked_about(many):
    page = many.page(f"/measures?d={GANSU}&add=北京")
    ways = [documents_in(a["href"]) for a in page.select(".unclear a")]
    assert len(ways) == 2 and all(way[0].startswith("bj-") and way[1:] == [GANSU] for way in ways)


def test_words_that_name_no_document_are_answered(many):
    assert "没有编号为“西湖醋鱼”的文件" in many.page(f"/measures?d={GANSU}&add=西湖醋鱼").select_one(".message").text


@pytest.mark.parametrize("path", ["/measures.json", "/measures.csv", "/measures.docx"])
def test_what_is_taken_away_needs_no_documents_named(many, path):
    assert many.get(path).status_code == 200


def test_data_name_the_documents_that_were_chosen(many):
    found = many.get("/measures.json").json()
    assert documents_in(found["path"]) == [column["id"] for column in found["columns"]]
    assert found["all_documents"] == MANY and len(found["documents"]) == MOST_COLUMNS


def test_no_page_lists_all_documents(many):
    pages = ["/", "/d", "/search?q=工作", "/themes", "/agencies", "/compare", many.get("/measures").headers["location"], "/reuse"]
    assert {path: len(many.page(path).select("option")) for path in pages if len(many.page(path).select("option")) > MOST_LISTED} == {}


@pytest.mark.parametrize("typed", [GUANGDONG, f"/d/{GUANGDONG}", f"https://example.cn/d/{GUANGDONG}@v1/part_1__cl_1"])
def test_reuse_takes_an_id_or_an_address(many, typed):
    page = many.page(f"/reuse?a={GUANGDONG}") if typed == GUANGDONG else many.page(many.get(f"/reuse?a={typed}").headers["location"].partition("#")[0])
    assert page.select_one('.reuse-form input[name="a"]')["value"] == GUANGDONG


def test_reuse_takes_words_and_answers_with_the_address_of_the_document(many):
    assert many.get("/reuse?a=广东 2012").headers["location"] == f"/reuse?a={GUANGDONG}#passages"
    assert many.get(f"/reuse?a={GUANGDONG}&b=甘肃 2012").headers["location"] == f"/reuse?a={GUANGDONG}&b={GANSU}#passages"


def test_reuse_asks_which_document_is_meant(many):
    page = many.page(f"/reuse?a={GUANGDONG}&b=北京")
    assert "“北京”可能指 2 份文件" in page.select_one(".unclear").text
    assert all(a["href"].startswith(f"/reuse?a={GUANGDONG}&b=bj-") for a in page.select(".unclear a"))


def test_reuse_drops_a_document_by_a_link(many):
    assert many.page(f"/reuse?a={GUANGDONG}&b={GANSU}").select_one(".reuse-form a.chip")["href"] == f"/reuse?a={GANSU}#passages"


def test_fields_for_a_document_have_names_and_suggestions(many):
    fields = many.page("/reuse").select(".reuse-form input[type=text]")
    assert [field.find_parent("label").text.split()[0] for field in fields] == ["文件", "与"]
    assert {field["data-suggest"] for field in fields} == {"/suggest-documents.json"}


def test_a_suggestion_is_told_by_its_title_and_taken_by_its_id(many):
    (only,) = many.get("/suggest-documents.json?q=广东 2012").json()["suggestions"]
    assert only["q"] == GUANGDONG and re.fullmatch(r"广东第\d+号规划", only["text"]) and only["kind_label"].endswith("2012")


@pytest.mark.parametrize("typed", ["", "%20", "%00", "<script>", "%ED%A0%80", "'", "a" * 5000, "龘"])
def test_odd_words_suggest_nothing_and_break_nothing(many, typed):
    answer = many.get(f"/suggest-documents.json?q={typed}")
    assert answer.status_code == 200 and json.loads(answer.content) == {"suggestions": []}
    assert many.get(f"/reuse?a={typed}").status_code == 200 and many.get(f"/measures?d={GANSU}&add={typed}").status_code == 200


def test_targets_stand_beside_each_other_for_some_documents_that_have_most_of_them(busy):
    assert WITH_TARGET > MOST_WITH_TARGETS
    answer = busy.get("/indicators")
    shown = documents_in(answer.headers["location"])
    assert answer.status_code == 302 and len(shown) == MOST_WITH_TARGETS and set(ALIKE) <= set(shown)
    page = busy.page(answer.headers["location"])
    assert len(page.select("table.compared thead th")) == 1 + MOST_WITH_TARGETS and f"{WITH_TARGET} 份" in page.select_one(".message").text


def test_targets_of_the_documents_that_are_named(busy):
    page = busy.page(f"/indicators?d={GANSU}&d={GUANGDONG}")
    assert [a["href"] for a in page.select("table.compared thead a")] == [f"/d/{GANSU}", f"/d/{GUANGDONG}"]
    assert documents_in(page.select_one('.chips a[aria-label^="去掉：甘肃"]')["href"]) == [GUANGDONG]
    assert documents_in(busy.get(f"/indicators?d={GANSU}&add=广东 2012").headers["location"]) == [GUANGDONG, GANSU]
    assert "不是哪份列有可比指标的文件" in busy.page(f"/indicators?d={GANSU}&add=西湖").text


def test_tables_to_take_away_hold_the_targets_of_all_documents(busy):
    assert len(busy.get("/indicators.csv").text.splitlines()) == 1 + WITH_TARGET + len(ALIKE)


def test_an_agency_shows_duties_of_every_province(busy):
    page = busy.page("/agencies/a1")
    assert len(page.select(".duties li")) == MOST_DUTIES < DUTIES
    assert [a["href"] for a in page.select(".role-document h3 a")] == [f"/d/{BUSY}-2012-guihua", f"/d/{QUIET}-2012-guihua"]


def test_shades_of_a_large_table_tell_much_from_little(busy):
    shades = {cell.a["aria-label"].split("：")[0]: cell["class"][0] for cell in busy.page("/themes").select("table.whole td[class^=n]") if cell.a}
    assert len(set(shades.values())) == 2 and sorted(shades.values())[-1] == "n4"


def test_a_document_is_found_in_the_list_by_words_of_its_title(many):
    assert many.get("/d?find=广东 2012").headers["location"] == f"/d/{GUANGDONG}"
    page = many.page("/d?find=北京")
    assert [a["href"][:6] for a in page.select(".unclear a")] == ["/d/bj-"] * 2 and "没有文件的题名" in many.page("/d?find=西湖").text
