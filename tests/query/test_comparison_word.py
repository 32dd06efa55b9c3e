"""A comparison for Word: every character is there, in its column; marks, sources and structure are Word's own."""

from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from query.citation import cite_by_law_manual, gather
from query.comparison_word import write_comparison_word
from query.export import keep_to_xml
from tests.query.made import BUILD, NAMES, absolute, make_cell, make_column, make_comparison, make_sentence


def write(comparison: dict):
    return Document(BytesIO(write_comparison_word(comparison, NAMES, absolute, BUILD, date(2026, 5, 2))))


@pytest.fixture(scope="module")
def made():
    return write(make_comparison())


def runs_of(cell) -> list[tuple[str, str]]:
    """The words of a cell with the name of their style, empty where they look plain."""
    names = [(run.text, run.style.name) for paragraph in cell.paragraphs for run in paragraph.runs]
    return [(text, "" if name == "Default Paragraph Font" else name) for text, name in names]


def words_of(cell) -> str:
    """The document's words in a cell, without ours."""
    return "".join(text for text, style in runs_of(cell) if style != "编者标注")


def body_of(document) -> list[list]:
    """The cells of the aligned rows: the first table without its head and its row of sources."""
    return [row.cells for row in document.tables[0].rows[2:]]


def footnotes_of(document):
    """The footnotes' part and its element: python-docx does not read them itself."""
    part = document.part.part_related_by(RT.FOOTNOTES)
    return part, parse_xml(part.blob)


def notes_of(document) -> list[str]:
    _, element = footnotes_of(document)
    notes = [note for note in element.findall(qn("w:footnote")) if note.get(qn("w:type")) is None]
    return ["".join(text.text for text in note.iter(qn("w:t"))) for note in notes]


def visible(text: str) -> str:
    return "".join(keep_to_xml(text).split())


SENTENCE = st.text(st.one_of(st.characters(), st.sampled_from("一二。，\n\t\r <&\x00\x0b\ufffe\ud800=")), min_size=1, max_size=12)
SHARE = st.sampled_from(["all", "some", "one", None])


@st.composite
def comparisons(draw) -> dict:
    """Columns of sentences that stand in rows in any order."""
    columns, placed = [], []
    rows = draw(st.integers(1, 4))
    for n in range(1, draw(st.integers(2, 6)) + 1):
        parts = draw(st.lists(st.lists(st.tuples(SENTENCE, SHARE), min_size=1, max_size=3), max_size=5))
        sentences, start = [], 0
        for position, pieces in enumerate(parts, 1):
            sentence = make_sentence(position, start, *pieces, row=draw(st.integers(1, rows)), moved=draw(st.booleans()), stock=draw(st.booleans()))
            sentences.append(sentence)
            start = sentence["end"]
        columns.append(make_column(n, f"省{n}", "".join(sentence["text"] for sentence in sentences)))
        placed.append(sentences)
    made_rows = []
    for number in range(1, rows + 1):
        cells = [[sentence for sentence in sentences if sentence["row"] == number] for sentences in placed]
        kind = "alone" if sum(map(bool, cells)) == 1 else "part"
        made_rows.append({"n": number, "kind": kind, "cells": [make_cell(*cell) if cell else None for cell in cells]})
    return make_comparison(columns=columns, rows=made_rows, strips=[])


@settings(deadline=None)  # the first example imports python-docx
@given(comparisons())
def test_no_character_of_a_provision_is_missing_from_its_column(comparison):
    body = body_of(write(comparison))
    for position, _ in enumerate(comparison["columns"]):
        expected = [
            "".join(sentence["text"] for sentence in row["cells"][position]["sentences"]) if row["cells"][position] else ""
            for row in comparison["rows"]
        ]
        assert [visible(words_of(cells[position + 1])) for cells in body] == [visible(text) for text in expected]


def test_heads_name_province_and_provision(made):
    assert [cell.text for cell in made.tables[0].rows[0].cells] == ["行", "甲省\n（1）学徒", "乙省\n（2）学徒", "丙市\n（3）学徒"]


def test_second_row_names_the_documents(made):
    assert made.tables[0].rows[1].cells[2].text == "《乙省规划》\n2022年6月2日"


def test_rows_are_numbered_and_told_apart(made):
    assert [cells[0].text for cells in body_of(made)] == ["1\n相同", "2\n部分有", "3\n部分有", "4\n独有"]


def test_what_one_or_some_have_is_marked(made):
    assert runs_of(body_of(made)[1][1]) == [("要培训", "部分共有的字词"), ("5万", "独有的字词"), ("人。", "部分共有的字词")]


def test_what_all_have_and_what_is_not_judged_is_plain(made):
    assert runs_of(body_of(made)[0][1]) == [("（1）", ""), ("学徒", "")]


def test_marks_can_be_told_apart_without_colour(made):
    underlines = {made.styles[name].font.underline for name in ("独有的字词", "部分共有的字词")}
    assert len(underlines) == 2 and None not in underlines


def test_sentence_that_one_column_has_is_marked_by_its_cell(made):
    cell = body_of(made)[3][3]
    assert runs_of(cell) == [("鼓励企业办班。", "")]
    assert cell._tc.find(f"{qn('w:tcPr')}/{qn('w:tcBorders')}/{qn('w:left')}").get(qn("w:val")) == "double"


def test_missing_counterpart_is_said(made):
    assert [cell.text for cell in body_of(made)[3][1:3]] == ["—（无对应）"] * 2


def test_moved_sentence_says_where_it_stands(made):
    assert body_of(made)[1][2].text == "［原文第3句］要培训六万人。"


def test_sentence_at_its_own_place_says_its_row_and_its_row_says_where():
    rows = [
        {"n": 1, "kind": "part", "cells": [make_cell(make_sentence(1, 0, ("甲。", "all"))), make_cell(elsewhere=(2,)), None]},
        {"n": None, "kind": "loose", "cells": [None, make_cell(make_sentence(2, 3, ("乙。", "all"))), None]},
    ]
    body = body_of(write(make_comparison(rows=rows, view=["original"])))
    assert body[0][2].text == "［见原文第2句处］"
    assert [cell.text for cell in body[1]] == ["移位", "", "乙。［对应第1行］", ""]


def test_stock_phrases_are_grey_and_explained():
    rows = [{"n": 1, "kind": "same", "cells": [make_cell(make_sentence(1, 0, ("加强领导。", "one"), stock=True)), None, None]}]
    document = write(make_comparison(rows=rows, view=["dim"]))
    assert runs_of(body_of(document)[0][1]) == [("加强领导。", "套话")]
    assert "套话：几乎每份文件都有的话" in "".join(paragraph.text for paragraph in document.paragraphs)


def test_lines_of_a_cell_are_its_sentences_lines():
    sentences = [make_sentence(1, 0, ("（1）题\n", "all")), make_sentence(2, 5, ("甲。", "all")), make_sentence(4, 9, ("丁。", "all"))]
    rows = [{"n": 1, "kind": "part", "cells": [make_cell(*sentences), None, None]}]
    assert body_of(write(make_comparison(rows=rows)))[0][1].text == "（1）题\n甲。\n丁。"


def test_head_is_repeated_and_rows_are_whole(made):
    head, *rows = made.tables[0]._tbl.tr_lst
    assert head.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
    assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in [head, *rows])


def test_row_that_is_taller_than_half_a_page_may_be_split():
    rows = [{"n": 1, "kind": "alone", "cells": [make_cell(make_sentence(1, 0, ("长" * 2000, "one"))), None, None]}]
    row = write(make_comparison(rows=rows)).tables[0]._tbl.tr_lst[-1]
    assert row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is None


def test_columns_of_provisions_are_even(made):
    number, *widths = [int(column.get(qn("w:w"))) for column in made.tables[0]._tbl.tblGrid.gridCol_lst]
    assert max(widths) - min(widths) <= 1 and number < min(widths) / 3


def test_headings_are_words_own(made):
    headings = [(paragraph.style.name, paragraph.text) for paragraph in made.paragraphs if paragraph.style.name.startswith(("Title", "Heading"))]
    assert headings == [
        ("Title", "学徒：甲省、乙省、丙市三条并列"),
        ("Heading 1", "一、逐句对照"),
        ("Heading 1", "二、数量、机构、力度用语对照"),
        ("Heading 2", "数量"),
        ("Heading 2", "机构"),
        ("Heading 2", "力度用语"),
    ]


def test_footnotes_give_the_sources_in_the_order_of_the_columns(made):
    notes = notes_of(made)
    assert notes[0] == (
        " 甲省人民政府、甲省财政厅《甲省规划》（某政发〔2022〕1号）第1部分第1条，2022年6月1日成文，载政策文件库，"
        "https://kb.example.org/d/d1-2022-x@v1/part_1__cl_1，2026年5月2日访问。"
    )
    assert [note[1:4] for note in notes] == ["甲省人", "乙省人", "丙市人"]


def test_a_footnote_cites_as_the_page_of_the_provision_does(made):
    column = make_comparison()["columns"][1]
    cited = gather(column["document"], column["eid"], absolute(column["pinned"]), date(2026, 5, 2), BUILD["corpus_name"])
    assert notes_of(made)[1] == " " + cite_by_law_manual(cited)


def test_every_footnote_is_referred_to_once_outside_the_repeated_head(made):
    _, element = footnotes_of(made)
    ids = [note.get(qn("w:id")) for note in element.findall(qn("w:footnote"))]
    references = [mark.get(qn("w:id")) for mark in made.element.body.iter(qn("w:footnoteReference"))]
    assert ids == ["-1", "0", "1", "2", "3"] and references == ["1", "2", "3"]
    assert not list(made.tables[0]._tbl.tr_lst[0].iter(qn("w:footnoteReference")))


def test_address_in_a_footnote_can_be_followed(made):
    part, element = footnotes_of(made)
    links = [part.rels[link.get(qn("r:id"))].target_ref for link in element.iter(qn("w:hyperlink"))]
    assert links == [f"https://kb.example.org/d/d{n}-2022-x@v1/part_1__cl_{n}" for n in (1, 2, 3)]


def test_strips_say_what_stands_where(made):
    figures, agencies, force = ([[cell.text for cell in row.cells] for row in table.rows[1:]] for table in made.tables[1:])
    assert figures == [["培训", "5万人", "≥6［60,000人，力争］", "—"]]
    assert agencies == [["教育部门", "—", "牵头：省教育厅［2次］", "—"]]
    assert force == [["鼓励、支持、引导", "—", "—", "鼓励"]]


def test_it_says_when_it_was_made_what_is_left_out_and_where_it_is():
    text = "\n".join(paragraph.text for paragraph in write(make_comparison(hidden=3, remarks=["乙省给了两次。"])).paragraphs)
    assert "制作日期：2026年5月2日。语料版本 2.3，2026-05-01。" in text
    assert "说明：乙省给了两次。略去了各栏相同的 3 行。丙市：其中的专栏没有列入（专栏1 工程）。" in text


def test_properties_name_the_work_and_no_person(made):
    about = made.core_properties
    assert (about.title, about.subject, about.author, about.language) == ("学徒：甲省、乙省、丙市三条并列", "政策条款逐句对照", "政策文件库", "zh-CN")
    assert (about.comments, about.last_modified_by) == ("", "")


def test_page_is_a4_landscape_with_numbers(made):
    section = made.sections[0]
    assert section.orientation == WD_ORIENT.LANDSCAPE
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
    fields = [field.get(qn("w:instr")) for field in section.footer._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]


def test_every_paragraph_style_has_a_chinese_font(made):
    for style in made.styles:
        fonts = style.element.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
        if fonts is not None:
            assert fonts.get(qn("w:eastAsia")) in {"宋体", "仿宋", "黑体", "楷体"}, style.name
    assert made.styles.element.find(f".//{qn('w:lang')}").get(qn("w:eastAsia")) == "zh-CN"


def test_every_style_that_is_used_is_there():
    packed = zipfile.ZipFile(BytesIO(write_comparison_word(make_comparison(), NAMES, absolute, BUILD, date(2026, 5, 2))))
    parts = {name: parse_xml(packed.read(name)) for name in packed.namelist() if name.endswith(".xml") and name.startswith("word/")}
    there = {style.get(qn("w:styleId")) for style in parts["word/styles.xml"].iter(qn("w:style"))}
    used = {mark.get(qn("w:val")) for part in parts.values() for tag in ("pStyle", "rStyle", "tblStyle") for mark in part.iter(qn(f"w:{tag}"))}
    assert used and used <= there


def test_no_difference_is_said_and_the_sources_stay():
    document = write(make_comparison(rows=[], hidden=4, strips=[]))
    assert "各栏文字相同，没有差异。" in [paragraph.text for paragraph in document.paragraphs]
    assert len(notes_of(document)) == 3
