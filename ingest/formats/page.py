"""Read a printed page: glyphs to lines, columns one after the other, tables by their rules."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from ingest.fit import join
from lang.radicals import unify

# Blanks between glyphs as a share of their size: beyond it a blank is shown, beyond the second two, as between the cells of
# a table that is printed without rules.
_GAP, _WIDE_GAP = 0.4, 1.5
# A page is set in two columns where so many lines stand at either side of a gutter, and hardly any runs over it.
_LEAST_LINES = 8
_LABEL = re.compile(r"[\u4e00-\u9fff]{2,6}[:：]")
_MOST_EDGES, _MOST_ENDS = 20_000, 100  # beyond them the lines of a page are a drawing's
_AT_EDGE = 0.3  # of the page's height, within which a table may be cut
_MOST_STEPS = 1000  # places at which a strip is looked for; a page of small print has 200
_MOST_ACROSS = 0.34


@dataclass
class PrintedLine:
    """A printed line."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    page: int
    raised: tuple[str, ...] = ()  # marks that stand above the line
    kind: str = "text"  # text, page-number, running-title, browser-print, footnote
    grid: "PrintedTable | None" = None
    column: int = 0  # 0 over the page's whole width, 1 left, 2 right


@dataclass
class PrintedTable:
    top: float
    page: int
    columns: tuple[float, ...]  # where they are parted
    cells: list[tuple[str, int, int, int, int]] = field(default_factory=list)  # text, row, column, rows, columns
    doubtful: set[int] = field(default_factory=set)  # rows that may be the lower half of one on the page before


def read_page(page: Any, number: int) -> list[PrintedLine]:
    """Return the printed lines of a page in the order of reading; a table is one of them."""
    page = page.dedupe_chars(tolerance=1)
    chars = [c for c in page.chars if c["text"].strip() or c["text"] == " "]
    tables = []
    for table in page.find_tables({"explicit_horizontal_lines": _find_cuts(page)}):
        found = _table_of(table, chars, number)
        if found is not None:
            tables.append((table.bbox, found))
    loose = [c for c in chars if not any(_holds(bbox, c) for bbox, _ in tables)]
    drawn = [PrintedLine("", b[0], b[2], b[1], b[3], 0, number, grid=table) for b, table in tables]
    lines = _group(loose, number)
    gutter = _find_gutter(lines, loose)
    if gutter is None:
        return sorted([*lines, *drawn], key=lambda line: line.top)
    return _in_columns(lines, drawn, loose, gutter, number)


def _find_cuts(page: Any) -> list[float]:
    """Where the end of the page cut a table: its upright lines end together at the top or the foot, and no line closes them."""
    # A line drawn as a narrow box has short edges across it, too.
    edges = [edge for edge in page.edges if max(edge["x1"] - edge["x0"], edge["bottom"] - edge["top"]) > 4]
    level = [(edge["top"], edge["x0"], edge["x1"]) for edge in edges if edge["orientation"] == "h"]
    upright = [edge for edge in edges if edge["orientation"] == "v"]
    cuts: list[float] = []
    if len(edges) > _MOST_EDGES:
        return cuts  # a drawing
    for side, within in (("top", lambda y: y < page.height * _AT_EDGE), ("bottom", lambda y: y > page.height * (1 - _AT_EDGE))):
        ends = sorted((edge for edge in upright if within(edge[side])), key=lambda edge: edge[side])
        for _ in range(_MOST_ENDS):
            if not ends:
                break
            y = ends[0][side]
            group = [edge for edge in ends if edge[side] - y <= 2]
            ends = ends[len(group) :]
            places = {round(edge["x0"]) for edge in group}
            left, right = min(places), max(places)
            closed = any(abs(at - y) <= 3 and x0 < right and x1 > left for at, x0, x1 in level)
            # Three lines that end together and go on no further are the borders of two columns.
            further = [e for e in upright if round(e["x0"]) in places and (e["top"] < y - 3 if side == "top" else e["bottom"] > y + 3)]
            if len(places) > 2 and not closed and not further:
                cuts.append(y)
    return cuts


def _find_gutter(lines: Sequence[PrintedLine], chars: Sequence[dict]) -> float | None:
    """The middle of the blank strip between two columns of text; None where the page has one column.

    Lines of text reach the strip from either side; the cells of a table without rules and the page numbers of a contents
    list do not.
    """
    visible = [c for c in chars if c["text"].strip()]
    if len(lines) < _LEAST_LINES or not visible:
        return None
    left, right = min(c["x0"] for c in visible), max(c["x1"] for c in visible)
    size = median(c["size"] for c in visible)
    heights = _Heights(visible)
    rows = [_gaps(heights.within(line)) for line in lines]
    best: tuple[int, float] | None = None
    # A broken file sets a glyph a million pages to the right, or prints in no size at all.
    step = max(size / 4, 0.3 * (right - left) / _MOST_STEPS)
    x = left + 0.35 * (right - left)
    while right > left and x < left + 0.65 * (right - left):
        found = [next(((end, begin) for end, begin in row if end < x < begin), None) for row in rows]
        across = found.count(None)
        gaps = [gap for gap in found if gap is not None]
        # Lines of text end close before the strip, and begin close behind it.
        ends = sum(x - end < 2 * size for end, _ in gaps)
        begins = sum(begin - x < 2 * size for _, begin in gaps)
        if min(ends, begins) >= _LEAST_LINES and across <= _MOST_ACROSS * len(rows):
            inner = [begin - end for end, begin in gaps if x - end < 2 * size and begin - x < 2 * size]
            if inner and median(inner) >= 0.9 * size and (best is None or across < best[0]):
                best = (across, x)
        x += step
    if best is None:
        return None
    sides = [sum(c["x1"] <= best[1] for c in visible), sum(c["x0"] >= best[1] for c in visible)]
    return best[1] if min(sides) >= _LEAST_LINES * 6 else None


def _gaps(row: Sequence[dict]) -> list[tuple[float, float]]:
    """The blanks of a line: before, between and after its glyphs."""
    edges = sorted((c["x0"], c["x1"]) for c in row)
    return list(zip([float("-inf"), *(end for _, end in edges)], [*(begin for begin, _ in edges), float("inf")]))


class _Heights:
    """Glyphs in the order of their heights, to find those of a line without looking at all of a page."""

    def __init__(self, chars: Sequence[dict]) -> None:
        self._chars = sorted(chars, key=self._middle)
        self._middles = [self._middle(c) for c in self._chars]

    def within(self, line: PrintedLine) -> list[dict]:
        return self._chars[bisect_left(self._middles, line.top) : bisect_right(self._middles, line.bottom)]

    @staticmethod
    def _middle(char: dict) -> float:
        return (char["top"] + char["bottom"]) / 2


def _in_columns(
    lines: Sequence[PrintedLine], drawn: Sequence[PrintedLine], chars: Sequence[dict], gutter: float, number: int
) -> list[PrintedLine]:
    """The lines of a page of two columns: what runs over both parts it into bands, in each the left column comes first."""
    heights = _Heights(chars)
    across = [line for line in lines if _runs_across(line, heights.within(line), gutter)]
    ids = {id(c) for line in across for c in heights.within(line)}
    placed: list[PrintedLine] = [*across, *(line for line in drawn if line.x0 < gutter < line.x1)]
    for column, side in ((1, lambda x: x < gutter), (2, lambda x: x >= gutter)):
        own = _group([c for c in chars if id(c) not in ids and side((c["x0"] + c["x1"]) / 2)], number)
        for line in [*own, *(t for t in drawn if not t.x0 < gutter < t.x1 and side((t.x0 + t.x1) / 2))]:
            line.column = column
            placed.append(line)
    borders = sorted(line.top for line in placed if line.column == 0)
    band = {id(line): bisect_right(borders, line.top) for line in placed}
    return sorted(placed, key=lambda line: (band[id(line)], line.column, line.top))


def _runs_across(line: PrintedLine, chars: Sequence[dict], gutter: float) -> bool:
    own = [c for c in chars if c["text"].strip()]
    if any(c["x0"] < gutter < c["x1"] for c in own):
        return True
    end = max((c["x1"] for c in own if c["x1"] <= gutter), default=None)
    begin = min((c["x0"] for c in own if c["x0"] >= gutter), default=None)
    return end is not None and begin is not None and begin - end < 0.8 * line.size


def _group(chars: list[dict], page: int) -> list[PrintedLine]:
    """Glyphs to lines: a glyph belongs to the line that its middle lies in, so that a raised mark stays in its line."""
    rows: list[list[dict]] = []
    blanks = sorted((c for c in chars if c["text"] == " "), key=lambda c: c["x0"])
    for char in sorted((c for c in chars if c["text"].strip()), key=lambda c: -c["size"]):
        middle = (char["top"] + char["bottom"]) / 2
        for row in rows:
            # The first glyph of a row is its largest; raised ones reach a little above it.
            if row[0]["top"] - 0.25 * row[0]["size"] <= middle <= row[0]["bottom"]:
                row.append(char)
                break
        else:
            rows.append([char])
    lines = []
    for row in rows:
        size = median(c["size"] for c in row)
        row.sort(key=lambda c: c["x0"])
        text, raised = "", []
        for place, (before, char) in enumerate(zip([None, *row], row)):
            if before is not None and char["x0"] - before["x1"] > _GAP * size:
                text += "  " if char["x0"] - before["x1"] > _WIDE_GAP * size else " "
            elif before is not None and _is_blank_between(blanks, before, char):
                # A narrow blank counts where it parts words: 2024/8/1 10:15 is not 2024/8/110:15, nor 2024-07-29 来源：… one word.
                # In 到 2025 年 it does not.
                words = (before["text"] + char["text"]).isascii()
                text += " " if words or _LABEL.match("".join(c["text"] for c in row[place : place + 8])) else ""
            if char["size"] < 0.8 * size and (char["top"] + char["bottom"]) / 2 < (row[-1]["top"] + row[-1]["bottom"]) / 2:
                raised.append(char["text"])
            # A font's table may give a radical for the character that the page shows: 人 for ⼈.
            text += unify(char["text"])
        top, bottom = min(c["top"] for c in row), max(c["bottom"] for c in row)
        lines.append(PrintedLine(text.strip(), row[0]["x0"], row[-1]["x1"], top, bottom, size, page, tuple(raised)))
    return sorted((line for line in lines if line.text), key=lambda line: line.top)


def _is_blank_between(blanks: list[dict], before: dict, char: dict) -> bool:
    """True where a blank that the file holds is printed between two glyphs of a line."""
    at = bisect_left(blanks, before["x1"] - 0.5, key=lambda c: c["x0"])
    middle = (char["top"] + char["bottom"]) / 2
    while at < len(blanks) and blanks[at]["x1"] <= char["x0"] + 0.5:
        if blanks[at]["top"] <= middle <= blanks[at]["bottom"]:
            return True
        at += 1
    return False


def _holds(bbox: tuple[float, float, float, float], char: dict) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bbox[0] <= x <= bbox[2] and bbox[1] <= y <= bbox[3]


def _table_of(table: Any, chars: list[dict], page: int) -> PrintedTable | None:
    boxes = [cell for cell in table.cells if cell]
    xs = _edges([x for box in boxes for x in (box[0], box[2])])
    ys = _edges([y for box in boxes for y in (box[1], box[3])])
    if len(xs) < 3 or len(ys) < 3 or len(boxes) < 4:
        return None  # a frame around text
    found = PrintedTable(table.bbox[1], page, tuple(xs))
    for box in sorted(boxes, key=lambda b: (round(b[1]), b[0])):
        row, column = _nearest(ys, box[1]), _nearest(xs, box[0])
        rows, columns = max(_nearest(ys, box[3]) - row, 1), max(_nearest(xs, box[2]) - column, 1)
        # A cell's lines are broken by its width; between Latin words that was a blank, and figures must not run together.
        text = join([line.text for line in _group([c for c in chars if _holds(box, c)], page)])
        found.cells.append((text, row, column, rows, columns))
    filled = [row for text, row, *_ in found.cells if text]
    if len(set(filled)) == len(filled):
        return None  # nothing stands beside anything: the frames of a web page and of its fields
    longest = max(len(cell[0]) for cell in found.cells)
    # A cell that holds most of the page is the frame of a printed web page.
    return None if longest > 300 and longest > 0.5 * sum(not c["text"].isspace() for c in chars) else found


def _edges(values: list[float]) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > 3:
            edges.append(value)
    return edges


def _nearest(edges: list[float], value: float) -> int:
    return min(range(len(edges)), key=lambda i: abs(edges[i] - value))
