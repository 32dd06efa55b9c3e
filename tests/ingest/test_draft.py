"""Drafts are read as documents are: pasted, as text files, as Word files; what cannot be read is refused in one line."""

from __future__ import annotations

import sqlite3
import zipfile
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls

from ingest import draft as reader
from ingest.draft import LIMITS, DraftError, learn_tagger, parse_draft, read_draft
from lang.words import cutter

FIXTURES = Path(__file__).parent / "fixtures"
DRAFT = """某省职业技能培训实施方案

一、总体要求

坚持就业导向。

二、主要任务

（一）推行新型学徒制。每年培训学徒不少于2万人。

（二）培育师资。现有教师300人。
"""


def save(document) -> bytes:
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def pack(parts: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return buffer.getvalue()


def message(data: bytes, name: str) -> str:
    with pytest.raises(DraftError) as raised:
        read_draft(data, name)
    assert "\n" not in raised.value.message
    return raised.value.message


def test_a_draft_is_parsed_like_a_document() -> None:
    draft = parse_draft(DRAFT)
    assert draft["title"] == "某省职业技能培训实施方案"
    assert [(p["eid"], p["heading"], p["part"]) for p in draft["provisions"]] == [
        ("part_1__para_1", "总体要求", "总体要求"),
        ("part_2__cl_1", "推行新型学徒制", "主要任务"),
        ("part_2__cl_2", "培育师资", "主要任务"),
    ]


def test_the_figures_of_a_draft_stand_by_their_provisions() -> None:
    clause = parse_draft(DRAFT)["provisions"][1]
    assert [(f["text"], f["value"], f["op"]) for f in clause["figures"]] == [("不少于2万人", 20000.0, "≥")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_text_file_in_any_usual_encoding(encoding: str) -> None:
    assert read_draft(DRAFT.encode(encoding), "draft.txt")[0] == DRAFT


def test_a_word_file_keeps_paragraphs_and_tables_in_order() -> None:
    document = docx.Document()
    document.add_heading("一、目标", 1)
    table = document.add_table(2, 2)
    for cell, words in zip([c for row in table.rows for c in row.cells], ["指标", "目标", "培训人次", "5万"]):
        cell.text = words
    document.add_paragraph("二、保障")
    text, _ = read_draft(save(document), "draft.docx")
    assert text.split("\n") == ["一、目标", "|", "指标", "|", "目标", "|", "|", "培训人次", "|", "5万", "|", "二、保障"]


NUMBERING = f"""<w:numbering {nsdecls("w")}>
<w:abstractNum w:abstractNumId="7">
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="japaneseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
  <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimalEnclosedCircle"/><w:lvlText w:val="%3"/></w:lvl>
  <w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="hebrew1"/><w:lvlText w:val="%4"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="8">
  <w:lvl w:ilvl="0"><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="第%1章"/></w:lvl>
  <w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%2"/></w:lvl>
  <w:lvl w:ilvl="2"><w:numFmt w:val="bullet"/><w:lvlText w:val="——"/></w:lvl>
  <w:lvl w:ilvl="3"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/></w:lvl>
</w:abstractNum>
<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="8"/></w:num>
</w:numbering>"""


def numbered(levels: list[int], number: int = 3) -> bytes:
    """A Word file of paragraphs 甲 that Word numbers, each on a level."""
    document = docx.Document()
    document.part.numbering_part._element = parse_xml(NUMBERING)
    for level in levels:
        properties = document.add_paragraph("甲")._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val, properties.get_or_add_numId().val = level, number
    return save(document)


def test_numbers_that_word_makes_are_written_out() -> None:
    text, _ = read_draft(numbered([0, 1, 1, 0, 1, 2]), "draft.docx")
    assert text.split("\n") == ["一、甲", "（一）甲", "（二）甲", "二、甲", "（一）甲", "① 甲"]


def test_eleven_is_written_as_word_writes_it() -> None:
    assert read_draft(numbered([0] * 11), "draft.docx")[0].endswith("十一、甲")


def test_higher_numbers_are_arabic_where_the_list_says_so_and_bullets_are_signs_that_print() -> None:
    text, _ = read_draft(numbered([0, 0, 1, 1, 2, 3], 4), "draft.docx")
    assert text.split("\n") == ["第一章 甲", "第二章 甲", "2.1 甲", "2.2 甲", "——甲", "• 甲"]


def test_a_list_that_the_file_lacks_is_told() -> None:
    text, remarks = read_draft(numbered([0], 9), "draft.docx")
    assert text == "甲" and "1 段的自动编号读不出来" in remarks[0]


def test_a_number_that_cannot_be_read_is_told() -> None:
    text, remarks = read_draft(numbered([0, 3]), "draft.docx")
    assert text.split("\n") == ["一、甲", "甲"] and "1 段的自动编号读不出来" in remarks[0]


def test_what_tracked_changes_insert_is_read_and_what_they_delete_is_not() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("培训")._p
    for tag, child, words in (("w:ins", "w:t", "五万"), ("w:del", "w:delText", "三万"), ("w:ins", "w:t", "人")):
        change, run, text = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(child)
        text.text = words
        run.append(text)
        change.append(run)
        paragraph.append(change)
    assert read_draft(save(document), "draft.docx")[0] == "培训五万人"


def test_a_table_of_contents_is_left_out_and_told() -> None:
    document = docx.Document()
    document.add_paragraph("一、目标	1").style = document.styles.add_style("toc 1", 1)
    document.add_paragraph("一、目标")
    assert read_draft(save(document), "draft.docx") == ("一、目标", ("Word 文件里的目录没有参加比对。",))


def with_body(xml: str) -> bytes:
    """A Word file whose body is ``xml``; pictures are named, not held."""
    spaces = nsdecls("w", "a", "m") + ' xmlns:v="urn:schemas-microsoft-com:vml"'
    document = docx.Document()
    document.element.body[:] = parse_xml(f"<w:body {spaces}>{xml}</w:body>")[:]
    return save(document)


def paragraph(words: str, more: str = "") -> str:
    return f"<w:p><w:r><w:t>{words}</w:t></w:r>{more}</w:p>"


@pytest.mark.parametrize(
    "xml, said",
    [
        ("<w:r><w:drawing><a:blip/></w:drawing></w:r>", "图片"),
        ('<w:r><w:commentReference w:id="0"/></w:r>', "批注"),
        ("<w:del><w:r><w:delText>原有</w:delText></w:r></w:del>", "修订删去的文字"),
        ("<m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath>", "公式"),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r>", "隐藏的文字"),
    ],
)
def test_what_of_a_word_file_is_left_out_is_told(xml: str, said: str) -> None:
    assert read_draft(with_body(paragraph("一、目标", xml)), "draft.docx") == ("一、目标", (f"Word 文件里的{said}没有参加比对。",))


def test_the_head_of_the_pages_is_left_out_and_told() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "内部资料"
    document.add_paragraph("一、目标")
    assert read_draft(save(document), "draft.docx") == ("一、目标", ("Word 文件里的页眉页脚没有参加比对。",))


def test_a_footnote_is_left_out_and_told() -> None:
    text, remarks = read_draft((FIXTURES / "word-lists.docx").read_bytes(), "draft.docx")
    assert remarks[0].startswith("Word 文件里的") and "脚注" in remarks[0] and "[1]" not in text


def test_a_text_box_is_read_where_it_stands() -> None:
    box = f"<w:r><w:pict><v:textbox><w:txbxContent>{paragraph('专栏1')}</w:txbxContent></v:textbox></w:pict></w:r>"
    assert read_draft(with_body(paragraph("一、目标", box) + paragraph("二、任务")), "draft.docx") == ("一、目标\n专栏1\n二、任务", ())


def test_an_empty_paragraph_of_a_list_is_counted_and_not_printed() -> None:
    document = docx.Document(BytesIO(numbered([0, 0, 0])))
    document.paragraphs[1].clear()
    assert read_draft(save(document), "draft.docx")[0] == "一、甲\n三、甲"


def test_a_cell_merged_over_rows_is_read_once() -> None:
    document = docx.Document()
    table = document.add_table(2, 2)
    for cell, words in zip([c for row in table.rows for c in row.cells], ["类别", "甲", "", "乙"]):
        cell.text = words
    table.cell(0, 0).merge(table.cell(1, 0))
    text, _ = read_draft(save(document), "draft.docx")
    assert text.split("\n") == ["|", "类别", "|", "甲", "|", "|", "乙", "|"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = pack({"[Content_Types].xml": b"", "word/document.xml": b"\0" * (reader.MOST_UNPACKED + 1)})
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_, **__: pytest.fail("unpacked"))
    assert "解压后超过 64 MB" in message(bomb, "draft.docx")


@pytest.mark.parametrize(
    "data, name, said",
    [
        (b"", "a.txt", "文件是空的"),
        (b"\xd0\xcf\x11\xe0 old word", "a.doc", "旧版 Word 文件（.doc）读不了，请另存为 .docx"),
        (b"\xd0\xcf\x11\xe0 old word", "a.docx", "不是 .docx"),
        (b"%PDF-1.7", "a.pdf", "PDF 文件读不了"),
        (b"x", "a.exe", "只能核对 .docx 和 .txt 文件"),
        (bytes(range(256)) * 9, "a.txt", "不是文字，或编码无法识别"),
        (pack({"a.txt": b"x"}), "a.docx", "不是 Word 文件"),
        (pack({"[Content_Types].xml": b"<no"}), "a.docx", "已损坏"),
        (pack({"[Content_Types].xml": b"", "word/document.xml": b" " * (reader.MOST_XML + 1)}), "a.docx", "正文太大"),
        (b"PK\x03\x04 and no more", "a.docx", "不是 .docx 文件"),
        (b"x" * (LIMITS.bytes + 1), "a.txt", "文件超过 10 MB"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(data: bytes, name: str, said: str) -> None:
    assert said in message(data, name)


@pytest.mark.parametrize(
    "text, said",
    [
        (" \n\u3000", "没有读到文字"),
        ("培训。\n" * (LIMITS.characters // 3 + 1), "超过 20 万字"),
        ("培训。" + "\n" * 5 * LIMITS.characters, "空行和空格太多"),
        ("培训。\n" * (LIMITS.provisions + 1), "超过 3,000 条"),
        ("训" * (LIMITS.line + 1), "有一段超过 2 万字"),
    ],
)
def test_too_much_or_nothing_is_refused(text: str, said: str) -> None:
    with pytest.raises(DraftError, match=said):
        parse_draft(text)


def test_themes_are_given_as_the_build_gives_them(site_db) -> None:
    with sqlite3.connect(site_db) as conn:
        cut = cutter(tuple(row[0] for row in conn.execute("select word from lexicon"))).cut
        tagger = learn_tagger(conn, cut)
    draft = parse_draft("一、任务\n（一）全面推行新型学徒制。企业与院校联合招收学徒，实行双导师培养。\n", tagger=tagger)
    assert draft["provisions"][0]["themes"] == ["apprenticeship"]


def test_no_theme_where_no_curator_has_given_any() -> None:
    with sqlite3.connect(":memory:") as conn:
        conn.execute("create table provision_themes(provision_id, theme_id, origin, rank)")
        assert learn_tagger(conn, str.split) is None


def test_nothing_is_written_while_a_draft_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    really = builtins.open

    def watch(file, mode="r", *args, **kwargs):
        assert not set(mode) & set("wax+"), f"{file} opened for writing"
        return really(file, mode, *args, **kwargs)

    data = numbered([0, 1])
    monkeypatch.setattr(builtins, "open", watch)
    text, remarks = read_draft(data, "draft.docx")
    assert parse_draft(text, "draft.docx", remarks)["characters"] == len("一、甲（一）甲")
