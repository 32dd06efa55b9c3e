"""The coverage matrix as a page and to take away, and counterparts on a provision's page."""

from __future__ import annotations

import csv
import io

import pytest
from docx import Document
from openpyxl import load_workbook

from tests.site.conftest import CHONGQING, HEBEI, LIAONING, SHANXI


def test_matrix_has_a_row_a_measure_and_a_column_a_document(site):
    page = site.page("/measures")
    rows = page.select("table.coverage tbody tr:not(.group)")
    assert len(page.select("table.coverage thead th")) == 6 and all(len(row.select("td")) == 5 for row in rows)
    assert f"{len(rows)} 项措施" in page.h1.text


def test_every_cell_says_its_state_in_words(site):
    words = {cell.b.text for cell in site.page("/measures").select("table.coverage td")}
    assert words == {"同文", "改写", "自有", "顺带", "未提及"}


def test_what_is_not_mentioned_says_in_how_much_text_it_was_looked_for(site):
    """Of Shanxi's scheme: nineteen clauses, the preamble and the paragraph of its first part."""
    assert "山西查了 21 条" in site.page("/measures").select_one(".caption").text


def test_a_measure_opens_its_side_by_side(site):
    link = site.page("/measures").select_one("table.coverage tbody th[scope=row] a")["href"]
    assert link.startswith("/compare?m=") and site.get(link).status_code == 200


def test_a_measure_is_addressed_by_any_of_its_provisions(site):
    answer = site.get(f"/measures/{LIAONING}__part_7__cl_27")
    assert answer.status_code == 302 and answer.headers["location"].startswith("/compare?m=")


def test_unknown_measure_is_a_helpful_404(site):
    page = site.page("/measures/%3Cscript%3E", status=404)
    assert page.select_one('a[href="/measures"]') and not page.find("script", string=True)


def test_filters_are_kept_in_the_form(site):
    page = site.page(f"/measures?of={SHANXI}&state=absent&sort=spread&least=1&d={SHANXI}&d={HEBEI}")
    chosen = {select["name"]: select.select_one("option[selected]")["value"] for select in page.select("form select") if select.select_one("option[selected]")}
    assert chosen == {"of": SHANXI, "state": "absent", "sort": "spread", "least": "1"}
    assert {box["value"] for box in page.select("input[type=checkbox][checked]")} == {SHANXI, HEBEI}


@pytest.mark.parametrize("query", ["least=0", "page=-1", "sort=%27", "state=%3Cb%3E", "theme=%27%20or%201", "d=%00", "of=" + "x" * 5000, "page=999999"])
def test_odd_parameters_are_answered(site, query):
    assert site.get(f"/measures?{query}").status_code == 200


def test_nothing_found_says_so(site):
    assert site.page("/measures?theme=nothing").select_one(".nothing a")["href"] == "/measures"


def test_csv_has_a_line_for_every_cell(site):
    body = site.get("/measures.csv?least=1").content
    lines = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    total = site.get("/measures.json?least=1").json()["total"]
    assert len(lines) == 5 * total and {line["措辞"] for line in lines} == {"同文", "改写", "自有", "顺带", "未提及"}


def test_workbook_opens_with_what_it_is(site):
    book = load_workbook(io.BytesIO(site.get("/measures.xlsx").content))
    assert book.sheetnames == ["覆盖矩阵", "说明"] and book["覆盖矩阵"]["A1"].value == "措施"


def test_provision_lists_counterparts_with_reasons(site):
    block = site.page(f"/d/{LIAONING}/part_4__cl_13").select_one(".counterparts")
    first = block.select_one(f'a[href="/d/{HEBEI}/part_6__cl_17"]')
    assert first and "标题相近" in first.find_parent("p").text
    side = block.select_one(f'a[href="/compare?p={LIAONING}/part_4__cl_13&p={HEBEI}/part_6__cl_17"]')
    assert side and site.get(side["href"]).status_code == 200


def test_provision_without_counterparts_names_where_it_was_looked_for(site):
    words = site.page("/d/ln-2022-jigong-jiaoyu/part_4__cl_11").select_one(".counterparts .caption").text
    assert "没有找到对应条款" in words and "查了" in words and "不等于当地没有规定" in words


def test_counterparts_as_json(site):
    found = site.get(f"/counterparts/{CHONGQING}__part_2__cl_7.json").json()
    assert {d["id"] for d in found["documents"]} >= {LIAONING, HEBEI}
    assert site.get("/counterparts/nothing.json").status_code == 404


def test_word_file_has_a_cell_for_every_document_and_says_the_states(site):
    document = Document(io.BytesIO(site.get("/measures.docx?theme=pay").content))
    table = document.tables[0]
    assert len(table.columns) == 2 + 5 and len(table.rows) == 1 + 1 + 1  # heads, extents, the one measure on pay
    assert [cell.text.split()[0] for cell in table.rows[2].cells[2:]].count("同文") == 3
    assert any("未提及" in paragraph.text for paragraph in document.paragraphs)
