"""Splice tables that stand in pieces: under a label that says so (续表2), or split in two by an editor or a page's end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.boxes import find_table_end, is_table_title
from ingest.cells import Cell
from ingest.grids import Drawn, count_repeated, is_table, text_of
from ingest.markers import Marker, recognise
from ingest.records import Doubt, Grid, GridCell, Layout, Line, Noise
from ingest.rules import noise_rule

MOST_PIECES = 500  # of one table
_NUMBER = re.compile(r"(\d{1,4})[.．、]?\Z")
_CONTINUED = re.compile(r"\s*[(（]\s*[续續]\s*(?:[一二三四五六七八九]|\d)?\s*[)）]\s*\Z")
_YEAR = re.compile(r"(?:19|20)\d{2}年?\Z")


@dataclass(frozen=True)
class Spliced:
    """The lines and the layout with tables whole; labels and heads that came again are in ``noise``."""

    lines: tuple[Line, ...]
    layout: Layout
    noise: tuple[Noise, ...]
    doubts: tuple[Doubt, ...]


def splice(lines: tuple[Line, ...], layout: Layout) -> Spliced:
    """Join the pieces of tables where it is certain that they are one; else they stay apart, a labelled one with a doubt."""
    lines, layout, noise, doubts = _splice_labelled(lines, layout)
    lines, layout, more = _splice_bare(lines, layout)
    return Spliced(lines, layout, (*noise, *more), doubts)


def _splice_labelled(
    lines: tuple[Line, ...], layout: Layout
) -> tuple[tuple[Line, ...], Layout, list[Noise], tuple[Doubt, ...]]:
    """Join 续表2 to 表2 that stands right before it."""
    scanned = [(line, recognise(line) if line.text[:1] in "续續表附(（" else None) for line in lines]
    titles = [i for i, (line, marker) in enumerate(scanned) if is_table_title(line, marker)]
    grids = {grid.start: grid for grid in layout.grids}
    dropped: set[int] = set()
    merged: list[Grid] = list(layout.grids)
    doubts: list[Doubt] = []
    table: tuple[int, Marker, str, int] | None = None  # the label that is open: its line, marker and heading, and where its body begins
    grid: Grid | None = None  # the table of the source under it
    since = 0  # where the body of its last piece begins
    for place, at in enumerate(titles):
        line, marker = scanned[at]
        assert marker is not None
        heading = line.text[marker.rest - line.start :]
        again = marker.cls.name == "continued" or bool(_CONTINUED.search(heading))
        heading = _CONTINUED.sub("", heading)
        body = at + 1
        below = lines[body].text if body < len(lines) else ""
        if table is not None and again and not heading and below and below == table[2] and lines[body].start not in grids:
            heading, body = below, body + 1
        if not again:
            if not heading and below and body < len(lines) and recognise(lines[body]) is None and lines[body].start not in grids:
                heading, body = below, body + 1
            table, since = (at, marker, heading, body), body
            grid = grids.get(lines[body].start) if body < len(lines) else None
            continue
        ends = titles[place + 1] if place + 1 < len(titles) else len(lines)
        after = _goes_on(table, marker, heading) and table is not None and _reaches(scanned, since, at, grid)
        if not after or table is None:
            doubts.append(Doubt(line.start, line.end, "table-apart", "标明为续表，但不能确定与前面的同号表格相接，单独成表"))
            # What goes on in turn may join this piece.
            table, since = (at, marker, heading, body), body
            grid = grids.get(lines[body].start) if body < len(lines) else None
            continue
        since = body
        if grid is None:
            same = _count_same(lines[table[3] : at], lines[body:ends])
            dropped |= {*range(at, body + same)}
            continue
        other = grids.get(lines[body].start) if body < len(lines) else None
        joined = _join(grid, other, lines, titled=True) if other is not None else None
        if joined is None:
            doubts.append(Doubt(line.start, line.end, "table-apart", "标明为续表，但列数与前面的表格不同，单独成表"))
            table, grid = (at, marker, heading, body), other
            continue
        dropped |= {*range(at, body)} | {i for i in range(body, ends) if any(a <= lines[i].start < b for a, b in joined[1])}
        merged = [joined[0] if one is grid else one for one in merged if one is not other]
        grid = joined[0]
    noise = [_repeated(lines[i]) for i in sorted(dropped)]
    kept = tuple(line for i, line in enumerate(lines) if i not in dropped)
    return kept, replace(layout, grids=tuple(merged)), noise, tuple(doubts)


def _goes_on(table: tuple[int, Marker, str, int] | None, marker: Marker, heading: str) -> bool:
    """True where a label is the open table's: the same number or none, the same heading or none."""
    if table is None:
        return False
    same = marker.num is None or (marker.num, marker.index) == (table[1].num, table[1].index)
    return same and (not heading or heading == table[2])


def _reaches(scanned: Sequence[tuple[Line, Marker | None]], body: int, end: int, grid: Grid | None) -> bool:
    """True where a table goes on up to a line: nothing but its cells stands between."""
    if grid is not None:
        return end > 0 and grid.start <= scanned[end - 1][0].start < grid.end
    whole = [(line, recognise(line)) for line, _ in scanned[body : end + 1]]
    if any(m is not None and m.cls.rank < 5 for _, m in whole[:-1]):
        return False
    return find_table_end(whole, 0, {}) == len(whole) - 1


def _count_same(cells: Sequence[Line], other: Sequence[Line]) -> int:
    """How many lines at the top of a table's next piece are its heads again."""
    same = 0
    while same < min(len(cells), len(other)) and cells[same].text == other[same].text:
        sort = Cell(0, 0, cells[same].text).sort
        if sort == "value" and not _YEAR.match(cells[same].text):
            break
        same += 1
    return same


def _repeated(line: Line) -> Noise:
    rule = noise_rule("repeated-head")
    return Noise(line.start, line.end, rule.id, rule.reason)


def _splice_bare(lines: tuple[Line, ...], layout: Layout) -> tuple[tuple[Line, ...], Layout, list[Noise]]:
    """Join tables of the source that stand right after each other, where the heads come again or the numbers of the rows go on."""
    grids = sorted(layout.grids, key=lambda grid: grid.start)
    starts = [line.start for line in lines]
    merged: list[Grid] = []
    spans: list[tuple[int, int]] = []  # heads that came again
    at = 0
    for grid in grids:
        before = merged[-1] if merged else None
        while at < len(starts) and before is not None and starts[at] < before.end:
            at += 1
        between = before is None or before.end > grid.start or (at < len(starts) and starts[at] < grid.start)
        joined = None if between or before is None else _join(before, grid, lines, titled=False)
        if joined is None:
            merged.append(grid)
        else:
            merged[-1] = joined[0]
            spans += joined[1]
    if not spans and len(merged) == len(grids):
        return lines, layout, []
    dropped = {i for i, start in enumerate(starts) if any(a <= start < b for a, b in spans)}
    kept = tuple(line for i, line in enumerate(lines) if i not in dropped)
    return kept, replace(layout, grids=tuple(merged)), [_repeated(lines[i]) for i in sorted(dropped)]


def _join(grid: Grid, other: Grid, lines: Sequence[Line], *, titled: bool) -> tuple[Grid, list[tuple[int, int]]] | None:
    """Return one table of two, with the spans of the heads that came again; None where they are two for all that is known.

    A ``titled`` piece is known to go on; then as many columns are enough.
    """
    own = [[line for line in lines if one.start <= line.start < one.end] for one in (grid, other)]
    if not all(is_table(one, held) for one, held in zip((grid, other), own)):
        return None
    width, height = _size(grid)
    if width != _size(other)[0] or width < 2:
        return None
    rows, below = (_drawn(one, held) for one, held in zip((grid, other), own))
    top = min((cell.start for cell in other.cells if cell.start >= 0), default=other.start)
    if any(line.start < top for line in own[1]) or (len(below[0]) == 1 and below[0][0][3] >= width):
        return None  # it has a caption
    again = count_repeated(below, rows)
    numbers, going_on = _numbers(rows), _numbers(below[again:])
    if numbers and going_on and going_on[0] != numbers[-1] + 1:
        return None
    follows = len(numbers) > 1 and bool(going_on)
    if not titled and not again and not follows:
        return None
    if not titled and again and bool(numbers) != bool(going_on):
        return None
    cells = [*grid.cells]
    spans: list[tuple[int, int]] = []
    for cell in other.cells:
        if cell.row >= again:
            cells.append(replace(cell, row=cell.row - again + height))
        elif cell.start >= 0:
            spans.append((cell.start, cell.end))
    return Grid(grid.start, other.end, tuple(cells)), spans


def _size(grid: Grid) -> tuple[int, int]:
    return max(c.column + c.colspan for c in grid.cells), max(c.row for c in grid.cells) + 1


def _drawn(grid: Grid, lines: Sequence[Line]) -> Drawn:
    rows: Drawn = [[] for _ in range(_size(grid)[1])]
    for cell in sorted(grid.cells, key=_place):
        rows[cell.row].append((text_of(cell, lines), cell.column, cell.rowspan, cell.colspan))
    return rows


def _place(cell: GridCell) -> tuple[int, int]:
    return cell.row, cell.column


def _numbers(rows: Drawn) -> list[int]:
    """The numbers of rows, where those that have one run on by one."""
    found = [int(match[1]) for row in rows for text, column, *_ in row if column == 0 and (match := _NUMBER.match(text))]
    return found if found and found == list(range(found[0], found[0] + len(found))) else []
