"""Tables as their formats tell them: Word's tracked and nested cells, HTML's spans, a PDF that is a table and nothing else."""

from __future__ import annotations

import pytest

from ingest.account import account
from ingest.name import walk
from ingest.parse import parse
from ingest.read import read
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


def page(table: str) -> str:
    return f"<p>一、任务</p><p>抓好以下任务，确保完成。</p>{table}<p>二、保障</p><p>加强领导，抓好落实。</p>"


THREE = "<tr><th>类别</th><th>任务</th><th>单位</th></tr>"


@pytest.mark.parametrize(
    "rows, told",
    [
        # A cell reaches no further than its group of rows, however many rows it claims.
        (
            "<tbody><tr><td rowspan=9>甲</td><td>一</td><td>省厅</td></tr><tr><td>二</td><td>市局</td></tr></tbody>"
            "<tbody><tr><td>乙</td><td>三</td><td>县局</td></tr></tbody>",
            [("甲", "一", "省厅"), ("甲", "二", "市局"), ("乙", "三", "县局")],
        ),
        # An office program sets each row in a group of its own.
        (
            "<tbody><tr><td rowspan=2>甲</td><td>一</td><td>省厅</td></tr></tbody><tbody><tr><td>二</td><td>市局</td></tr></tbody>"
            "<tbody><tr><td>乙</td><td>三</td><td>县局</td></tr></tbody>",
            [("甲", "一", "省厅"), ("甲", "二", "市局"), ("乙", "三", "县局")],
        ),
        # rowspan=0: all rows that are left.
        (
            "<tr><td rowspan=0>甲</td><td>一</td><td>省厅</td></tr><tr><td>二</td><td>市局</td></tr><tr><td>三</td><td>县局</td></tr>",
            [("甲", "一", "省厅"), ("甲", "二", "市局"), ("甲", "三", "县局")],
        ),
        # A cell said to be wider than the table makes no columns.
        ("<tr><td>甲</td><td>一</td><td>省厅</td></tr><tr><td>乙</td><td colspan=5>二</td></tr>", [("甲", "一", "省厅"), ("乙", "二", "")]),
        # A blank in the first column is told as it is printed: whether it means the cell above the page does not say.
        ("<tr><td>甲</td><td>一</td><td>省厅</td></tr><tr><td></td><td>二</td><td>同上</td></tr>", [("甲", "一", "省厅"), ("", "二", "同上")]),
    ],
)
def test_spans_of_cells_as_a_browser_takes_them(rows, told):
    parsed = parse_html(page(f"<table>{THREE}{rows}</table>"))
    assert [box.cells for box in boxes_of(parsed)] == [("类别", "任务", "单位")]
    assert rows_of(parsed) == [told]
    assert account(parsed) == []


def test_a_cell_over_three_hundred_rows_is_told_in_each():
    rows = "".join(f"<tr>{'<td rowspan=300>甲</td>' if n == 0 else ''}<td>任务{n}</td><td>省厅</td></tr>" for n in range(300))
    assert rows_of(parse_html(page(f"<table>{THREE}{rows}</table>"))) == [[("甲", f"任务{n}", "省厅") for n in range(300)]]


def test_a_note_written_above_the_rows_is_no_group_of_theirs():
    foot = "<tfoot><tr><td colspan=3>注：以上为计划数。</td></tr></tfoot>"
    body = "<tr><td>甲</td><td>一</td><td>省厅</td></tr><tr><td>乙</td><td>二</td><td>市局</td></tr>"
    parsed = parse_html(page(f"<table><caption>任务表</caption><thead>{THREE}</thead>{foot}<tbody>{body}</tbody></table>"))
    box = boxes_of(parsed)[0]
    assert (box.heading, [(child.kind, child.group_name) for child in box.children]) == ("任务表", [("note", None), ("row", None), ("row", None)])
    assert account(parsed) == []


def test_a_list_of_names_has_no_heads():
    names = [("张三", "李四", "王五"), ("赵六", "钱七", "孙八"), ("周九", "", "")]
    box = boxes_of(parse_html(page(rows_of_html(*names))))[0]
    assert (box.cells, [row.cells for row in box.children]) == ((), names)


@pytest.mark.parametrize(
    "head, row, targets",
    [
        (("指标", "单位", "2020年", "2025年"), ("培训", "万人次", "20", "【100】"), [("培训", 1_000_000, "人次", True)]),
        # What a year brought, and how long a database's fields are.
        (("指标", "2022年", "比上年增长（%）"), ("产量（吨）", "20", "5"), []),
        (("字段名称", "字段长度", "约束/条件"), ("标识码", "20", "M"), []),
        # Two tables side by side: which name a figure belongs to is not told.
        (("项目", "2025年目标", "项目", "2025年目标"), ("培训", "5万人", "就业", "8万人"), []),
    ],
)
def test_targets_of_a_row(head, row, targets):
    parsed = parse_html(page(rows_of_html(head, row, row)))
    assert [(i.name, i.value, i.unit, i.cumulative) for i in parsed.indicators] == targets * 2


# Word: a row is (properties, cells); a cell is its text, or (text, properties), or a whole table.
def word_table(*rows: tuple[str, list]) -> str:
    def cell(told) -> str:
        text, properties = told if isinstance(told, tuple) else (told, "")
        inner = f"{text}<w:p/>" if text.startswith("<w:tbl") else f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"

    made = "".join(f"<w:tr><w:trPr>{own}</w:trPr>{''.join(map(cell, cells))}</w:tr>" for own, cells in rows)
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{made}</w:tbl>"


def parse_word(body: str, path, where: str = "body"):
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document()
    for text in ("一、目标", "到2025年实现目标，抓好落实。"):
        document.add_paragraph(text)
    if where == "header":
        section = document.sections[0]
        document.settings.odd_and_even_pages_header_footer = True
        section.even_page_header.is_linked_to_previous = False
        section.even_page_header._element.insert(0, parse_xml(body.replace("<w:tbl>", f"<w:tbl {nsdecls('w')}>", 1)))
    else:
        holder = parse_xml(f'<w:body {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml">{body}</w:body>')
        for element in list(holder):
            document.element.body.insert(len(document.element.body) - 1, element)
    for text in ("二、任务", "抓好落实，确保完成。"):
        document.add_paragraph(text)
    document.save(path / "v1.docx")
    return parse(read(path / "v1.docx"))


TOP = ("", ["类别", "任务", "单位"])
ONE, TWO, LAST = ("", ["甲", "任务一", "省厅"]), ("", ["乙", "任务二", "市局"]), ("", ["丙", "任务三", "县局"])
GONE, COME = '<w:cellDel w:id="1" w:author="某"/>', '<w:cellIns w:id="2" w:author="某"/>'
INNER = word_table(("", ["年份", "人数"]), ("", ["2024", "5"]))
BOX = '<w:p><w:r><w:pict><v:shape><v:textbox><w:txbxContent>TABLE<w:p/></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>'


def merged(how: str) -> str:
    return f'<w:cellMerge w:id="3" w:author="某" w:vMerge="{how}"/>'


@pytest.mark.parametrize(
    "body, rows, left_out",
    [
        # A cell deleted in tracked changes is gone, and what stands to its right moves up; an inserted one is there.
        (word_table(TOP, ("", ["甲", ("旧任务", GONE), ("新任务", COME), "省厅"]), TWO, LAST), [("甲", "新任务", "省厅"), TWO[1], LAST[1]], {"deletion": 1}),
        # Cells merged in tracked changes.
        (
            word_table(TOP, ("", [("甲", merged("rest")), "任务一", "省厅"]), ("", [("", merged("cont")), "任务二", "市局"]), LAST),
            [ONE[1], ["甲", "任务二", "市局"], LAST[1]],
            {},
        ),
        # A row that is hidden is no part of the table.
        (word_table(TOP, ONE, ("<w:hidden/>", TWO[1]), LAST), [ONE[1], LAST[1]], {}),
        (word_table(TOP, ONE, ('<w:hidden w:val="0"/>', TWO[1])), [ONE[1], TWO[1]], {}),
        # A small table in a cell is that cell's text.
        (word_table(TOP, ("", ["甲", INNER, "省厅"]), TWO, LAST), [["甲", "年份人数2024 5", "省厅"], TWO[1], LAST[1]], {}),
        # A table in a frame of one cell, and one in a text box.
        (word_table(("", [word_table(TOP, ONE, TWO)])), [ONE[1], TWO[1]], {}),
        (BOX.replace("TABLE", word_table(TOP, ONE, TWO)), [ONE[1], TWO[1]], {}),
        # Columns left blank before and after a row's cells.
        (
            word_table(TOP, ONE, ('<w:gridBefore w:val="1"/>', ["任务二", "市局"]), ('<w:gridAfter w:val="1"/>', ["丙", "任务三"])),
            [ONE[1], ["", "任务二", "市局"], ["丙", "任务三", ""]],
            {},
        ),
    ],
)
def test_a_table_of_word_as_it_shows_it(tmp_path, body, rows, left_out):
    parsed = parse_word(body, tmp_path)
    assert [box.cells for box in boxes_of(parsed)] == [tuple(TOP[1])]
    assert rows_of(parsed) == [[tuple(row) for row in rows]]
    assert parsed.reading.layout.left_out == left_out
    assert account(parsed) == []


def test_a_table_in_the_head_of_even_pages_is_a_running_title(tmp_path):
    parsed = parse_word(word_table(("", ["某省文件", "内部"])), tmp_path, where="header")
    assert [parsed.reading.text[n.start : n.end] for n in parsed.noise if n.rule == "running-title"] == ["某省文件", "内部"]
    assert account(parsed) == []


@pytest.mark.parametrize("when", ["2024年底", "2024年12月", "6月底", "2020.12", "2024年"])
@pytest.mark.parametrize("head", ["时限", "完成", "安排"])
def test_a_date_by_which_is_no_target(head, when):
    parsed = parse_html(page(rows_of_html(("序号", "任务", head), ("1", "扩大培训规模", when), ("2", "健全制度", "长期"))))
    assert parsed.indicators == ()


@pytest.mark.parametrize(
    "merged, lower, whole",
    [
        # Each row has its number: what is merged beside it, and heads of two rows, say nothing against it.
        (1, ["", "", "作委员会", ""], "市直机关工作委员会"),
        # Where a number is merged over two rows, the row below may be a third.
        (0, ["", "", "作委员会", ""], None),
    ],
)
def test_a_cut_row_beside_merged_cells(merged, lower, whole):
    from ingest.formats.mend import mend_cut_rows
    from ingest.formats.page import PrintedLine, PrintedTable

    def printed(page_number, cells):
        table = PrintedTable(50.0, page_number, (0.0, 40.0, 80.0, 120.0, 160.0), cells)
        return PrintedLine("", 0, 300, 50, 90, 0, page_number, grid=table)

    heads = [("序号", 0, 0, 2, 1), ("系统", 0, 1, 2, 1), ("部门", 0, 2, 2, 1), ("条件", 0, 3, 1, 1), ("学历", 1, 3, 1, 1)]
    first = [("1" if c == 0 else "甲", 2, c, 2 if c == merged else 1, 1) for c in range(4)]
    second = [("2" if c == 0 else "乙", 3, c, 1, 1) for c in range(4) if c != merged]
    last = [("3", 4, 0, 1, 1), ("丙", 4, 1, 1, 1), ("市直机关工", 4, 2, 1, 1), ("本科", 4, 3, 1, 1)]
    below = [(text, 0, c, 1, 1) for c, text in enumerate(lower)] + [("4" if c == 0 else "丁", 1, c, 1, 1) for c in range(4)]
    upper, *others = mend_cut_rows([printed(0, [*heads, *first, *second, *last]), printed(1, below)])
    assert next(text for text, row, column, *_ in upper.grid.cells if (row, column) == (4, 2)) == (whole or "市直机关工")
    assert any(one.grid.doubtful for one in others) == (whole is None)
