"""Where a box ends, and the table in it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.conftest import parse_text
from tests.outline import outline

TABLE_OF_GROUPS = """
    一、总体要求
    (一)发展目标。
    到2025年建成体系。
    专栏1 主要指标
    {0}
    指标
    {0}
    2025年
    {0}
    属性
    {0}
    一、培训数量
    {0}
    1.开展培训(万人次)
    {0}
    〔150〕
    {0}
    预期性
    {0}
    2.其中:农民工(万人次)
    {0}
    〔40〕
    {0}
    预期性
    {0}
    二、培训资源
    {0}
    3.培训平台(个)
    {0}
    15
    {0}
    预期性
    {0}
    注:〔〕内为五年累计数。
    {0}
    二、健全体系
    (二)实施行动。
    抓好落实。
"""
AS_READ = """
    part | 一、 | 总体要求 |
      clause | (一) | 发展目标 |
        paragraph |  |  | 到2025年建成…年建成体系。
        box | 专栏1 | 主要指标 |
          head |  |  | 指标 ; 2025年 ; 属性
          row | 1. | 一、培训数量 | 1.开展培训(万人次) ; 〔150〕 ; 预期性
          row | 2. | 一、培训数量 | 2.其中:农民工(万人次) ; 〔40〕 ; 预期性
          row | 3. | 二、培训资源 | 3.培训平台(个) ; 15 ; 预期性
          note | 注: |  | 〔〕内为五年累计…五年累计数。
    part | 二、 | 健全体系 |
      clause | (二) | 实施行动 |
        paragraph |  |  | 抓好落实。…抓好落实。
"""


@pytest.mark.parametrize("between", ["|", ""], ids=["between pipes", "one cell a line"])
def test_group_headings_in_a_table_are_no_parts(between):
    """一、 and 二、 stand inside the table, and 二、 goes on outside after it."""
    text = dedent(TABLE_OF_GROUPS.format(between)).strip()
    assert outline(parse_text(text)) == dedent(AS_READ).lstrip()


def test_head_and_cell_that_are_broken_over_lines():
    text = dedent("""
        一、目标

        专栏1 主要指标

        主要指标

        2021-2025年

        目标

        属性

        培训农民工
        (人次)

        ≥108万

        预期性

        建设基地(个)

        ≥8

        约束性

        二、任务
        抓好落实。
    """).strip()
    box = parse_text(text).units[0].children[0]
    assert box.cells == ("主要指标", "2021-2025年目标", "属性")
    assert [row.cells for row in box.children] == [("培训农民工(人次)", "≥108万", "预期性"), ("建设基地(个)", "≥8", "约束性")]


def test_rows_of_unequal_width_leave_a_doubt():
    text = "一、目标\n专栏1 指标\n指标\n2025年\n属性\n甲(个)\n5\n预期性\n乙(个)\n6\n丙(个)\n7\n预期性\n二、任务\n文。"
    assert [(d.kind, d.eid) for d in parse_text(text).doubts] == [("table-uneven", "box_1")]


def test_a_box_of_prose_with_a_number_is_no_table():
    text = "一、任务\n专栏1 计划\n1.培养5万名技师。\n2.建设25个基地。\n二、保障\n文。"
    box = parse_text(text).units[0].children[0]
    assert [child.kind for child in box.children] == ["item", "item"]


def test_a_box_ends_where_the_clause_goes_on():
    text = "一、甲\n(一)子\n文。\n专栏1 计划\n1.做好。\n(二)丑\n文。"
    part = parse_text(text).units[0]
    assert [child.eid for child in part.children] == ["part_1__cl_1", "part_1__cl_2"]


def test_body_text_set_in_from_the_box_is_not_the_box():
    prose = "各地要把培训作为重要民生工作抓好抓实" * 4 + "。"
    text = f"  一、甲\n\n  (一)子\n\n  文。\n\n专栏1 计划\n\n1.做好。\n\n  {prose}\n\n  (二)丑\n\n  文。"
    clause = parse_text(text).units[0].children[0]
    assert [child.kind for child in clause.children] == ["paragraph", "box", "paragraph"]
