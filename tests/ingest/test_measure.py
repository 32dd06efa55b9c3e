"""A printed value becomes a figure in base units; what the table does not say stays unknown."""

from __future__ import annotations

import pytest

from ingest.measure import measure
from ingest.records import Unit
from tests.conftest import parse_text

# name as printed, value as printed -> name, value, unit, operator, cumulative
CASES = [
    ("开展培训(人次)", "150万", "开展培训", 1_500_000, "人次", "=", False),
    ("开展培训(万人次)", "〔150〕", "开展培训", 1_500_000, "人次", "=", True),
    ("开展培训(人次)", "≥270万", "开展培训", 2_700_000, "人次", "≥", False),
    ("就业率(%)", ">97", "就业率", 97, "%", ">", False),
    ("培养人才(万人)", ">〔5〕", "培养人才", 50_000, "人", ">", True),
    ("培养人才(类)(万人)", "1.5", "培养人才(类)", 15_000, "人", "=", False),
    ("建设基地（个）", "20以上", "建设基地", 20, "个", "≥", False),
    ("投入资金(亿元)", "1,200", "投入资金", 120_000_000_000, "元", "=", False),
]


@pytest.mark.parametrize("name, value, wanted", [(n, v, w) for n, v, *w in CASES])
def test_value(name, value, wanted):
    text = f"一、目标\n专栏1 指标\n指标\n2025年\n1.{name}\n{value}\n2.另一项(个)\n7\n二、任务\n文。"
    first = parse_text(text).indicators[0]
    assert [first.name, first.value, first.unit, first.op, first.cumulative] == wanted


def test_value_that_cannot_be_read_makes_no_indicator():
    text = "一、目标\n专栏1 指标\n指标\n2025年\n1.甲(个)\n5\n2.乙\n持续提高\n3.丙(个)\n7\n二、任务\n文。"
    assert [indicator.name for indicator in parse_text(text).indicators] == ["甲", "丙"]


def table(heads: list[str], *rows: list[str], title: str = "") -> tuple[Unit, ...]:
    """A box that holds a table of these heads and rows."""
    made = tuple(Unit("row", i, i, i, cells=tuple(row), eid=f"table_1__row_{i}") for i, row in enumerate(rows, 1))
    return (Unit("box", 0, 0, 9, heading=title or None, cells=tuple(heads), children=made, eid="table_1"),)


@pytest.mark.parametrize(
    "heads, row, wanted",
    [
        # The number of the row is no name, and a column of units counts.
        (["序号", "主要指标", "单位", "2025年目标"], ["1", "高技能人才", "万人", "20"], ("高技能人才", 200_000, "人")),
        (["序号", "地区", "年度计划（个） › 2021年", "年度计划（个） › 2022年"], ["2", "甲市", "3", "4"], ("甲市", 4, "个")),
        (["类别", "指标", "2025年"], ["就业", "培训人次（万）", "25"], ("培训人次", 250_000, None)),
        (["序号", "主要指标", "单位", "计划任务", "其中：2021年任务"], ["1", "雨水管网", "公里", "2000", "628"], ("雨水管网", 2000, "公里")),
        (["指标", "目标（万元）"], ["投入资金", "3"], ("投入资金", 30_000, "元")),
        # What is done is no target.
        (["序号", "项目", "单位", "规划目标", "完成情况", "完成率"], ["1", "河道", "条", "350", "396", "113%"], ("河道", 350, "条")),
        (["项目", "目标", "完成年限"], ["基地（个）", "4", "2025"], ("基地", 4, "个")),
    ],
)
def test_name_value_and_unit_are_told_by_the_heads(heads, row, wanted):
    [found] = measure(table(heads, row))
    assert (found.name, found.value, found.unit) == wanted


@pytest.mark.parametrize(
    "heads, rows",
    [
        (["坐标编号", "X坐标", "Y坐标"], [["1", "14829.000", "103635.000"]]),
        (["工种", "补贴标准（元） › 初级"], [["钳工", "1200"]]),
        (["一级指标", "二级指标", "三级指标", "说明"], [["办学质量", "就业", "4.就业率", "按统计口径填报。"]]),
        (["序号", "类别", "主要指标", "2025年目标", "指标", "属性"], [["1", "综合", "治理", "达标率", "95", "约束性"]]),
        (["序号", "任务", "责任单位", "联系电话"], [["1", "组织实施", "省厅", "88888888"]]),
        (["序号", "主要任务", "完成时间"], [["1", "组织实施", "2025"]]),
    ],
)
def test_figures_that_are_no_targets_make_no_indicator(heads, rows):
    assert measure(table(heads, *rows)) == ()
