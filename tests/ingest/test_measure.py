"""A printed value becomes a figure in base units; what the table does not say stays unknown."""

from __future__ import annotations

import pytest

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
