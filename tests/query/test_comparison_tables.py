"""A comparison as data: nothing missing, nothing that a spreadsheet runs, numbers that can be reckoned with."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock

from query.comparison_tables import write_comparison_csv, write_comparison_xlsx
from tests.query.made import BUILD, NAMES, absolute, make_cell, make_comparison, make_sentence


def read_csv(comparison: dict) -> list[dict[str, str]]:
    body = write_comparison_csv(comparison, NAMES, absolute)
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def write_book(folder, comparison: dict, **options):
    write_comparison_xlsx(folder / "x.xlsx", comparison, NAMES, absolute, BUILD)
    return openpyxl.load_workbook(folder / "x.xlsx", **options)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return write_book(tmp_path_factory.mktemp("book"), make_comparison(hidden=2, remarks=["乙省给了两次。"]))


def rows_of(sheet) -> list[dict]:
    heads, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(heads, row)) for row in rows]


def test_csv_opens_in_excel():
    body = write_comparison_csv(make_comparison(), NAMES, absolute)
    assert body.startswith(b"\xef\xbb\xbf") and body.endswith(b"\r\n")


def test_csv_has_a_row_for_every_sentence_and_every_silence():
    assert [(row["行"], row["栏"], row["原文第几句"], row["文字"]) for row in read_csv(make_comparison())] == [
        ("1", "1", "1", "（1）学徒"),
        ("1", "2", "1", "（2）学徒"),
        ("1", "3", "1", "（3）学徒"),
        ("2", "1", "2", "要培训5万人。"),
        ("2", "2", "3", "要培训六万人。"),
        ("2", "3", "", "—（无对应）"),
        ("3", "1", "3", "'=要先给补贴。"),
        ("3", "2", "2", "'=要先给补贴。"),
        ("3", "3", "", "—（无对应）"),
        ("4", "1", "", "—（无对应）"),
        ("4", "2", "", "—（无对应）"),
        ("4", "3", "2", "鼓励企业办班。"),
    ]


def test_csv_tells_shares_moves_places_and_sources():
    row = read_csv(make_comparison())[4]
    assert (row["行类"], row["是否挪动"], row["只有这一栏有的词"], row["部分栏有的词"]) == ("部分有", "挪动", "六万", "要培训｜人。")
    assert (row["起（条款文字中的第几字，从0起）"], row["止（不含）"]) == ("13", "20")
    assert (row["文件"], row["文号"], row["日期"]) == ("乙省规划", "某政发〔2022〕2号", "2022-06-02")
    assert row["固定地址"] == "https://kb.example.org/d/d2-2022-x@v1/part_1__cl_2"


def test_csv_names_the_aligned_row_of_a_sentence_at_its_own_place():
    rows = [{"n": None, "kind": "loose", "cells": [None, make_cell(make_sentence(2, 6, ("乙。", "all"), row=3)), None]}]
    assert [(row["行"], row["行类"], row["栏"], row["是否挪动"]) for row in read_csv(make_comparison(rows=rows))] == [("3", "移位", "2", "挪动")]


def test_workbook_has_its_sheets(book):
    assert book.sheetnames == ["对照", "事实", "来源", "说明"]


def test_aligned_rows_have_a_column_a_provision(book):
    heads, *rows = book["对照"].iter_rows(values_only=True)
    assert heads == (
        "行",
        "行类",
        "甲省\n《甲省规划》\n（1）学徒\n2022-06-01",
        "乙省\n《乙省规划》\n（2）学徒\n2022-06-02",
        "丙市\n《丙市规划》\n（3）学徒\n2022-06-03",
    )
    assert rows == [
        (1, "相同", "（1）学徒", "（2）学徒", "（3）学徒"),
        (2, "部分有", "要培训5万人。", "［原文第3句］要培训六万人。", "—（无对应）"),
        (3, "部分有", "=要先给补贴。", "=要先给补贴。", "—（无对应）"),
        (4, "独有", "—（无对应）", "—（无对应）", "鼓励企业办班。"),
    ]


def test_what_looks_like_a_formula_is_text(book):
    cell = book["对照"]["C4"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=要先给补贴。", "s", True)


def test_words_that_one_column_has_are_underlined(tmp_path):
    value = write_book(tmp_path, make_comparison(), rich_text=True)["对照"]["C3"].value
    assert isinstance(value, CellRichText)
    assert [(str(piece), piece.font.u if isinstance(piece, TextBlock) else None) for piece in value] == [
        ("要培训", None),
        ("5万", "single"),
        ("人。", None),
    ]


def test_figures_are_numbers_and_silence_is_said(book):
    figures = [row for row in rows_of(book["事实"]) if row["类别"] == "数量"]
    assert [(row["地区"], row["印出的文字"], row["关系"], row["数值（基本单位）"], row["基本单位"], row["是否力争"]) for row in figures] == [
        ("甲省", "5万人", "≥", 50000, "人", None),
        ("乙省", "6", "≥", 60000, "人", "力争"),
        ("丙市", "—（没有写）", None, None, None, None),
    ]


def test_agencies_and_binding_words_are_facts_too(book):
    facts = [(row["类别"], row["事项"], row["地区"], row["印出的文字"], row["性质"], row["次数"]) for row in rows_of(book["事实"])]
    assert ("机构", "教育部门", "乙省", "省教育厅", "牵头", None) in facts
    assert ("力度用语", "鼓励、支持、引导", "丙市", "鼓励", None, 1) in facts


def test_sources_have_pinned_addresses_that_can_be_followed(book):
    rows = rows_of(book["来源"])
    assert [row["发文机关"] for row in rows] == ["甲省人民政府、甲省财政厅", "乙省人民政府、乙省财政厅", "丙市人民政府、丙市财政厅"]
    assert rows[2]["其中没有列入的专栏"] == "专栏1 工程"
    cell = book["来源"].cell(2, book["来源"].max_column)
    assert cell.hyperlink.target == cell.value == "https://kb.example.org/d/d1-2022-x@v1/part_1__cl_1"


def test_last_sheet_says_what_it_is(book):
    said = dict(book["说明"].iter_rows(values_only=True))
    assert said["内容"] == "学徒：甲省、乙省、丙市三条并列"
    assert said["略去"] == "各栏相同的 2 行" and said["说明"] == "乙省给了两次。"
    assert (said["语料版本"], said["语料校验和"]) == ("2.3，2026-05-01", "c0ffee")


def test_characters_that_xml_forbids_do_not_break_the_workbook(tmp_path):
    sentence = make_sentence(1, 0, ("甲\x00\x0b", "all"), ("乙\ufffe", "one"), ("\x01", "one"))
    rows = [{"n": 1, "kind": "part", "cells": [make_cell(sentence), make_cell(sentence), None]}]
    assert write_book(tmp_path, make_comparison(rows=rows))["对照"]["C2"].value == "甲乙"
