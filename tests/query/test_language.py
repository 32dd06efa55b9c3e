"""A query is read as people mean it, and what cannot be read is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.language import LONGEST_QUERY, parse

# typed -> as read
CASES = {
    "新型学徒制 补贴": "新型学徒制 补贴",
    "新型学徒制\u3000补贴": "新型学徒制 补贴",
    '"技能大师 工作室"': '"技能大师工作室"',  # a blank within Han is a line break that was copied along
    '"APP 小程序"': '"APP 小程序"',
    "“职业培训包”": '"职业培训包"',
    "「职业培训包」": '"职业培训包"',
    "培训 -学徒": "培训 -学徒",
    "培训 －学徒": "培训 -学徒",
    '培训 -"新型 学徒"': '培训 -"新型学徒"',
    "甲乙 OR 丙丁": "甲乙 OR 丙丁",
    "甲乙 ＯＲ 丙丁": "甲乙 OR 丙丁",
    "甲乙 ｜ 丙丁": "甲乙 OR 丙丁",
    "甲乙 OR 丙丁 戊己": "甲乙 OR 丙丁 戊己",
    "province:辽宁 补贴": "补贴 province:辽宁",
    "省份：辽宁 地区:河北": "province:辽宁 province:河北",
    "-kind:box 补贴": "补贴 -kind:box",
    'doc:"重庆市 规划"': 'doc:"重庆市 规划"',
    "2021-2025年": "2021-2025年",
    "比例:30%": "比例:30%",  # no field's name: it is text
    "甲乙 甲乙": "甲乙",
}
# typed -> what the remark says
REMARKS = {
    '"没有闭合': "引号没有成对",
    "OR 甲乙": "OR 的一边没有词",
    "甲乙 OR": "OR 的一边没有词",
    "甲乙 - 丙": "单独的减号",
    "province:": "后面没有内容",
    "甲乙 *": "没有文字",
    "甲" * (LONGEST_QUERY + 1): "只读了前",
    " ".join(f"词{n}" for n in range(60)): "词太多",
}


@pytest.mark.parametrize("typed", CASES)
def test_read_as(typed):
    assert parse(typed).in_words() == CASES[typed] and parse(typed).remarks == ()


@pytest.mark.parametrize("typed", REMARKS)
def test_remark(typed):
    assert any(REMARKS[typed] in remark for remark in parse(typed).remarks)


@given(st.text(max_size=80))
def test_reading_a_reading_again_changes_nothing(typed):
    once = parse(typed)
    again = parse(once.in_words())
    assert (again.groups, again.filters, again.excluded) == (once.groups, once.filters, once.excluded)
