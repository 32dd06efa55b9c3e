"""Enclose boxes and tables: from a label, or a table of the source, to the last line that is theirs."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate

from ingest.across import is_in_lines, tabulate_lines
from ingest.boxes import find_box_end, find_table_end
from ingest.cells import WIDEST
from ingest.grids import read_grid
from ingest.heads import WIDE_BLANK
from ingest.levels import expected_numbers
from ingest.markers import Scanned
from ingest.nodes import Node, Tree, note, paragraph
from ingest.records import Line, Noise
from ingest.rules import noise_rule, noise_rules
from ingest.scan import Scan
from ingest.tabulate import Table, is_serial, split_tables, tabulate, tabulate_cells
from lang.numerals import read_integer

_UNIT = re.compile(r"[(（]?\s*(?:计量)?单\s*位\s*[:：为]")
TABLE_MARK = next(rule for rule in noise_rules() if rule.scope == "table")
# Lines in which no table was found below 序号, all tries together: each try reads to where the text goes on, and a file of
# nothing but such lines has thousands. Heads on 20 pages whose rows can't be told take less than half of it.
MOST_TRIED = 100_000
MOST_HEADS = 8
LEAST_STROKES = 8
MOST_BETWEEN = 6  # lines between two that hold several cells: what cells go over to, a page's number
# The heads of a table of targets: 指标 first, and then two of these at least.
_FIRST_HEAD = re.compile(r"(?:主要|具体|核心|分类|一级|二级)?指标(?:名称|内容|体系|类别)?|指标|类别|项目(?:名称)?|领域|名称")
_TARGET_HEAD = re.compile(r"(?:19|20)\d{2}年?(?:[(（]?(?:目标|规划|计划|现状|实际|预期|基期|完成)值?[)）]?)?|(?:指标)?(?:属性|性质)|(?:计量)?单位|(?:目标|规划|现状|基期)值")
Place = Callable[[Tree, Scan], None]  # places the lines of a scan in a tree


def enclose_box(tree: Tree, scan: Scan, title: int, body_indent: int, place: Place) -> int:
    """Place the box whose title stands at an index, its lines by ``place``; returns the index after it."""
    end = find_box_end(scan, title, expected_numbers(tree), body_indent)
    line, marker = scan.scanned[title]
    assert marker is not None
    tree.close_to_container()
    heading = line.text[marker.rest - line.start :]
    body = list(scan.scanned[title + 1 : end])
    own_end = line.end
    if marker.num is None and not heading and body and re.fullmatch(r"\d{1,3}|[一二三四五六七八九十]{1,3}", body[0][0].text):
        # 专栏 / 1 / 标题: a label broken over three lines.
        number = body[0][0]
        marker = replace(marker, printed=f"{marker.printed}{number.text}", num=read_integer(number.text))
        own_end, body = number.end, body[1:]
    if not heading and body and body[0][1] is None and body[0][0].text != "|" and len(body[0][0].text) <= 40:
        heading, own_end = body[0][0].text, body[0][0].end  # a label broken over two lines
        body = body[1:]
    node = Node("box", "box", line.start, own_end, marker, number=marker.printed, num=marker.num)
    node.heading = heading or None
    rest = _tabulate(tree, scan, node, body, is_table=False)
    inner = Tree(in_box=True, root=node)
    place(inner, scan.inside(rest))
    tree.noise.extend(inner.noise)
    tree.doubts.extend(inner.doubts)
    tree.add(node)
    return end


def enclose_titled_table(tree: Tree, scan: Scan, title: int) -> int:
    """Place 表1 with its title and its cells; returns the index after it."""
    line, marker = scan.scanned[title]
    assert marker is not None
    heading, own_end = line.text[marker.rest - line.start :], line.end
    start = title + 1
    if not heading and start < len(scan) and scan.may_be_title(start) and scan.grid_end(start) is None:
        heading, own_end, start = scan.line(start).text, scan.line(start).end, start + 1
    end = scan.grid_end(start)
    if end is None and start + 1 < len(scan) and scan.marker(start) is None and _UNIT.match(scan.line(start).text):
        end = scan.grid_end(start + 1)  # 单位：毫克每立方米 between the title and the table
    if end is None:
        end = find_table_end(scan.scanned, start, expected_numbers(tree), scan.goes_on_outside)
        end = _end_of_lines(scan, start, end)
    node = Node("box", "table", line.start, own_end, marker, number=marker.printed, num=marker.num, index=marker.index)
    node.heading = heading or None
    _fill_table(tree, scan, node, list(scan.scanned[start:end]))
    return end


def enclose_table(tree: Tree, scan: Scan, start: int, end: int) -> None:
    """Place a table of the source that has no label; cells in which its heads come again below captions are several."""
    body = list(scan.scanned[start:end])
    pieces = [(0, len(body), False)] if body[0][0].start in scan.grids else split_tables([line for line, _ in body])
    for first, last, has_caption in pieces:
        line = body[first][0]
        node = Node("box", "table", line.start, line.end if has_caption else line.start)
        node.heading = line.text if has_caption else None
        _fill_table(tree, scan, node, body[first + has_caption : last])


def enclose_bare_table(tree: Tree, scan: Scan, start: int) -> int | None:
    """Place the table without a label that a line 序号 opens, or 指标 before 2025年 or 属性, where its rows can be told.

    Returns the index after it.
    """
    if tree.in_box:
        return None
    if _opens_lines(scan, start):
        return _enclose_bare_lines(tree, scan, start)
    if not (_opens_numbered(scan, start) or _opens_targets(scan, start)):
        return None
    if tree.tried > MOST_TRIED:
        return None
    end = find_table_end(scan.scanned, start, expected_numbers(tree), scan.goes_on_outside)
    notes = next((i for i in range(start, end) if (m := scan.marker(i)) is not None and m.cls.kind == "note"), end)
    table = tabulate_cells([line for line, _ in scan.scanned[start:notes]])
    if table is None or table.uneven or sum(row.unclear for row in table.rows[:-1]) * 4 > len(table.rows):
        tree.tried += end - start
        return None
    last_row = table.rows[-1]
    if last_row.unclear:
        # Where its cells end and the text goes on can't be told: it stays text.
        if len(table.rows) < 3:
            return None
        after = next(i for i in range(start, notes) if scan.line(i).start >= last_row.start)
        enclose_table(tree, scan, start, after)
        tree.doubt(last_row.start, last_row.end, "table-uneven", "表格末行与其后文字的界限不能确定，末行按正文收录")
        return after
    after = next((i for i in range(start, notes) if scan.line(i).start >= last_row.end), notes)
    end = end if after == notes else after
    enclose_table(tree, scan, start, end)
    return end


def _end_of_lines(scan: Scan, start: int, end: int) -> int:
    """Index after the rows of a table that stand a line each, where the text goes on before ``end``."""
    found = _lines_of_table(scan, start, end)
    return found[0] if found is not None else end


def _lines_of_table(scan: Scan, start: int, end: int) -> tuple[int, Table] | None:
    """The table whose rows stand a line each from ``start`` on, and the index after it and its notes; None where there is none."""
    last = start
    for index in range(start, end):
        if WIDE_BLANK.search(scan.line(index).text):
            last = index
        elif index - last > MOST_BETWEEN:
            break
    # With the line below, which tells whether a row goes on; where narrow blanks part the cells, all lines are asked.
    lines = [scan.line(i) for i in range(start, min(last + 2, end) if last > start else end)]
    table = tabulate_lines(lines) if is_in_lines(lines) else None
    if table is None:
        return None
    after = next((i for i in range(start, end) if scan.line(i).start >= table.rows[-1].end), end)
    noted = any((m := scan.marker(i)) is not None and m.cls.kind == "note" for i in range(after, end))
    return (end if noted else after), table


def _enclose_bare_lines(tree: Tree, scan: Scan, start: int) -> int | None:
    """Place a table without a label whose rows stand a line each; returns the index after it."""
    if tree.tried > MOST_TRIED:
        return None
    end = find_table_end(scan.scanned, start, expected_numbers(tree), scan.goes_on_outside)
    found = _lines_of_table(scan, start, end)
    if found is None or len(found[1].rows) < 2:
        tree.tried += end - start
        return None
    enclose_table(tree, scan, start, found[0])
    return found[0]


def _opens_lines(scan: Scan, start: int) -> bool:
    """True for a line of heads: 序号 or 指标, and two more beside it."""
    cells = WIDE_BLANK.split(scan.line(start).text, maxsplit=2)
    return len(cells) == 3 and (is_serial(cells[0]) or bool(_FIRST_HEAD.fullmatch(re.sub(r"\s", "", cells[0]))))


def _opens_numbered(scan: Scan, start: int) -> bool:
    if not is_serial(scan.line(start).text):
        return False
    # A glance ahead, since most lines 序号 of a rubbish file open no table and the whole of it is long.
    return {scan.line(i).text for i in range(start + 2, min(start + WIDEST, len(scan)))} >= {"1", "2"}


def _opens_targets(scan: Scan, start: int) -> bool:
    if not _FIRST_HEAD.fullmatch(re.sub(r"\s", "", scan.line(start).text)):
        return False
    heads = [re.sub(r"\s", "", scan.line(i).text) for i in range(start + 1, min(start + MOST_HEADS, len(scan)))]
    return sum(bool(_TARGET_HEAD.fullmatch(head)) for head in heads) > 1


def mark_noise(tree: Tree, line: Line) -> None:
    """Set apart a lone stroke of a flattened table."""
    tree.noise.append(Noise(line.start, line.end, TABLE_MARK.id, TABLE_MARK.reason))


def mark_stroke(tree: Tree, scan: Scan, index: int) -> None:
    """Set apart a lone stroke outside any box; many on end are what is left of a table, which leaves a doubt."""
    line = scan.line(index)
    mark_noise(tree, line)
    if tree.in_box or line.start < tree.stroked:
        return
    last, strokes = index, 1
    for ahead in range(index + 1, len(scan)):
        if scan.line(ahead).text == "|":
            last, strokes = ahead, strokes + 1
        elif ahead - last > MOST_BETWEEN:
            break
    tree.stroked = scan.line(last).end
    if strokes >= LEAST_STROKES:
        tree.doubt(line.start, tree.stroked, "table-unrecovered", "未能还原表格的行列，单元格按原文顺序保留")


def _fill_table(tree: Tree, scan: Scan, node: Node, body: Scanned) -> None:
    tree.close_to_container()
    # What stands below a table are its notes; their numbers (1. 2.) are lists of the notes.
    for line, marker in _tabulate(tree, scan, node, body, is_table=True):
        if line.text == "|":
            mark_noise(tree, line)
        elif marker is not None and marker.cls.kind == "note":
            node.children.append(note(line, marker))
        elif node.children and node.children[-1].kind == "note":
            node.children[-1].own_end = line.end
        else:
            node.children.append(paragraph(line.start, line.end))
    node.children.sort(key=lambda child: child.start)  # a line that no row took may stand between two
    tree.add(node)


def _tabulate(tree: Tree, scan: Scan, node: Node, body: Scanned, *, is_table: bool) -> Scanned:
    """Give a box the rows that its lines make, if any; returns the lines that are left."""
    grid = next(iter(scan.whole_grids(body).values()), None)
    notes = next((i for i, (_, m) in enumerate(body) if m is not None and m.cls.kind == "note"), len(body))
    table: Table | None
    if grid is not None:
        table = read_grid(grid, [line for line, _ in body if grid.start <= line.start < grid.end])
    else:
        lines = [line for line, _ in body[:notes]]
        table = tabulate_cells(lines) if is_table else tabulate(lines)
    if table is not None and grid is not None:
        # What stands below the lines of this table is not its, though the grid goes on: no row takes it.
        rows = tuple(row for row in table.rows if row.end <= body[-1][0].end)
        table = replace(table, rows=rows) if rows else None
    if table is not None:
        node.own_end = max(node.own_end, table.head_end or 0)
        node.cells = table.head
        if table.title and not node.heading:
            node.heading = table.title
        for row in table.rows:
            node.children.append(_row(row.start, row.end, row.cells, row.group))
        for row in table.rows:
            if row.unclear:
                message = f"“{row.cells[0]}”一行的单元格归属不能确定，并列保留" if row.cells[0] else "此行的单元格归属不能确定，并列保留"
                tree.doubt(row.start, row.end, "table-uneven", message)
        rule = noise_rule("repeated-head")
        tree.noise.extend(Noise(start, end, rule.id, rule.reason) for start, end in table.again)
        told_again = {start for start, _ in table.again}
        body = [(line, marker) for line, marker in body if line.start not in told_again]
        if table.uneven:
            tree.doubt(node.start, table.rows[-1].end, "table-uneven", "表格各行单元格数不一，或与表头不合")
        return _outside(node, body)
    if is_table and notes:
        # One paragraph in the order of the cells: no row is invented, nothing is lost.
        tree.doubt(node.start, body[notes - 1][0].end, "table-unrecovered", "未能还原表格的行列，单元格按原文顺序保留")
        node.children.append(paragraph(body[0][0].start, body[notes - 1][0].end))
        return body[notes:]
    return body


def _row(start: int, end: int, cells: tuple[str, ...], group: str | None) -> Node:
    number = re.match(r"\d{1,3}\s*[.．、]", cells[0])
    node = Node("row", "row", start, end, cells=cells, group_name=group)
    if number:
        node.number = number[0]
        node.num = int(re.sub(r"\D", "", number[0]))
    return node


def _outside(node: Node, body: Scanned) -> Scanned:
    """The lines that neither a table's head nor any of its rows holds."""
    spans = sorted([(node.start, node.own_end), *((row.start, row.own_end) for row in node.children)])
    starts = [start for start, _ in spans]
    ends = list(accumulate((end for _, end in spans), max))
    return [(x, m) for x, m in body if (at := bisect_right(starts, x.start)) == 0 or ends[at - 1] <= x.start]
