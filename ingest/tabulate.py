"""Read a table whose cells were flattened to one a line: column heads, rows, group headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ingest.across import is_in_lines, tabulate_lines
from ingest.cells import UNIT_LINE, Cell, Row, Slot, Table, gather_cells, gather_slots, is_serial
from ingest.fit import join
from ingest.marked import tabulate_marked
from ingest.numbered import tabulate_numbered
from ingest.records import Line

__all__ = ["Cell", "Row", "Table", "is_serial", "split_tables", "tabulate", "tabulate_cells"]

_YEAR = re.compile(r"(?:19|20)\d{2}\Z")
_ELEMENT = re.compile(r"(\d{1,2})[.．、](?!\d)")
LONGEST_CAPTION = 30
MOST_HEADS = 20  # lines
_NATURE = re.compile(r"(?:预期性|约束性|预期|约束)\Z")


def tabulate(lines: Sequence[Line]) -> Table | None:
    """Return the table that the lines of a box make, or None when they make none."""
    lines, again = _without_repeats(_without_units(lines))
    cells = gather_cells(lines)
    by_values = _by_values(cells)
    even = by_values if by_values and not by_values.uneven else None
    return _with_repeats(tabulate_numbered(gather_slots(lines)) or even or tabulate_marked(cells) or by_values, again)


def _by_values(cells: Sequence[Cell]) -> Table | None:
    """A table whose rows open with words and go on with figures."""
    sorts = [cell.sort for cell in cells]
    first_value = next((i for i, s in enumerate(sorts) if s == "value" and not _YEAR.match(cells[i].text)), None)
    if first_value is None or first_value < 2 or sorts.count("value") < 2 or sorts.count("value") * 6 < len(cells):
        return None
    body = first_value - 1
    if sorts[body] != "text":
        return None
    if sorts[body - 1] == "group":
        body -= 1
    rows = _gather_rows(cells[body:], sorts[body:])
    width = Counter(len(row.cells) for row in rows).most_common(1)[0][0]
    head, fits = _merge_head([cell.text for cell in cells[:body]], width, rows)
    uneven = not fits or any(len(row.cells) != width for row in rows)
    return Table(head, cells[body - 1].end if body else None, rows, uneven)


def tabulate_cells(lines: Sequence[Line]) -> Table | None:
    """Return the table that lines make which are known to be one's cells; None where its rows can't be told safely.

    Rows open with their number where the first head is 序号; else every column must hold one sort of cell. For lines
    that hold a row each see across.py.
    """
    lines = _without_units(lines)
    if is_in_lines(lines):
        return tabulate_lines(lines)
    lines, again = _without_repeats(lines)
    slots = gather_slots(lines)
    cells = gather_cells(lines)
    by_values = _by_values(cells)
    # Rows that are told by their values alone are safe only where all are of one width.
    even = by_values if by_values and not by_values.uneven else None
    return _with_repeats(tabulate_numbered(slots) or even or tabulate_marked(cells) or _by_columns(slots), again)


def _without_units(lines: Sequence[Line]) -> Sequence[Line]:
    """Leave out the line 单位：万人 that stands above the heads."""
    return lines[1:] if lines and UNIT_LINE.fullmatch(lines[0].text) else lines


def _without_repeats(lines: Sequence[Line]) -> tuple[Sequence[Line], tuple[Line, ...]]:
    """Leave out the heads that came again at the top of a page: the same words, three at least, up to the first figure."""
    texts = [line.text for line in lines]
    depth = next((at for at, line in enumerate(lines[:MOST_HEADS]) if Cell(0, 0, line.text).sort != "text" and not _YEAR.match(line.text)), 0)
    if depth < 3 or texts.count(texts[0]) < 2:
        return lines, ()
    heads = texts[:depth]
    found = [at for at in range(depth, len(texts) - depth) if texts[at] == heads[0] and texts[at : at + depth] == heads]
    again = {at + i for at in found for i in range(depth)}
    return [line for at, line in enumerate(lines) if at not in again], tuple(lines[at] for at in sorted(again))


def _with_repeats(table: Table | None, again: Sequence[Line]) -> Table | None:
    return replace(table, again=(*table.again, *((line.start, line.end) for line in again))) if table and again else table


def split_tables(lines: Sequence[Line]) -> list[tuple[int, int, bool]]:
    """Part cells in which the same heads come again, each time below a caption (宁波市): where each table begins and ends,
    its caption included, and whether it has one.
    """
    opens = [i for i, line in enumerate(lines) if is_serial(line.text)]
    same = [i for i in opens if [x.text for x in lines[i : i + 3]] == [x.text for x in lines[opens[0] : opens[0] + 3]]]
    if len(same) < 2 or same[0] != 1:
        return [(0, len(lines), False)]
    starts = [i - 1 for i in same]
    if any(len(lines[i].text) > LONGEST_CAPTION or lines[i].text.isdigit() for i in starts):
        return [(0, len(lines), False)]
    return [(start, end, True) for start, end in zip(starts, [*starts[1:], len(lines)])]


def _by_columns(slots: Sequence[Slot]) -> Table | None:
    """A table without numbers: the one width at which every column below the heads holds one sort of cell."""
    slots = _join_lists(slots)
    found: list[Table] = []
    for width in range(2, 9):
        # Empty cells at the end leave no trace.
        filled = [*slots, *[None] * (-len(slots) % width)] if None in slots else slots
        rows = [filled[i : i + width] for i in range(0, len(filled), width)]
        if len(filled) % width or len(rows) < 3:
            continue
        head = [slot for slot in rows[0] if slot is not None and slot.sort != "value"]
        columns = list(zip(*rows[1:]))
        sorts = [{slot.sort for slot in column if slot is not None} for column in columns]
        figures = [c for c, column in enumerate(columns) if sorts[c] == {"value"} and None not in column]
        if len(head) < width or any(len(s) > 1 for s in sorts) or sorts[0] != {"text"} or None in columns[0]:
            continue
        # Where no empty cell shows how the columns run, figures in all of them must.
        if len(figures) >= (1 if None in slots and len(rows) > 3 else width - 1):
            made = tuple(_row_of(row) for row in rows[1:])
            found.append(Table(tuple(cell.text for cell in head), head[-1].end, made, False))
    return found[0] if len(found) == 1 else None


def _row_of(slots: Sequence[Slot]) -> Row:
    cells = [slot for slot in slots if slot is not None]
    return Row(cells[0].start, cells[-1].end, tuple(slot.text if slot else "" for slot in slots), None)


def _join_lists(slots: Sequence[Slot]) -> list[Slot]:
    """Join the elements of a list within a cell: 1.底层不进水； and 2.积水不超过15cm。"""
    joined: list[Slot] = []
    number = 0
    for slot in slots:
        match = _ELEMENT.match(slot.text) if slot is not None else None
        before = joined[-1] if joined else None
        number = number + 1 if match and int(match[1]) == number + 1 else 1 if match and match[1] == "1" else 0
        if slot is not None and before is not None and number > 1:
            joined[-1] = Cell(before.start, slot.end, join([before.text, slot.text]))
        else:
            joined.append(slot)
    return joined


def _gather_rows(cells: Sequence[Cell], sorts: Sequence[str]) -> tuple[Row, ...]:
    rows: list[tuple[int, list[Cell], str | None]] = []  # where each starts, its cells, its group
    group: str | None = None
    start: int | None = None
    for cell, sort in zip(cells, sorts):
        if sort == "group":
            group, start = cell.text, cell.start
        elif sort == "text" or not rows or start is not None:
            rows.append((cell.start if start is None else start, [cell], group))
            start = None
        else:
            rows[-1][1].append(cell)
    made = [Row(first, own[-1].end, tuple(cell.text for cell in own), under) for first, own, under in rows]
    if start is not None and made:  # a group heading with nothing under it stays with the row before
        made[-1] = replace(made[-1], end=cells[-1].end)
    return tuple(made)


def _merge_head(head: list[str], width: int, rows: Sequence[Row]) -> tuple[tuple[str, ...], bool]:
    """Fit the heads to the rows' width; 2021-2025年 / 目标 on two lines is one head."""
    if len(head) <= width:
        return tuple(head), len(head) == width
    if len(head) == width + 1 and head[0][-2:] == head[1][-2:]:
        # 城镇类型 below and 城区类型 beside a slanting line: the heads of the rows and of the columns share a cell.
        return (f"{head[0]} {head[1]}", *head[2:]), True
    last_is_nature = any(len(row.cells) == width and _NATURE.match(row.cells[-1]) for row in rows)
    tail = 1 if last_is_nature else 0
    middle = head[1 : len(head) - tail]
    merged = (head[0], "".join(middle), *head[len(head) - tail :])
    return merged, len(merged) == width
