"""The reading page and the provision page print what the document says, as it is structured."""

from __future__ import annotations

import re

import pytest

from plugins.web.frame import find_wordy
from tests.conftest import DOCUMENT_IDS
from tests.site.conftest import CHONGQING, HEBEI, LIAONING, SHANXI


@pytest.mark.parametrize("document_id", DOCUMENT_IDS)
def test_reading_page_prints_every_character(site, document_id):
    """What the units hold as their own stands on the page, in order; only separators of table cells are left out."""
    page = site.page(f"/d/{document_id}")
    text = page.select_one(".text")
    for extra in text.select(".ref, .kin, .inferred"):
        extra.decompose()
    rows = site.get(f"/kb/provisions.json?_shape=array&_size=max&document_id={document_id}&_sort=seq").json()
    version = site.get(f"/kb/versions.json?_shape=array&document_id={document_id}").json()[0]["text"]
    own = "".join(version[row["start"] : row["own_end"]] for row in rows if not row["number_inferred"])
    inferred = "".join(row["heading"] for row in rows if row["number_inferred"])
    assert sorted(_visible(text.get_text())) == sorted(_visible(own + inferred))


@pytest.mark.parametrize("document_id", DOCUMENT_IDS)
def test_every_provision_has_an_anchor_and_an_address(site, document_id):
    page = site.page(f"/d/{document_id}")
    eids = {row["eid"] for row in site.get(f"/kb/provisions.json?_shape=array&_size=max&document_id={document_id}").json()}
    assert eids <= {element["id"] for element in page.select(".text [id]")}
    assert {link["href"] for link in page.select(".text .ref")} == {f"/d/{document_id}/{eid}" for eid in eids}


def test_contents_list_parts_clauses_and_boxes(site):
    entries = [link["href"] for link in site.page(f"/d/{LIAONING}").select("[data-contents] ol a")]
    assert sum(href.startswith("#box_") for href in entries) == 6
    assert sum("__cl_" in href for href in entries) == 38
    assert sum(bool(re.fullmatch(r"#part_\d", href)) for href in entries) == 9


def test_table_is_a_table(site):
    table = site.page(f"/d/{LIAONING}").select_one("#box_1 table")
    assert [head.get_text() for head in table.select("thead th")] == ["主要指标", "2021-2025年目标", "属性"]
    assert len(table.select("tbody tr.row")) == 9
    assert [_words(cell) for cell in table.select("#box_1__row_1 td")] == ["1.开展补贴性职业技能培训(人次)", "150万", "预期性"]


def test_groups_of_a_table_span_it(site):
    groups = site.page(f"/d/{CHONGQING}").select("#box_1 tr.group th")
    assert [group.get_text() for group in groups] == ["一、培训数量", "二、技能人才", "三、培训资源"]
    assert {group["colspan"] for group in groups} == {"3"}


def test_note_stands_beneath_its_table(site):
    box = site.page(f"/d/{CHONGQING}").select_one("#box_1")
    assert box.select_one(".table-scroll ~ .note")["id"] == "box_1__note_1"


def test_part_of_an_indicator_is_indented(site):
    page = site.page(f"/d/{LIAONING}")
    assert [cell.parent["id"] for cell in page.select("td.part-of")] == ["box_1__row_2", "box_1__row_3", "box_1__row_5"]


def test_heading_on_its_own_line_stays_alone(site):
    clause = site.page(f"/d/{HEBEI}").select_one("#part_3__cl_4")
    assert clause.select_one(".run-on") is None


def test_heading_with_text_run_on_stays_run_on(site):
    clause = site.page(f"/d/{LIAONING}").select_one("#part_3__cl_3")
    assert clause.select_one(".run-on #part_3__cl_3__para_1")


def test_inferred_number_says_so(site):
    number = site.page(f"/d/{LIAONING}").select_one("#part_2 .inferred")
    assert number.get_text(" ", strip=True) == "二、 推定"


def test_supplied_title_says_so(site):
    title = site.page(f"/d/{SHANXI}").select_one("h1 .inferred")
    assert title.select_one("small").get_text() == "代拟"


def test_unknown_facts_are_left_out(site):
    names = {name.get_text() for name in site.page(f"/d/{SHANXI}").select(".facts dt")}
    assert not names & {"文号", "发文机关", "成文日期"}


def test_pinned_page_links_to_pinned_pages(site):
    page = site.page(f"/d/{LIAONING}@v1")
    assert all(link["href"].startswith(f"/d/{LIAONING}@v1/") for link in page.select(".text .ref"))


def test_provision_shows_the_way_to_it(site):
    steps = site.page(f"/d/{LIAONING}/box_1__row_2").select(".breadcrumb a")
    assert [step["href"].rpartition("/")[2] for step in steps] == [LIAONING, "part_2", "part_2__cl_2", "box_1"]


def test_provision_knows_its_neighbours_across_parts(site):
    page = site.page(f"/d/{LIAONING}/part_5__cl_14")
    assert page.select_one("a[rel=prev]")["href"].endswith("/part_4__cl_13")
    assert page.select_one("a[rel=next]")["href"].endswith("/part_5__cl_15")


def test_first_provision_has_no_neighbour_before(site):
    assert site.page(f"/d/{LIAONING}/part_1").select_one("a[rel=prev]") is None


def test_passage_marks_the_place(site):
    page = site.page(f"/d/{LIAONING}/part_5__cl_14")
    text = site.get(f"/d/{LIAONING}/part_5__cl_14.json").json()["text"]
    assert _visible(page.select_one(".passage mark").get_text()) == _visible(text)


def test_row_shows_its_indicator_with_the_printed_value(site):
    row = site.page(f"/d/{LIAONING}/box_1__row_1").select_one("table.sheet tbody tr")
    assert [cell.get_text() for cell in row.select("td")][1:4] == ["150万", "1,500,000", "人次"]


def test_doubt_is_shown_with_its_provision(site):
    page = site.page(f"/d/{CHONGQING}/box_1__row_6")
    assert "疑有字符丢失" in page.get_text()


def _visible(words: str) -> str:
    return re.sub(r"[\s|]", "", words)


def _words(cell) -> str:
    return "".join(cell.find_all(string=True, recursive=False))


def test_a_column_of_words_is_told_from_a_column_of_figures():
    rows = [{"cells": ["1", "受理后二十个工作日内办结", "≥95%（2025年）"]}, {"cells": ["2", "按季度向省级主管部门报送进展情况", ""]}, {"cells": None}]
    assert find_wordy(["序号", "要求", "目标"], rows) == {1}
