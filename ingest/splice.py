"""Splice tables that stand in pieces: under a label that says so (续表2), or split in two by an editor or a page's end."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from ingest.boxes import find_table_end, is_table_title
from ingest.cells import Cell
from ingest.grids import MOST_HEADS, Drawn, count_repeated, is_table, text_of
from ingest.markers import Marker, recognise
from ingest.records import Doubt, Grid, GridCell, Layout, Line, Noise
from ingest.rules import noise_rule

MOST_CELLS = 20_000  # of a table that may still grow
MOST_SAME = 200  # lines of heads that may come again
_NUMBER = re.compile(r"(\d{1,4})[.．、]?\Z")
_CONTINUED = re.compile(r"\s*[(（]\s*[续續]\s*(?:[一二三四五六七八九]|\d)?\s*[)）]\s*\Z")
_TOTAL = re.compile(r"[总合小累]\s*计|总\s*数")
_YEAR = re.compile(r"(?:19|20)\d{2}年?\Z")
_FIGURE = re.compile(r"\A[\d.,%]+\Z")


@dataclass(frozen=True)
class Spliced:
    """The lines and the layout with tables whole; labels and heads that came again are in ``noise``."""

    lines: tuple[Line, ...]
    layout: Layout
    noise: tuple[Noise, ...]
    doubts: tuple[Doubt, ...]


def splice(lines: tuple[Line, ...], layout: Layout) -> Spliced:
    """Join the pieces of tables where it is certain that they are one; else they stay apart, a labelled one with a doubt."""
    tables = _Grids(lines, layout.grids)
    shown_again = tables.leave_out_heads()
    dropped, doubts = _splice_labelled(tables)
    dropped |= shown_again
    again, more = _splice_bare(tables, dropped)
    dropped |= again
    # Each whole table once, in the place of its first piece.
    grids = [
        tables.wholes[start].to_grid() if start in tables.wholes else grid
        for start, grid in sorted(tables.grids.items())
        if start not in tables.wholes or tables.wholes[start].start == start
    ]
    kept = tuple(line for i, line in enumerate(lines) if i not in dropped)
    noise = tuple(_repeated(lines[i]) for i in sorted(dropped))
    return Spliced(kept, replace(layout, grids=tuple(grids)), noise, tuple([*doubts, *more]))


@dataclass
class _Whole:
    """A table of the source as it grows piece by piece; only its heads and its last number are asked again."""

    start: int
    end: int
    cells: list[GridCell]
    width: int
    height: int
    heads: Drawn
    last: int | None  # the number of its last row, where the rows are numbered

    def to_grid(self) -> Grid:
        """Return it as a table of the source."""
        return Grid(self.start, self.end, tuple(self.cells))


class _Grids:
    """The tables of the source, by where they begin, with their lines."""

    def __init__(self, lines: Sequence[Line], grids: Sequence[Grid]) -> None:
        self.lines = lines
        self.starts = [line.start for line in lines]
        self.grids = {grid.start: grid for grid in grids}
        self.wholes: dict[int, _Whole] = {}

    def leave_out_heads(self) -> set[int]:
        """Take the heads that an editor set again at the top of each page out of the tables; returns the indexes of their lines."""
        dropped: set[int] = set()
        for start, grid in list(self.grids.items()):
            again = _heads_again(self._drawn(grid)) if len(grid.cells) <= MOST_CELLS and is_table(grid, self._lines_of(grid)) else set()
            if not again:
                continue
            spans = [(cell.start, cell.end) for cell in grid.cells if cell.row in again and cell.start >= 0]
            dropped |= {i for first, end in spans for i in range(bisect_left(self.starts, first), bisect_left(self.starts, end))}
            above = [0, *accumulate(row in again for row in range(_size(grid)[1]))]
            kept = tuple(replace(cell, row=cell.row - above[cell.row]) for cell in grid.cells if cell.row not in again)
            self.grids[start] = replace(grid, cells=kept)
        return dropped

    def at(self, index: int) -> Grid | None:
        """The table that begins at a line."""
        return self.grids.get(self.lines[index].start) if index < len(self.lines) else None

    def held(self, grid: Grid) -> range:
        """The indexes of a table's lines."""
        return range(bisect_left(self.starts, grid.start), bisect_left(self.starts, grid.end))

    def open(self, grid: Grid) -> _Whole | None:
        """A table that may go on; None for what is none."""
        if not is_table(grid, self._lines_of(grid)):
            return None
        rows = self._drawn(grid)
        width, height = _size(grid)
        numbers = _numbers(rows)
        return _Whole(grid.start, grid.end, list(grid.cells), width, height, rows[: MOST_HEADS + 2], numbers[-1] if numbers else None)

    def join(self, whole: _Whole, grid: Grid, *, titled: bool) -> tuple[set[int], Doubt | None] | None:
        """Add a table to another as its next piece; None where they are two for all that is known.

        Returns the indexes of the lines of heads that came again, and a doubt where the first row may be the lower half of the
        last. A ``titled`` piece is known to go on; then as many columns are enough.
        """
        piece = self.open(grid)
        if piece is None or piece.width != whole.width or whole.width < 2 or len(whole.cells) > MOST_CELLS:
            return None
        held, rows = self.held(grid), self._drawn(grid)
        top = min((cell.start for cell in grid.cells if cell.start >= 0), default=grid.start)
        if self.lines[held.start].start < top or (len(rows[0]) == 1 and rows[0][0][3] >= whole.width):
            return None  # it has a caption
        again = count_repeated(rows, whole.heads)
        numbers = _numbers(rows[again:])
        if whole.last is not None and numbers and numbers[0] != whole.last + 1:
            return None
        follows = whole.last is not None and bool(numbers)
        if not titled and not (again and (whole.last is None) == (not numbers)) and not follows:
            return None
        spans = [(cell.start, cell.end) for cell in grid.cells if cell.row < again and cell.start >= 0]
        dropped = {i for start, end in spans for i in range(bisect_left(self.starts, start), bisect_left(self.starts, end))}
        moved = [replace(cell, row=cell.row - again + whole.height) for cell in grid.cells if cell.row >= again]
        doubt = _doubt_of(rows[again], moved, whole) if whole.last is not None else None
        whole.cells += moved
        whole.end, whole.height = grid.end, whole.height + piece.height - again
        whole.last = numbers[-1] if numbers else whole.last
        return dropped, doubt

    def _lines_of(self, grid: Grid) -> Sequence[Line]:
        held = self.held(grid)
        return self.lines[held.start : held.stop]

    def _drawn(self, grid: Grid) -> Drawn:
        lines = self._lines_of(grid)
        rows: Drawn = [[] for _ in range(_size(grid)[1])]
        for cell in sorted(grid.cells, key=_place):
            rows[cell.row].append((text_of(cell, lines), cell.column, cell.rowspan, cell.colspan))
        return rows


def _heads_again(rows: Drawn) -> set[int]:
    """The rows of a table that are its heads once more: three columns or more, each with a word of its own."""
    width = max((cell[1] + cell[3] for row in rows for cell in row), default=0)
    first = next((i for i, row in enumerate(rows) if len(row) > 1), len(rows))  # below its title
    depth = max((cell[2] for cell in rows[first]), default=0) if first < len(rows) else 0
    if width < 3 or not 0 < depth <= MOST_HEADS or len(rows) < first + 2 * depth:
        return set()
    heads = rows[first : first + depth]
    words = [cell[0] for cell in heads[0]]
    if len(set(words)) < len(words) or any(not word or _FIGURE.search(word) for word in words) or sum(c[3] for c in heads[0]) < width:
        return set()
    if any(index + cell[2] > depth for index, row in enumerate(heads) for cell in row):
        return set()
    found = [i for i in range(first + depth, len(rows) - depth + 1) if rows[i] == heads[0] and rows[i : i + depth] == heads]
    return {row for i in found for row in range(i, i + depth)}


def _doubt_of(row: list[tuple[str, int, int, int]], moved: Sequence[GridCell], whole: _Whole) -> Doubt | None:
    """A doubt where the first row of a piece has no number among rows that have: the end of a page may have cut it."""
    first = next((text for text, column, *_ in row if column == 0), "")
    own = [cell for cell in moved if cell.row == whole.height and cell.start >= 0]
    if first or not own or any(_TOTAL.match(text) for text, *_ in row):
        return None
    # Of the row above, too, it is not certain that it is whole.
    upper = min((cell.start for cell in whole.cells if cell.row == whole.height - 1 and cell.start >= 0), default=own[0].start)
    return Doubt(upper, own[-1].end, "row-cut", "跨页处的这一行不能确定是否上一行的下半，分行保留")


def _splice_labelled(tables: _Grids) -> tuple[set[int], list[Doubt]]:
    """Join 续表2 to 表2 that stands right before it; returns the indexes of the lines that are left out."""
    lines = tables.lines
    scanned = [(line, recognise(line) if line.text[:1] in "续續表附(（" else None) for line in lines]
    titles = [i for i, (line, marker) in enumerate(scanned) if is_table_title(line, marker)]
    dropped: set[int] = set()
    doubts: list[Doubt] = []
    table: _Label | None = None  # the label that is open
    since = 0  # where the body of its last piece begins
    for place, at in enumerate(titles):
        line, marker = scanned[at]
        assert marker is not None
        heading = line.text[marker.rest - line.start :]
        again = marker.cls.name == "continued" or bool(_CONTINUED.search(heading))
        heading, body = _CONTINUED.sub("", heading), at + 1
        below = lines[body] if body < len(lines) else None
        if not heading and below is not None and tables.at(body) is None and recognise(below) is None:
            # The title may stand on the line below; that of a table that goes on is the one known.
            if not again or (table is not None and below.text == table.heading):
                heading, body = below.text, body + 1
        label = _Label(marker, heading, body)
        if not again:
            table, since = label, body
            continue
        joins = table is not None and _goes_on(table, label) and _reaches(scanned, since, at, tables.at(since))
        known = tables.at(since) if joins else None
        if joins and known is not None:
            joins = _join_labelled(tables, known, tables.at(body), since, dropped, doubts)
        if not joins or table is None:
            doubts.append(Doubt(line.start, line.end, "table-apart", "标明为续表，但不能确定与前面的同号表格相接，单独成表"))
            table, since = label, body  # what goes on in turn may join this piece
            continue
        if known is None:
            ends = titles[place + 1] if place + 1 < len(titles) else len(lines)
            dropped |= {*range(body, body + _count_same(lines[table.body : table.body + MOST_SAME], lines[body : min(ends, body + MOST_SAME)]))}
        dropped |= {*range(at, body)}
        since = body
    return dropped, doubts


@dataclass(frozen=True)
class _Label:
    """A table's label: its marker and heading, and the index of the line at which its cells begin."""

    marker: Marker
    heading: str
    body: int


def _join_labelled(
    tables: _Grids, known: Grid, other: Grid | None, since: int, dropped: set[int], doubts: list[Doubt]
) -> bool:
    """Join a labelled piece to the table of the source above it; false where it has other columns."""
    whole = tables.wholes.get(known.start) or tables.open(known)
    found = tables.join(whole, other, titled=True) if whole is not None and other is not None else None
    if whole is None or other is None or found is None:
        return False
    dropped |= found[0]
    doubts += [found[1]] if found[1] else []
    tables.wholes[known.start] = tables.wholes[other.start] = whole
    return True


def _goes_on(table: _Label, label: _Label) -> bool:
    """True where a label is the open table's: the same number or none, the same heading or none."""
    same = label.marker.num is None or (label.marker.num, label.marker.index) == (table.marker.num, table.marker.index)
    return same and (not label.heading or label.heading == table.heading)


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


def _splice_bare(tables: _Grids, dropped: set[int]) -> tuple[set[int], list[Doubt]]:
    """Join tables of the source that stand right after each other, where the heads come again or the numbers of the rows go on."""
    again: set[int] = set()
    doubts: list[Doubt] = []
    before: Grid | None = None
    for grid in sorted(tables.grids.values(), key=lambda one: one.start):
        if before is not None and grid.start in tables.wholes and tables.wholes[grid.start].start < grid.start:
            before = grid  # joined under its label
            continue
        whole = None
        if before is not None and before.end <= grid.start:
            between = range(bisect_left(tables.starts, before.end), bisect_left(tables.starts, grid.start))
            if not any(i not in dropped for i in between):
                whole = tables.wholes.get(before.start) or tables.open(before)
        found = tables.join(whole, grid, titled=False) if whole is not None else None
        if whole is not None and found is not None and before is not None:
            again |= found[0]
            doubts += [found[1]] if found[1] else []
            tables.wholes[before.start] = tables.wholes[grid.start] = whole
        before = grid
    return again, doubts


def _size(grid: Grid) -> tuple[int, int]:
    return max(c.column + c.colspan for c in grid.cells), max(c.row for c in grid.cells) + 1


def _place(cell: GridCell) -> tuple[int, int]:
    return cell.row, cell.column


def _numbers(rows: Drawn) -> list[int]:
    """The numbers of rows, where those that have one run on by one."""
    found = [int(match[1]) for row in rows for text, column, *_ in row if column == 0 and (match := _NUMBER.match(text))]
    return found if found and found == list(range(found[0], found[0] + len(found))) else []
