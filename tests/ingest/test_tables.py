"""Tables of every make come out as they were read: heads, rows, notes, targets, and a doubt where a cell can't be told."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ingest.account import account
from ingest.cells import Cell
from ingest.fit import fit, profile_of
from ingest.name import walk
from ingest.parse import parse
from ingest.read import read
from tests.conftest import parse_text
from tests.quality.structure import FIXTURES

GOLD = Path(__file__).parent.parent / "gold" / "tables"
FILES = {path.stem: path for path in FIXTURES.iterdir()}
NAMES = sorted(path.stem for path in GOLD.glob("*.yml"))


@pytest.fixture(scope="module")
def parsed():
    return {name: parse(read(FILES[name])) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_tables_are_as_read(parsed, name):
    gold = yaml.safe_load((GOLD / f"{name}.yml").read_text(encoding="utf-8"))
    found, text = parsed[name], parsed[name].reading.text
    boxes = [unit for unit, _, _ in walk(found.units) if unit.kind == "box"]
    tables = [
        {"title": b.heading, "head": list(b.cells), "rows": [list(c.cells) for c in b.children if c.kind == "row"]} for b in boxes
    ]
    assert tables == gold["tables"]
    assert [[i.name, i.op, i.value, i.unit, i.period] for i in found.indicators] == gold["indicators"]
    assert sorted(d.kind for d in found.doubts if d.kind.startswith("table")) == gold["doubts"]
    assert [text[u.start : u.end] for u, _, _ in walk(found.units) if u.kind == "note"] == gold["notes"]


@pytest.mark.parametrize("name", NAMES)
def test_every_character_of_a_table_is_accounted_for(parsed, name):
    assert account(parsed[name]) == []


def test_heads_repeated_on_a_page_are_set_apart(parsed):
    noise = [n for n in parsed["printed-tables"].noise if n.rule == "repeated-head"]
    text = parsed["printed-tables"].reading.text
    heads = ["序号", "任务", "目标", "责任单位", "2025年", "单位"]
    assert len(noise) >= 12 and [text[n.start : n.end] for n in noise] == heads * (len(noise) // 6)


def test_columns_of_a_page_are_read_one_after_the_other(parsed):
    text = parsed["printed-tables"].reading.text
    assert [text.index(words) for words in ("一、总体", "二、基本", "（一）坚持", "（二）坚持", "三、主要")] == sorted(
        text.index(words) for words in ("一、总体", "二、基本", "（一）坚持", "（二）坚持", "三、主要")
    )
    assert "终身职业技能培训制度，推动培训与产业发展、就业需求紧密结合，充分发挥企业主体作用" in text


def slots(*texts: str) -> list[Cell | None]:
    """Cells of these texts; an empty text is an empty cell."""
    return [Cell(i, i + 1, text) if text else None for i, text in enumerate(texts)]


WHOLE = [slots("1", "甲工程", "新建", "城区", "10"), slots("2", "乙工程", "改建", "各城区", "20")]


@pytest.mark.parametrize(
    "row, cells, clear",
    [
        (["3", "丙工程", "新建", "南太湖", "新区", "30"], ("3", "丙工程", "新建", "南太湖新区", "30"), True),
        # 新建 is a cell in other rows, and 南湖 is shorter than what the column takes: neither goes on for sure.
        (["3", "丙工程", "新建", "南湖", "新区", "30"], ("3", "丙工程 新建 南湖 新区", "", "", "30"), False),
        (["3", "丙工程（一期、", "二期）", "新建", "城区", "30"], ("3", "丙工程（一期、二期）", "新建", "城区", "30"), True),
        # Two figures are never one.
        (["3", "丙工程", "新建", "城区", "30", "15"], ("3", "丙工程 新建 城区 30 15", "", "", ""), False),
    ],
)
def test_paragraphs_are_joined_where_only_one_reading_is_possible(row, cells, clear):
    assert fit(slots(*row), profile_of(WHOLE, 5)) == (cells, clear)


def flat(*cells: str) -> str:
    """A flattened table under a label, a cell a paragraph."""
    return "一、目标\n\n到2025年实现目标。\n\n表1 清单\n\n" + "\n\n".join(cells) + "\n\n二、任务\n\n抓好落实。"


@pytest.mark.parametrize(
    "cells, rows",
    [
        # A column before the numbers, its cell merged over the rows.
        (
            ["领域", "序号", "指标", "说明", "一、宜居", "1", "密度", "每公里", "", "2", "绿地", "占比"],
            [("一、宜居", "1", "密度", "每公里"), ("", "2", "绿地", "占比")],
        ),
        # The end of a page cuts a row: its words run over, or a cell is left for the next page.
        (
            ["序号", "任务", "单位", "1", "扩大培训规模。", "省厅", "2", "健全制度，推动", "— 4 —", "产业发展。", "市局", "3", "监督检查。", "县局"],
            [("1", "扩大培训规模。", "省厅"), ("2", "健全制度，推动产业发展。", "市局"), ("3", "监督检查。", "县局")],
        ),
        (
            ["序号", "任务", "单位", "1", "扩大培训规模。", "省厅", "2", "健全制度。", "— 4 —", "市局", "3", "监督检查。", "县局"],
            [("1", "扩大培训规模。", "省厅"), ("2", "健全制度。", "市局"), ("3", "监督检查。", "县局")],
        ),
        # A caption before 序号.
        (["甲市", "序号", "项目", "地点", "1", "道路", "城区", "2", "管网", "郊区"], [("1", "道路", "城区"), ("2", "管网", "郊区")]),
    ],
)
def test_what_stands_before_the_numbers_is_a_column_or_a_caption(cells, rows):
    box = next(unit for unit, _, _ in walk(parse_text(flat(*cells)).units) if unit.kind == "box")
    assert [row.cells for row in box.children if row.kind == "row"] == rows


def test_a_figure_of_two_lines_makes_no_target():
    rows = "<tr><td>指标</td><td>2025年目标（万人）</td></tr><tr><td>就业</td><td>30<br>15</td></tr><tr><td>培训</td><td>5</td></tr>"
    page = f"<p>一、目标</p><p>到2025年实现目标。</p><table>{rows}</table><p>二、任务</p><p>抓好落实。</p>"
    assert [(i.name, i.value) for i in parse_html(page).indicators] == [("培训", 50_000)]


@pytest.mark.parametrize("line, value", [("单位：万人", 500_000), ("单位：人", 50), ("单位：万人、%", None), ("（单位：亿元）", 5e9)])
def test_the_line_of_units_above_a_table_counts(line, value):
    text = f"一、目标\n\n到2025年实现目标。\n\n表1 任务目标\n\n{line}\n\n地区\n\n2025年\n\n甲市\n\n50\n\n乙市\n\n8\n\n二、任务\n\n抓好落实。"
    assert [i.value for i in parse_text(text).indicators][:1] == ([] if value is None else [value])


def test_a_name_that_tells_its_unit_takes_no_magnitude_from_the_line_above():
    text = "一、目标\n\n表1 任务目标\n\n单位：万人\n\n指标\n\n2025年\n\n失业率（%）\n\n5\n\n就业\n\n8\n\n二、任务\n\n抓好落实。"
    assert [(i.value, i.unit) for i in parse_text(text).indicators] == [(5, "%"), (80_000, "人")]


def parse_html(body: str):
    """Parse a page of this body."""
    from ingest.formats.html import read_html
    from ingest.records import Reading

    text, layout = read_html(f"<html><body>{body}</body></html>")
    return parse(Reading(text, "text/html", "utf-8", "0" * 64, layout))


BARE = ["序号", "名称", "地点", "1", "道路", "城区", "2", "管网", "郊区", "3", "泵站", "城区"]


@pytest.mark.parametrize(
    "after, rows",
    [
        (["以上项目由市住建部门负责组织实施。"], ["1", "2", "3"]),
        # Whether the words that follow are the last row's the text does not say.
        (["其他项目", "另行安排", "上述项目由市住建部门负责组织实施。"], ["1", "2"]),
    ],
)
def test_a_table_without_a_label_ends_where_the_text_goes_on(after, rows):
    parsed = parse_text("一、目标\n\n" + "\n\n".join([*BARE, *after]) + "\n\n二、任务\n\n抓好落实。")
    box = next(unit for unit, _, _ in walk(parsed.units) if unit.kind == "box")
    assert [row.cells[0] for row in box.children if row.kind == "row"] == rows
    assert [d.kind for d in parsed.doubts] == ["table-uneven"] * (3 - len(rows))
    assert account(parsed) == []


def test_a_line_of_numbers_that_opens_no_table_stays_text():
    parsed = parse_text("一、目标\n\n序号\n\n附表中的编号。\n\n二、任务\n\n抓好落实。")
    assert not [unit for unit, _, _ in walk(parsed.units) if unit.kind == "box"]


def test_a_row_that_was_deleted_in_word_is_gone(tmp_path):
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document()
    document.add_paragraph("一、目标")
    document.add_paragraph("到2025年实现目标。")
    table = document.add_table(rows=5, cols=2)
    for row, cells in enumerate([("类别", "名称"), ("甲类", "一号"), ("", "二号"), ("乙类", "三号"), ("丙类", "四号")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    for number in (2, 3):  # the lower of two rows under a merged cell, and one of its own
        row = table.rows[number]._tr
        row.get_or_add_trPr().append(parse_xml(f'<w:del {nsdecls("w")} w:id="{number}" w:author="甲" w:date="2024-01-01T00:00:00Z"/>'))
    document.add_paragraph("二、任务")
    document.save(tmp_path / "v1.docx")
    parsed = parse(read(tmp_path / "v1.docx"))
    box = next(unit for unit, _, _ in walk(parsed.units) if unit.kind == "box")
    assert [row.cells for row in box.children] == [("甲类", "一号"), ("丙类", "四号")]
    assert "二号" not in parsed.reading.text and "三号" not in parsed.reading.text
    assert parsed.reading.layout.left_out == {"deletion": 2}
    assert account(parsed) == []


# A table at the foot of a page and what stands at the head of the next; the lower half of a row has no label.
UPPER = [["序号", "任务", "单位"], ["1", "扩大规模。", "省厅"], ["2", "健全制度，推动", "市局"]]
PLAIN = [["政策", "内容", "对象"], ["补贴", "按规定给予。", "职工"], ["减免", "健全制度，推动", "学生"]]


@pytest.mark.parametrize(
    "upper, lower, whole, doubtful",
    [
        (UPPER, [["", "落实。", ""], ["3", "监督检查。", "县局"]], ["2", "健全制度，推动落实。", "市局"], False),
        (UPPER, [UPPER[0], ["", "落实。", "、县局"], ["3", "监督检查。", "县局"]], ["2", "健全制度，推动落实。", "市局、县局"], False),
        # The page holds nothing but the row's end.
        (UPPER, [["", "落实。", ""]], ["2", "健全制度，推动落实。", "市局"], False),
        # The numbers do not go on, and nothing shows that the words break off.
        (UPPER, [["", "加强领导", ""], ["5", "监督检查。", "县局"]], None, True),
        (UPPER, [["", "合计", "3"]], None, False),
        (PLAIN, [["", "落实。", ""], ["贷款", "给予贴息。", "居民"]], ["减免", "健全制度，推动落实。", "学生"], False),
        # 内容 holds no sentences: the row may be a second one beside a merged cell.
        ([["政策", "内容"], ["补贴", "按规定给予"], ["减免", "健全制度"]], [["", "推动落实"], ["贷款", "给予贴息"]], None, True),
        ([["政策", "内容", "对象"], ["补贴", "按规定给予", "职工"], ["减免", "健全制度", "学生"]], [["", "推动落实", ""]], None, True),
        # A row of its own: every cell but the merged one is filled.
        ([["类别", "指标", "人数"], ["就业", "新增", "10"], ["培训", "补贴性", "20"]], [["", "企业", "30"]], None, False),
    ],
)
def test_a_row_cut_by_the_end_of_a_page(upper, lower, whole, doubtful):
    from ingest.formats.mend import mend_cut_rows
    from ingest.formats.page import PrintedLine, PrintedTable

    def printed(page, rows):
        cells = [(text, r, c, 1, 1) for r, row in enumerate(rows) for c, text in enumerate(row)]
        table = PrintedTable(50.0, page, tuple(100.0 * c for c in range(len(rows[0]) + 1)), cells)
        return PrintedLine("", 0, 300, 50, 90, 0, page, grid=table)

    first, *others = mend_cut_rows([printed(0, upper), printed(1, lower)])
    last = [text for text, row, *_ in first.grid.cells if row == len(upper) - 1]
    assert last == (whole or upper[-1])
    assert any(one.grid.doubtful for one in others) == doubtful
    # What of the next page was not joined to the row above stays there, and only that.
    kept = [text for one in others for text, *_ in one.grid.cells]
    assert kept == [text for row in lower if (whole is None or row[0]) for text in row]


def test_what_a_table_holds_is_no_metadata():
    """A column of departments issues nothing; the rows of a signature's frame do."""
    duties = [("省教育厅", "完善课程。"), ("省财政厅", "安排资金。"), ("省科技厅", "2024年6月30日")]
    rows = "".join(f"<tr><td>{body}</td><td>{duty}</td></tr>" for body, duty in [("部门", "职责"), *duties])
    signed = "<tr><td>示例省人民政府</td><td>示例省军区</td></tr>"
    page = f"<p>附件1</p><p>省级部门职责清单</p><table>{rows}</table><table>{signed}</table><p>2024年7月1日</p>"
    parsed = parse_html(page)
    box = next(unit for unit, _, _ in walk(parsed.units) if unit.kind == "box")
    assert [row.cells for row in box.children] == duties
    assert not {"省教育厅", "省财政厅", "省科技厅"} & {fact.value for fact in parsed.facts}
    assert "示例省人民政府" in {fact.value for fact in parsed.facts if fact.field == "issuer"}
    assert account(parsed) == []


@pytest.mark.parametrize(
    "between, last, boxes, doubts",
    [
        ("", "三、", [["1", "2", "3", "4", "5", "6"]], []),
        # The first label that goes on stands apart from its table; the second goes on with it. Rows that begin with 3 are not told.
        ("三、其他\n\n其他事项。\n\n", "四、", [["1", "2"], []], ["table-apart", "table-unrecovered"]),
    ],
)
def test_a_table_in_three_pieces(between, last, boxes, doubts):
    head = "序号\n\n项目\n\n标准（元）\n\n"
    rows = ["".join(f"{n}\n\n第{n}项\n\n{n}00\n\n" for n in pair) for pair in ((1, 2), (3, 4), (5, 6))]
    label = "表2 收费标准（续）\n\n"
    text = f"一、目标\n\n到2025年实现目标。\n\n二、收费\n\n表2 收费标准\n\n{head}{rows[0]}{between}{label}{head}{rows[1]}{label}{head}{rows[2]}"
    parsed = parse_text(f"{text}{last}附则\n\n本办法自发布之日起施行。")
    found = [unit for unit, _, _ in walk(parsed.units) if unit.kind == "box"]
    assert [[row.cells[0] for row in box.children if row.kind == "row"] for box in found] == boxes
    assert [doubt.kind for doubt in parsed.doubts if doubt.kind.startswith("table")] == doubts
    assert account(parsed) == []


def rows_of_html(*rows: tuple[str, ...]) -> str:
    return "<table>" + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows) + "</table>"


def test_a_row_without_a_number_at_the_top_of_a_piece_leaves_a_doubt():
    head = ("序号", "任务", "单位")
    upper = rows_of_html(head, ("1", "扩大规模", "省厅"), ("2", "健全制度，推动", "市局"))
    lower = rows_of_html(head, ("", "产业发展", ""), ("3", "监督检查", "县局"))
    parsed = parse_html(f"<p>一、任务</p><p>抓好以下任务。</p>{upper}{lower}<p>二、保障</p><p>抓好落实。</p>")
    box = next(unit for unit, _, _ in walk(parsed.units) if unit.kind == "box")
    assert [row.cells[1] for row in box.children] == ["扩大规模", "健全制度，推动", "产业发展", "监督检查"]
    assert [doubt.kind for doubt in parsed.doubts] == ["row-cut"]


def test_a_label_that_goes_on_joins_tables_of_the_source():
    head = ("项目", "标准")
    pieces = [rows_of_html(head, (f"{name}一", "100元"), (f"{name}二", "200元")) for name in ("甲", "乙", "丙")]
    other = rows_of_html(("项目", "标准", "备注"), ("丁", "300元", "另定"), ("戊", "400元", "另定"))
    labels = ["表1 收费标准", "续表1", "表1（续）", "续表1"]
    body = "".join(f"<p>{label}</p>{table}" for label, table in zip(labels, [*pieces, other]))
    parsed = parse_html(f"<p>一、收费</p><p>按下表执行。</p>{body}<p>二、附则</p><p>自印发之日起施行。</p>")
    boxes = [unit for unit, _, _ in walk(parsed.units) if unit.kind == "box"]
    assert [[row.cells[0] for row in box.children] for box in boxes] == [["甲一", "甲二", "乙一", "乙二", "丙一", "丙二"], ["丁", "戊"]]
    assert [doubt.kind for doubt in parsed.doubts if doubt.kind == "table-apart"] == ["table-apart"]
    assert account(parsed) == []


def test_the_first_line_of_a_form_is_no_head():
    form = "<table><tr><td>单位名称</td><td colspan=3></td></tr><tr><td>联系人</td><td></td><td>电话</td><td></td></tr><tr><td>意见</td><td colspan=3>年月日</td></tr></table>"
    parsed = parse_html(f"<p>一、申请</p><p>填写下表。</p>{form}<p>二、附则</p><p>自印发之日起施行。</p>")
    box = next(unit for unit, _, _ in walk(parsed.units) if unit.kind == "box")
    assert box.cells == ()
    assert [row.cells for row in box.children] == [("单位名称", "", "", ""), ("联系人", "", "电话", ""), ("意见", "年月日", "", "")]
