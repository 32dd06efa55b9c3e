"""What the side by side shows can be taken away as Word, Excel and CSV."""

from __future__ import annotations

import csv
import io
from urllib.parse import unquote

import openpyxl
import pytest
from docx import Document

from tests.site.conftest import CHONGQING, HEBEI, HOSTILE_ID, LIAONING

QUERY = f"p={HEBEI}/part_6__cl_17&p={LIAONING}/part_4__cl_13&p={CHONGQING}/part_2__cl_7"
FORMS = ["docx", "xlsx", "csv"]
QUERIES = [QUERY, f"{QUERY}&view=diff", f"{QUERY}&view=original,dim", f"p={HEBEI}/part_9&p={LIAONING}/part_9", f"p={HEBEI}/box_1&p={LIAONING}/box_1"]


def compare(site, query: str) -> dict:
    response = site.get(f"/compare.json?{query}")
    assert response.status_code == 200
    return response.json()


def table_of(site, query: str):
    return Document(io.BytesIO(site.get(f"/compare.docx?{query}").content)).tables[0]


def solid(words: str) -> str:
    return "".join(words.split())


@pytest.mark.parametrize("query", QUERIES)
def test_word_has_every_sentence_in_its_row_and_column(site, query):
    rows = [row.cells for row in table_of(site, query).rows[2:]]
    comparison = compare(site, query)
    assert len(rows) == len(comparison["rows"]) > 0
    for cells, row in zip(rows, comparison["rows"]):
        for cell, asked in zip(cells[1:], row["cells"]):
            for sentence in asked["sentences"] if asked else []:
                assert solid(sentence["text"]) in solid(cell.text)


@pytest.mark.parametrize("query", QUERIES)
def test_workbook_has_every_sentence_in_its_row_and_column(site, query):
    sheet = openpyxl.load_workbook(io.BytesIO(site.get(f"/compare.xlsx?{query}").content))["对照"]
    comparison = compare(site, query)
    assert sheet.max_row == len(comparison["rows"]) + 1
    for cells, row in zip(sheet.iter_rows(min_row=2, min_col=3, values_only=True), comparison["rows"]):
        for cell, asked in zip(cells, row["cells"]):
            for sentence in asked["sentences"] if asked else []:
                assert solid(sentence["text"]) in solid(cell)


def test_csv_puts_every_provision_together_again(site):
    table = list(csv.DictReader(io.StringIO(site.get(f"/compare.csv?{QUERY}").content.decode("utf-8-sig"), newline="")))
    for column in compare(site, QUERY)["columns"]:
        rows = [row for row in table if row["栏"] == str(column["n"]) and row["原文第几句"]]
        rows.sort(key=lambda row: int(row["原文第几句"]))
        assert solid("".join(row["文字"] for row in rows)) == solid(column["text"])


@pytest.mark.parametrize("form", FORMS)
def test_file_is_named_after_the_comparison(site, form):
    response = site.get(f"/compare.{form}?{QUERY}")
    name = response.headers["content-disposition"]
    assert name.startswith(f'attachment; filename="policy-comparison.{form}";')
    assert unquote(name.rpartition("''")[2]) == f"{compare(site, QUERY)['title']}.{form}"


@pytest.mark.parametrize("form", FORMS)
def test_head_gives_the_headers_alone(site, form):
    asked, got = site.head(f"/compare.{form}?{QUERY}"), site.get(f"/compare.{form}?{QUERY}")
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-disposition"] == got.headers["content-disposition"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("query", "status", "words"), [("", 400, "至少要两条"), (f"p={HEBEI}/part_9", 400, "至少要两条"), (f"{QUERY}&p=x/y", 404, "x/y")])
def test_what_cannot_be_compared_gets_one_line(site, form, query, status, words):
    response = site.get(f"/compare.{form}?{query}")
    assert response.status_code == status and response.headers["content-type"].startswith("text/plain")
    assert words in response.text and response.text.count("\n") == 1


def test_page_leads_to_the_files(site):
    links = [link["href"] for link in site.page(f"/compare?{QUERY}&view=dim").select(".compare-exports a")]
    for form in FORMS:
        link = next(link for link in links if link.startswith(f"/compare.{form}?"))
        assert "view=dim" in link and site.get(link).status_code == 200


def test_addresses_on_paper_are_whole(site):
    printed = site.page(f"/compare?{QUERY}").select_one(".compare-sources").text
    assert f"http://localhost/d/{HEBEI}@v1/part_6__cl_17" in printed and f"http://localhost/compare?{QUERY}" in printed


def test_files_leave_nothing_behind(site, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert site.get(f"/compare.xlsx?{QUERY}").status_code == 200
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", FORMS)
def test_hostile_words_do_no_harm(hostile_site, form):
    response = hostile_site.get(f"/compare.{form}?p={HOSTILE_ID}/part_1__cl_1&p={HOSTILE_ID}/part_1__cl_4")
    assert response.status_code == 200
    if form == "docx":
        assert "<script>" in Document(io.BytesIO(response.content)).tables[0].rows[2].cells[1].text
    if form == "csv":
        rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline=""))
        assert not [cell for row in rows for cell in row if cell[:1] in tuple("=＝+@")]
