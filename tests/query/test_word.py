"""The building blocks of files for Word."""

from __future__ import annotations

from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn

from query.word import Cell, Words, add_heading, add_paragraph, add_table, fit_size, save_document, start_document


def reopen(document):
    return Document(BytesIO(save_document(document)))


def test_row_of_another_length_than_the_head_is_refused():
    with pytest.raises(ValueError, match="a row of 1 cells in a table of 2 columns"):
        add_table(start_document("题"), ["甲", "乙"], [["一"]])


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "/d/x"])
def test_address_that_is_not_of_the_web_is_no_link(address):
    document = start_document("题")
    add_paragraph(document, Words("看这里", link=address))
    assert reopen(document).paragraphs[-1].hyperlinks == []


def test_characters_that_xml_forbids_are_left_out_everywhere():
    document = start_document("题\x00目", subject="\x0b主", author="\ud800人")
    add_heading(document, "一\x01、")
    add_table(document, ["甲\x02"], [[Words("乙\ufffe", note="注\x1f")]], caption="表\x03")
    again = reopen(document)
    assert [paragraph.text for paragraph in again.paragraphs[:2]] == ["题目", "一、"]
    assert [row.cells[0].text for row in again.tables[0].rows] == ["甲", "乙"]
    assert (again.core_properties.title, again.core_properties.subject, again.core_properties.author) == ("题目", "主", "人")


def test_title_longer_than_a_property_holds_is_whole_on_the_page():
    again = reopen(start_document("长" * 300))
    assert again.paragraphs[0].text == "长" * 300 and len(again.core_properties.title) == 255


def test_line_breaks_begin_paragraphs_and_tabs_stay():
    document = start_document("题")
    add_table(document, ["甲"], [["一\r\n二\r三\n四\t五"]])
    assert [paragraph.text for paragraph in reopen(document).tables[0].rows[1].cells[0].paragraphs] == ["一", "二", "三", "四\t五"]


def test_cell_may_have_a_tint():
    document = start_document("题", landscape=False)
    add_table(document, ["甲", "乙"], [["一", Cell("二", tint="DDDDDD")]])
    shades = [cell._tc.find(f"{qn('w:tcPr')}/{qn('w:shd')}") for cell in reopen(document).tables[0].rows[1].cells]
    assert shades[0] is None and shades[1].get(qn("w:fill")) == "DDDDDD"


def test_footnotes_are_numbered_in_the_order_of_the_text():
    document = start_document("题")
    add_paragraph(document, [Words("甲", note="一"), "、", Words("乙", note=["二", Words("址", link="https://a.example/")])])
    add_paragraph(document, Words("丙", note="三"))
    references = [mark.get(qn("w:id")) for mark in reopen(document).element.body.iter(qn("w:footnoteReference"))]
    assert references == ["1", "2", "3"]


def test_more_columns_have_smaller_type():
    assert [fit_size(columns) for columns in (3, 7, 12)] == [10.5, 9.0, 7.5]
