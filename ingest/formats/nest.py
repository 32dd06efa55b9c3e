"""Tell tables from frames as they close: a small table may stand in another's cell, one that holds text makes the outer a frame."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ingest.formats.writer import Span
from ingest.records import Grid, GridCell

MOST_INNER = 50
LEAST_ROWS = 3  # of a table of data
LONGEST_INNER = 300  # characters of a table that stands in another's cell
_NO_GRID = Grid(0, 0, ())  # of an inner table of one column


@dataclass
class OpenTable:
    """A table that is open; ``inner`` are the grids of the tables inside it, None where one of them is more than a cell's.

    Of each cell ``cells`` tells span, row, column, rows, columns, and whether it is marked as a head.
    """

    span: Span
    inner: list[Grid] | None = field(default_factory=list)
    cells: list[tuple[Span, int, int, int, int, bool]] = field(default_factory=list)


def close_table(table: OpenTable, outer: OpenTable | None, grids: list[Grid]) -> None:
    """Add a table that was closed to the grids, unless it is a frame; grids of what stands in its cells are taken away."""
    grid = _grid_of(table)
    if outer is not None and outer.inner is not None:
        small = table.inner == [] and table.span.end - (table.span.start or 0) <= LONGEST_INNER
        if small and len(outer.inner) < MOST_INNER:
            outer.inner.append(grid or _NO_GRID)
        else:
            outer.inner = None
    if grid is not None:
        while table.inner and grids and any(grids[-1] is one for one in table.inner):
            grids.pop()  # what stands in a cell was found last
        grids.append(grid)


def _grid_of(table: OpenTable) -> Grid | None:
    columns = {column for _, _, column, *_ in table.cells}
    if table.inner is None or table.span.start is None or len(columns) < 2:
        return None
    cells = tuple(
        # An empty cell has a place in its row and none in the text.
        GridCell(span.start if span.start is not None else -1, span.end if span.start is not None else -1, row, column, *rest)
        for span, row, column, *rest in table.cells
    )
    grid = Grid(table.span.start, table.span.end, cells)
    return grid if not table.inner or is_data(grid) else None


def is_data(grid: Grid) -> bool:
    """True for a table of data: a page's frame has few cells and long ones."""
    if max(cell.end - cell.start for cell in grid.cells) > LONGEST_INNER:
        return False
    rows = Counter(cell.row for cell in grid.cells if cell.start >= 0)
    return sum(count > 1 for count in rows.values()) >= LEAST_ROWS
