"""Tables as their formats tell them: Word's tracked and nested cells, HTML's spans, a PDF that is a table and nothing else."""

from __future__ import annotations

from ingest.account import account
from ingest.name import walk
from ingest.parse import parse
from tests.quality.structure import FIXTURES
from tests.ingest.test_tables import parse_html, rows_of_html


def boxes_of(parsed) -> list:
    return [unit for unit, _, _ in walk(parsed.units) if unit.kind == "box"]


def rows_of(parsed) -> list[list[tuple[str, ...]]]:
    """Of each table its rows."""
    return [[row.cells for row in box.children if row.kind == "row"] for box in boxes_of(parsed)]


def test_a_pdf_that_is_a_table_and_nothing_else_shows_text(monkeypatch):
    from ingest.formats import pdf
    from ingest.formats.page import PrintedLine, PrintedTable

    cells = [(text, r, c, 1, 1) for r, row in enumerate([("姓名", "单位"), ("张某", "省厅"), ("李某", "市局")]) for c, text in enumerate(row)]
    line = PrintedLine("", 0, 300, 50, 90, 0, 0, grid=PrintedTable(50.0, 0, (0.0, 100.0, 200.0), cells))
    monkeypatch.setattr(pdf, "_read_pages", lambda *_: ([line], 0, None))
    text, layout = pdf.read_pdf((FIXTURES / "scan.pdf").read_bytes(), FIXTURES / "scan.pdf")
    assert text.split() == ["姓名", "单位", "张某", "省厅", "李某", "市局"]
    assert len(layout.grids) == 1


HEAD = ("序号", "部门名称", "名称", "备注")


def test_heads_that_an_editor_set_again_on_each_page_are_no_rows_and_columns_of_departments_no_issuers():
    """名称 is a label of a site's information table, too; as a head it stands in one row, however often that comes again."""
    data = [("1", "宜市人民法院", "文秘", ""), ("2", "宜市财政局", "科员", "加试")]
    more = [("3", "宜市审计局", "科员", ""), ("4", "宜市档案局", "科员", "加试")]
    parsed = parse_html(f"<p>附件1</p><p>职位表</p>{rows_of_html(HEAD, *data, HEAD, *more)}<p>2024年7月1日</p>")
    assert rows_of(parsed) == [[*data, *more]]
    assert [n.rule for n in parsed.noise] == ["repeated-head"] * 4
    assert not [fact.value for fact in parsed.facts if fact.field == "issuer"]
    assert account(parsed) == []


def test_a_row_that_repeats_another_is_kept():
    rows = [("甲县", "无", "无"), ("乙县", "一处", "三处"), ("乙县", "一处", "三处")]
    parsed = parse_html(f"<p>一、情况</p><p>如下表。</p>{rows_of_html(('地区', '桥梁', '道路'), *rows)}<p>二、附则</p><p>自印发之日起施行。</p>")
    assert rows_of(parsed) == [rows]
