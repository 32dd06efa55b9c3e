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
