"""Tables that were flattened to text: rows are told where one reading alone is possible, else their words stay in order with a doubt."""

from __future__ import annotations

import pytest

from ingest.account import account
from ingest.parse import parse
from ingest.read import read
from tests.conftest import parse_text
from tests.ingest.test_table_sources import boxes_of, rows_of


def between(table: str) -> str:
    return f"示例市教育发展规划\n\n一、发展基础\n\n教育事业取得新成效。\n\n{table}\n\n二、总体要求\n\n坚持改革创新，抓好落实。\n"


GROUPS = ["指标", "2020年", "2025年", "属性", "一、规模", "1.入园率（%）", "98%", "99%以上", "约束性", "2.受教育年限（年）", "11.4年", "12.3年以上", "预期性"]
MORE = ["二、质量", "1.达标率（%）", "60%", "80%", "预期性"]
SPLIT = ["2.班额比例（%）", "其中：小学", "初中", "34%", "77%", "80%", "85%", "预期性"]
UNITS = ["指标", "单位", "2020年", "2025年", "属性", "新增就业", "万人", "5", "[8]", "预期性", "补贴培训", "万人次", "—", "[20]", "约束性", "失业率", "%", "4", "5", "预期性"]


@pytest.mark.parametrize("label", ["", "表1 主要指标\n\n", "专栏1 主要指标\n\n"])
def test_targets_with_numbered_names(label):
    """二、质量 goes on in the table though the text, too, expects 二、; a figure of years is a value."""
    parsed = parse_text(between(label + "\n\n".join([*GROUPS, *MORE])))
    assert [box.cells for box in boxes_of(parsed)] == [("指标", "2020年", "2025年", "属性")]
    assert rows_of(parsed) == [
        [("1.入园率（%）", "98%", "99%以上", "约束性"), ("2.受教育年限（年）", "11.4年", "12.3年以上", "预期性"), ("1.达标率（%）", "60%", "80%", "预期性")]
    ]
    assert [row.group_name for row in boxes_of(parsed)[0].children] == ["一、规模", "一、规模", "二、质量"]
    assert [(i.name, i.op, i.value, i.unit, i.period) for i in parsed.indicators] == [
        ("入园率", "≥", 99, "%", "2025年"), ("受教育年限", "≥", 12.3, "年", "2025年"), ("达标率", "=", 80, "%", "2025年"),
    ]  # fmt: skip
    assert [unit.heading for unit in parsed.units if unit.kind == "part"] == ["发展基础", "总体要求"]
    assert account(parsed) == []


def test_a_row_of_several_lines_a_cell_stays_together_and_sets_no_target():
    parsed = parse_text(between("表1 主要指标\n\n" + "\n\n".join([*GROUPS, *MORE, *SPLIT])))
    assert rows_of(parsed)[0][-1] == ("2.班额比例（%）", "其中：小学 初中 34% 77% 80% 85% 预期性", "", "")
    assert [d.kind for d in parsed.doubts] == ["table-uneven"]
    assert [i.name for i in parsed.indicators] == ["入园率", "受教育年限", "达标率"]


def test_rows_that_end_with_their_nature():
    parsed = parse_text(between("表1 主要指标\n\n" + "\n\n".join(UNITS)))
    assert rows_of(parsed) == [[tuple(UNITS[i : i + 5]) for i in (5, 10, 15)]]
    assert [(i.name, i.value, i.unit, i.cumulative) for i in parsed.indicators] == [
        ("新增就业", 80_000, "人", True), ("补贴培训", 200_000, "人次", True), ("失业率", 5, "%", False),
    ]  # fmt: skip


def test_a_head_alone_opens_no_table():
    parsed = parse_text(between("指标\n\n2025年\n\n属性\n\n以上各项指标由统计部门解释。"))
    assert boxes_of(parsed) == []


CORNER = ["会员  男性  性别比", "协会名称", "（人）  (人)  （女=100）"]
RATIO = ("协会名称", "会员（人）", "男性(人)", "性别比（女=100）")
GOES_ON = "2021年，全市社会体育指导员3.98万人，其中女性2.27万人。"


@pytest.mark.parametrize(
    "lines, head, rows, noise",
    [
        # Heads whose units stand on the line below, beside a corner on a line of its own: the names', since figures fill the rest.
        ([*CORNER, "作家协会  1972  656  49.85", "曲艺家协会  235  142  152.69"], RATIO, ["作家协会 1972 656 49.85", "曲艺家协会 235 142 152.69"], 0),
        (
            [CORNER[0], CORNER[2], "作家协会  1972  656  49.85", "曲艺家协会  235  142  152.69"],
            ("", *RATIO[1:]), ["作家协会 1972 656 49.85", "曲艺家协会 235 142 152.69"], 0,
        ),
        # A page ends within the table: its number, and the heads once more.
        ([*CORNER, "作家协会  1972  656  49.85", "5", *CORNER, "曲艺家协会  235  142  152.69"], RATIO, ["作家协会 1972 656 49.85", "曲艺家协会 235 142 152.69"], 4),
        # Which column a corner belongs to is open where words stand in two.
        ([*CORNER, "作家协会  会长  656  49.85", "曲艺家协会  秘书长  142  152.69"], (), [], 0),
    ],
)  # fmt: skip
def test_heads_over_two_lines(lines, head, rows, noise):
    parsed = parse_text(between("全市协会情况如下：\n\n表1 协会会员\n\n" + "\n\n".join([*lines, GOES_ON])))
    (box,) = boxes_of(parsed)
    assert (box.cells, rows_of(parsed)) == (head, [[tuple(row.split()) for row in rows]])
    assert sum(n.rule == "repeated-head" for n in parsed.noise) == noise
    assert account(parsed) == []
    if rows:  # the text after the table is the part's
        assert parsed.reading.text[parsed.units[0].children[-1].start :].startswith(GOES_ON)
    else:
        assert "table-unrecovered" in {d.kind for d in parsed.doubts}


TASKS = [("任务", "责任单位", "时限"), ("扩大培训", "市人社局、市财政局", "2024年底"), ("健全制度", "", "长期坚持"), ("强化监督", "市纪委", "长期坚持")]


def stroked(rows: list[tuple[str, ...]]) -> list[str]:
    return ["| " + " | ".join(row) + " |" for row in rows]


@pytest.mark.parametrize(
    "lines",
    [
        ["\t".join(row) for row in TASKS],  # as Word and Excel save a table
        stroked(TASKS),
        [" | ".join(row) + " |" for row in TASKS],
        [stroked(TASKS)[0], "| --- | :---: |---|", *stroked(TASKS)[1:]],
    ],
)
def test_cells_parted_by_tabs_or_strokes(lines):
    parsed = parse_text_file(between("\n".join(lines)))
    assert [box.cells for box in boxes_of(parsed)] == [TASKS[0]]
    assert rows_of(parsed) == [TASKS[1:]]
    assert parsed.indicators == ()
    assert [unit.heading for unit in parsed.units if unit.kind == "part"] == ["发展基础", "总体要求"]
    assert account(parsed) == []


@pytest.mark.parametrize(
    "lines",
    [
        ["\t".join(TASKS[0]), "扩大培训\t市人社局", "\t".join(TASKS[3]), "\t".join(TASKS[1])],  # a row that lacks a cell
        ["第一章\t总则\t1", "第二章\t培训\t3", "第三章\t附则\t5"],  # figures where heads stand
        ["1.\t扩大培训规模。", "2.\t健全制度。", "3.\t强化监督。", "4.\t抓好落实。"],
        ["|任务|责任单位|时限|", "|扩大培训|市人社局|年底|", "|健全制度|市教育局|年底|"],  # nothing but the strokes parts the words
    ],
)
def test_tabs_and_strokes_that_make_no_table(lines):
    parsed = parse_text_file(between("\n".join(lines)))
    assert boxes_of(parsed) == []
    assert account(parsed) == []


def parse_text_file(text: str):
    """Parse a text as the file that holds it."""
    from ingest.delimit import delimit
    from ingest.records import Layout, Reading

    told, grids, noise = delimit(text)
    assert "".join(told.split()) == "".join(text.split()) and len(told) == len(text)
    return parse(Reading(told, "text/plain", "utf-8", "0" * 64, Layout(noise=noise, grids=grids)))


def test_the_number_of_a_page_among_whole_rows_is_no_cell():
    """And the text that goes on below, broken by the page's width, belongs to no row."""
    rows = ["南城区  114.41  119.41", "北城区  114.39  115.78", "6", "东城区  115.65  117.60"]
    text = ["2021年，全市幼儿园教师性别比为1.62；小学教师性", "别比为27.32；中学教师性别比为61.07。", "全市各区情况见年鉴。", *["另有说明的除外"] * 9]
    parsed = parse_text(between("表1 性别比\n" + "\n".join(["地区  幼儿园  小学", *rows, *text])))
    assert [[row[0] for row in table] for table in rows_of(parsed)] == [["南城区", "北城区", "东城区"]]
    assert account(parsed) == []


def test_strokes_that_are_left_of_a_table_leave_one_doubt():
    """As a scraper writes cells: each on a line of its own, a stroke before it, and merged ones not at all."""
    cells = ["项目", "办法", "单位", "重点工作", "按实绩赋分", "县委办", "学习型机关", "县委宣传部", "效率型机关", "县财政局"]
    parsed = parse_text(between("\n".join(f"|\n {cell}  |" for cell in cells)))
    assert boxes_of(parsed) == []
    (doubt,) = [doubt for doubt in parsed.doubts if doubt.kind == "table-unrecovered"]
    assert parsed.reading.text[doubt.start : doubt.end].count("|") > len(cells)
    assert account(parsed) == []
    few = parse_text(between("首页\n|\n政务公开\n|\n联系我们"))
    assert [doubt for doubt in few.doubts if doubt.kind == "table-unrecovered"] == []


LIST = ["序号", "任务", "责任单位", "时限"]
ITEMS = [(str(n), f"落实第{n}项培训任务", "市人社局", f"2024年{n}月") for n in range(1, 7)]


@pytest.mark.parametrize("label", ["", "表1 任务清单\n\n"])
@pytest.mark.parametrize("page", [[], ["— 5 —"]])
@pytest.mark.parametrize("apart", ["\n\n", "  "])
def test_heads_that_a_page_shows_once_more(tmp_path, label, page, apart):
    """A cell a line, and a row a line: such rows are as wide as each other, though no page's width has broken them."""
    rows = [apart.join(row) for row in (LIST, *ITEMS[:3])] + page + [apart.join(row) for row in (LIST, *ITEMS[3:])]
    (tmp_path / "v1.txt").write_text(between(label + ("\n" if apart == "  " else "\n\n").join(rows)), encoding="utf-8")
    parsed = parse(read(tmp_path / "v1.txt"))
    assert [box.cells for box in boxes_of(parsed)] == [tuple(LIST)]
    assert rows_of(parsed) == [ITEMS]
    assert {n.rule for n in parsed.noise} == {"repeated-head", *(["page-number"] if page else [])}
    assert [unit.heading for unit in parsed.units if unit.kind == "part"] == ["发展基础", "总体要求"]
    assert account(parsed) == []


def test_cells_of_a_flattened_table_are_no_metadata():
    """Rows that lack a cell stay together with a doubt. 某县人民法院 is a cell, 某县人民政府 has signed."""
    cells = ["序号", "部门", "职位", "人数", "资格", "1", "某县人民法院", "文秘", "1", "法学", "2", "档案", "1", "3", "某县财政局", "会计", "2", "会计"]
    more = ["4", "某县教育局", "科员", "1", "不限", "5", "某县审计局", "科员", "1", "不限", "6", "某县档案局", "科员", "1", "不限"]
    parsed = parse_text("附件1\n\n某县职位表\n\n" + "\n".join([*cells, *more]) + "\n\n某县人民政府\n\n2024年7月1日\n")
    assert [row[:2] for row in rows_of(parsed)[0][:3]] == [("1", "某县人民法院"), ("2", "档案 1"), ("3", "某县财政局")]
    assert [doubt.kind for doubt in parsed.doubts if doubt.kind.startswith("table")] == ["table-uneven"]
    assert [fact.value for fact in parsed.facts if fact.field == "issuer"] == ["某县人民政府"]
    assert account(parsed) == []


def test_short_lines_with_figures_leave_a_doubt():
    cities = [("上海", "669.5", "15"), ("北京", "637.6", "20"), ("广州", "489.4", "13"), ("武汉", "338.4", "9"), ("深圳", "304.4", "8")]
    lines = ["运营线", "路长度", "线路", "条数", *(cell for city in cities for cell in city)]
    (doubt,) = [d for d in parse_text(between("\n".join(lines))).doubts if d.kind == "table-unrecovered"]
    assert doubt.eid == "part_1__para_2"
