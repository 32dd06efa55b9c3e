"""Read a flattened table of figures whose rows are told by the numbers of their names, or by the 属性 that each ends with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.cells import Cell, Row, Table
from ingest.fit import fit, profile_of
from ingest.numbered import nest_head

_NAME = re.compile(r"(\d{1,2})[.．、](?!\d)\s*\S")
_NATURES = re.compile(r"(?:指标)?(?:属性|性质)\Z")
_PROSE = re.compile(r".{14}[。；：;:]\Z")
LEAST_ROWS = 3
MOST_HEADS = 12


@dataclass
class _Piece:
    """The cells of a row, with the heading of the group that opens there."""

    cells: list[Cell]
    start: int
    group: str | None


def tabulate_marked(cells: Sequence[Cell]) -> Table | None:
    """Return the table that cells make whose names are numbered (1.就业率) or whose rows end with 预期性; None where they make none.

    Rows of as many cells as the heads are whole. One of more paragraphs is fitted to the whole ones, and where it can't be, its
    words stand together and the row is unclear; so are those of a row that lacks a cell.
    """
    pieces, body = _by_names(cells) or _by_natures(cells) or ([], 0)
    if len(pieces) < LEAST_ROWS or not 2 <= body <= MOST_HEADS:
        return None
    width, times = Counter(len(piece.cells) for piece in pieces).most_common(1)[0]
    head = nest_head([cell.text for cell in cells[:body]], width)
    if len(head) != width or times * 2 <= len(pieces) or any(_NAME.match(text) for text in head):
        return None
    profile = profile_of([piece.cells for piece in pieces], width)
    if not any(column.sort == "value" for column in profile[1:]) or profile[0].sort != "text":
        return None
    _end_last(pieces[-1], width)
    rows: list[Row] = []
    for piece in pieces:
        if len(piece.cells) < width:
            texts = [cell.text for cell in piece.cells]
            told, clear = (texts[0], " ".join(texts[1:]), *[""] * (width - 2)), False
        else:
            told, clear = fit(piece.cells, profile)
        rows.append(Row(piece.start, piece.cells[-1].end, told, piece.group, not clear))
    return Table(tuple(head), cells[body - 1].end, tuple(rows), False)


def _by_names(cells: Sequence[Cell]) -> tuple[list[_Piece], int] | None:
    """The rows that open with 1. 2. 3. …, which may begin anew below a group's heading; a number may be left out."""
    starts: list[int] = []
    last = 0
    for at, cell in enumerate(cells):
        match = _NAME.match(cell.text) if cell.sort == "text" else None
        if match is None:
            continue
        number, grouped = int(match[1]), at > 0 and cells[at - 1].sort == "group"
        if number in (last + 1, last + 2) and starts or number == 1 and (grouped or not starts):
            starts.append(at)
            last = number
        elif starts:
            return None
    return _pieces(cells, starts) if starts else None


def _by_natures(cells: Sequence[Cell]) -> tuple[list[_Piece], int] | None:
    """The rows that end with 预期性 or 约束性 below heads of which the last is 属性."""
    body = next((at + 1 for at, cell in enumerate(cells[:MOST_HEADS]) if _NATURES.match(cell.text)), None)
    if body is None:
        return None
    ends = [at for at in range(body, len(cells)) if cells[at].sort == "nature"]
    starts = [body, *(at + 1 for at in ends)]
    if not ends:
        return None
    opened = [at + (cells[at].sort == "group") for at in starts[:-1]]
    return _pieces(cells[: ends[-1] + 1], opened)


def _pieces(cells: Sequence[Cell], starts: Sequence[int]) -> tuple[list[_Piece], int]:
    """Part cells into rows and the headings of groups between them; also returns where the heads end."""
    pieces: list[_Piece] = []
    group: str | None = None
    for start, end in zip(starts, [*starts[1:], len(cells)]):
        begin = cells[start].start
        if start and cells[start - 1].sort == "group":
            group, begin = cells[start - 1].text, cells[start - 1].start
        own = list(cells[start:end])
        if end < len(cells) and own[-1].sort == "group":
            own.pop()
        pieces.append(_Piece(own, begin, group))
    first = starts[0]
    return pieces, first - (first > 0 and cells[first - 1].sort == "group")


def _end_last(last: _Piece, width: int) -> None:
    """Give back what follows the rows: a sentence is none of their cells."""
    prose = next((at for at in range(min(width, len(last.cells)), len(last.cells)) if _PROSE.search(last.cells[at].text)), None)
    if prose is not None:
        del last.cells[prose:]
