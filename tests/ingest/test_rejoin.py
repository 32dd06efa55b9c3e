"""A number that stands alone on its line is rejoined with its heading, and a table's figures are not."""

from __future__ import annotations

import pytest

from ingest.clean import split_lines
from ingest.records import Grid, GridCell
from ingest.rejoin import rejoin

TERMS = "3 术语和定义\n3.1\n实训场地\n开展训练的场所。\n3.2\n\n实训工位\n"
CASES = {
    "terms of a standard": (TERMS, ["3 术语和定义", "3.1 实训场地", "开展训练的场所。", "3.2  实训工位"]),
    "figures in cells": ("项目\n1.1\n男职工\n1.2\n女职工\n", ["项目", "1.1", "男职工", "1.2", "女职工"]),
    "a sentence below is no heading": ("3 术语\n3.1\n开展训练的场所，称为场地。\n", ["3 术语", "3.1", "开展训练的场所，称为场地。"]),
    "a figure above others": ("城市\n郑州\n4\n151\n4.1\n杭州\n", ["城市", "郑州", "4", "151", "4.1", "杭州"]),
    "all numbers alone": ("1\n范围\n2\n术语\n2.1\n场地\n", ["1", "范围", "2", "术语", "2.1 场地"]),
    "a gap in the list": ("3 术语\n3.1\n场地\n3.4\n工位\n", ["3 术语", "3.1 场地", "3.4", "工位"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_number_and_heading(name):
    text, wanted = CASES[name]
    lines = rejoin(split_lines(text))
    assert [line.text for line in lines] == wanted
    assert all(text[line.start : line.end].replace("\n", " ") == line.text for line in lines)


def test_what_stands_in_a_table_is_left_alone():
    text = "4 结果\n郑州\n4.1\n杭州\n"
    cells = (GridCell(5, 7, 0, 0), GridCell(8, 11, 0, 1), GridCell(12, 14, 1, 0))
    assert [line.text for line in rejoin(split_lines(text), [Grid(5, 14, cells)])] == ["4 结果", "郑州", "4.1", "杭州"]
