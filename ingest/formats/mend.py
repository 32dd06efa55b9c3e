"""Mend rows that the end of a printed page cut in two: their halves become one where that is certain."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.fit import join
from ingest.formats.page import PrintedLine, PrintedTable
from ingest.grids import Drawn, count_repeated

_SAME_PLACE = 4  # points by which a column may stand elsewhere on the next page
_TOTAL = re.compile(r"[总合小累]\s*计|总\s*数")
_NUMBER = re.compile(r"[(（]?\d{1,4}[)）]?[.．、]?\Z")
_FIGURE = re.compile(r"[〔\[(（≥≤><＞＜=约]*\d[\d,.]*[%％]?[〕\])）]?\Z")
_ENDS = re.compile(r"[。；;！!？?]\Z")
_BREAKS_OFF = re.compile(r"[，,、（(〔\[《“]\Z")
_IS_GOING_ON = re.compile(r"[，,、。；;：:）)〕\]》”]")


def goes_on(table: PrintedTable, other: PrintedTable) -> bool:
    """True where a table has the columns of the one at the end of the page before."""
    pairs = zip(table.columns, other.columns)
    return len(table.columns) == len(other.columns) and all(abs(a - b) < _SAME_PLACE for a, b in pairs)


def rows_of(table: PrintedTable) -> Drawn:
    """Of each row what stands where; a cell is told in the row where it begins."""
    rows: dict[int, list[tuple[str, int, int, int]]] = {}
    for text, row, column, height, width in sorted(table.cells, key=lambda c: (c[1], c[2])):
        rows.setdefault(row, []).append((text, column, height, width))
    return [rows.get(row, []) for row in range(max(rows, default=-1) + 1)]


def mend_cut_rows(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """Return the lines, tables whose last row goes on at the top of the next page with that row whole.

    Where a row may or may not go on, it stays apart and is marked in ``PrintedTable.doubtful``.
    """
    kept: list[PrintedLine] = []
    table: PrintedTable | None = None  # the one that the page before ended with
    heads: Drawn = []
    page = -1
    for line in lines:
        if line.kind == "text" and line.grid is None:
            table = None
        elif line.grid is not None:
            if table is not None and line.page == page + 1 and goes_on(table, line.grid):
                _mend(table, line.grid, heads)
                page = line.page
                if not line.grid.cells:
                    continue  # the page held nothing but the row's end
            else:
                heads = rows_of(line.grid)
            table, page = line.grid, line.page
        kept.append(line)
    return kept


def _mend(table: PrintedTable, other: PrintedTable, heads: Drawn) -> None:
    rows, below = rows_of(table), rows_of(other)
    first = count_repeated(below, heads)
    if len(rows) < 2 or first >= len(below):
        return
    above = {column: text for text, column, _, _ in rows[-1]}
    half = {column: text for text, column, _, _ in below[first]}
    if not _may_go_on(above, half):
        return
    if not _is_certain(rows, below, first, above, half, _heads_of(heads)):
        other.doubtful.add(first)
        return
    last = len(rows) - 1
    table.cells[:] = [
        (join([text, half[column]]) if half.get(column) else text, row, column, height, width) if row == last else (text, row, column, height, width)
        for text, row, column, height, width in table.cells
    ]
    other.cells[:] = [
        (text, row - (row > first), column, height, width) for text, row, column, height, width in other.cells if row != first
    ]
    if {row for _, row, *_ in other.cells} <= set(range(first)):
        other.cells.clear()  # only the heads again


def _heads_of(rows: Drawn) -> Drawn:
    """The rows above a table's body: its title, and as many as the tallest of its heads covers."""
    first = next((i for i, row in enumerate(rows) if len(row) > 1), len(rows))
    depth = max((cell[2] for cell in rows[first]), default=1) if first < len(rows) else 0
    return rows[: first + depth]


def _may_go_on(above: dict[int, str], half: dict[int, str]) -> bool:
    """True where a row without number or label stands below one that has it, in the same columns, and no figures meet."""
    # Beside a merged cell the row above has fewer cells than there are columns.
    if any(text and column not in above for column, text in half.items()) or half.get(0) or not above.get(0) or not any(half.values()):
        return False
    if any(_TOTAL.match(text) for text in half.values()):
        return False
    return not any(_FIGURE.match(above.get(column, "")) and _FIGURE.match(text) for column, text in half.items())


def _is_certain(
    rows: Drawn, below: Drawn, first: int, above: dict[int, str], half: dict[int, str], heads: Drawn
) -> bool:
    """True where every row has a number or label of its own, and either the numbers go on or the words break off."""
    body = [row for row in [*rows, *below[first + 1 :]] if row not in heads]
    labels = [next((cell for cell in row if cell[1] == 0), None) for row in body]
    if not all(label and label[0] for label in labels):
        return False
    if all(label and _NUMBER.match(label[0]) and label[2] == 1 for label in labels):
        numbers = [int(re.sub(r"\D", "", label[0])) for label in labels if label]
        if numbers == list(range(numbers[0], numbers[0] + len(numbers))):
            return True  # each row has its number, whatever is merged beside it
    if set(above) != set(half) or any(cell[2] > 1 for row in [*body, below[first]] for cell in row):
        return False  # a merged cell stands beside several rows, of which only the first has a label
    for column, text in half.items():
        if not text or not above[column] or _ENDS.search(above[column]):
            continue
        if _BREAKS_OFF.search(above[column]) or _IS_GOING_ON.match(text):
            return True
        others = [cell[0] for row in body[:-1] if row is not rows[-1] for cell in row if cell[1] == column and cell[0]]
        if others and all(_ENDS.search(other) for other in others) and _ENDS.search(text):
            return True  # its other cells are whole sentences
    return False
