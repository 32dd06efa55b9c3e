"""Targets compared: one row a target, one column a document, each value with what is printed."""

from __future__ import annotations

import csv
import io
import sqlite3

import openpyxl
import pytest

from plugins.web.frame import write_han_number
from query.indicators import list_indicators
from query.tables import INDICATOR_COLUMNS, write_table_csv
from tests.site.conftest import CHONGQING, HEBEI, LIAONING


@pytest.fixture(scope="module")
def compared(site_db):
    connection = sqlite3.connect(f"file:{site_db}?mode=ro", uri=True)
    yield list_indicators(connection)
    connection.close()


def cell(page, concept: str, document_id: str):
    heads = [link["href"] for link in page.select(".compared thead a")]
    return page.find(id=concept).select("td")[heads.index(f"/d/{document_id}")]


def test_every_indicator_is_on_the_page_once(site, site_db):
    ids = [row[0] for row in sqlite3.connect(site_db).execute("select id from indicators")]
    shown = [link["href"] for link in site.page("/indicators").select("a.value")]
    assert sorted(shown) == sorted("/d/" + id_.replace("__", "/", 1) for id_ in ids)


def test_value_in_base_units_stands_over_what_is_printed(site):
    words = cell(site.page("/indicators"), "subsidised-training", CHONGQING).get_text(" ", strip=True)
    assert words.startswith("150万 人次") and "印作 〔150〕 （万人次）" in words and "2025年，累计，预期性" in words


def test_operator_is_shown(site):
    assert cell(site.page("/indicators"), "subsidised-training", HEBEI).select_one(".op").get_text() == "≥"


def test_table_that_does_not_say_is_said_not_to_say(site):
    assert "未说明是否累计" in cell(site.page("/indicators"), "subsidised-training", LIAONING).get_text()


def test_bar_is_the_share_of_the_largest(site):
    bars = {document: float(cell(site.page("/indicators"), "subsidised-training", document).select_one(".fill")["width"]) for document in (HEBEI, LIAONING)}
    assert bars == {HEBEI: 100.0, LIAONING: 55.56}


def test_scale_is_told(site):
    assert "满格为 270万人次，从 0 起" in site.page("/indicators").find(id="subsidised-training").get_text()


def test_parts_follow_their_whole(compared):
    wholes = {concept["id"]: concept["part_of"] for concept in compared["concepts"]}
    assert wholes == {
        "subsidised-training": None, "migrant-training": "subsidised-training", "apprenticeship": "subsidised-training",
        "certificates": None, "senior-certificates": "certificates",
    }  # fmt: skip
    assert list(wholes) == ["subsidised-training", "migrant-training", "apprenticeship", "certificates", "senior-certificates"]


def test_difference_in_definition_is_told(site):
    assert "重庆以人计" in site.page("/indicators").select_one("#certificates .note").get_text()


def test_target_of_one_document_is_not_compared(compared):
    assert all(len(concept["values"]) > 1 for concept in compared["concepts"])


def read_csv(response) -> list[dict]:
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def test_csv_holds_every_indicator_once(site, site_db):
    ids = [row[0] for row in sqlite3.connect(site_db).execute("select id from indicators")]
    rows = read_csv(site.get("/indicators.csv"))
    assert sorted(row["单元编号"] for row in rows) == sorted(ids)
    assert rows[0]["数值（基本单位）"] == "1500000"


def test_excel_holds_what_the_csv_holds_with_numbers_as_numbers(site):
    book = openpyxl.load_workbook(io.BytesIO(site.get("/indicators.xlsx").content))
    rows = list(book["指标"].iter_rows(values_only=True))
    table = [[row[column.head] for column in INDICATOR_COLUMNS] for row in read_csv(site.get("/indicators.csv"))]
    plain = [["" if value is None else str(value) for value in row] for row in rows[1:]]
    assert plain == [[value.removeprefix("'") for value in row] for row in table]
    assert isinstance(rows[1][rows[0].index("数值（基本单位）")], int)


def test_cell_like_a_formula_is_neutralised():
    row = {column.key: None for column in INDICATOR_COLUMNS} | {"name": "=1+1", "value": 2.5}
    assert "'=1+1" in write_table_csv(INDICATOR_COLUMNS, [row]).decode("utf-8-sig")


@pytest.mark.parametrize("value, words", [(1500000.0, "150万"), (56700, "5.67万"), (240, "240"), (97.5, "97.5"), (2e8, "2亿"), (None, "")])
def test_number_is_written_as_policy_texts_do(value, words):
    assert write_han_number(value) == words
