"""Suspect tables that were flattened, a row or a cell a line, and that no label tells: their text stays as it is, with a doubt."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.records import Doubt, Unit

LEAST_ROWS = 4
LONGEST_ROW = 200
MOST_BETWEEN = 2  # lines between two rows: a name broken over two lines stands above and below its row
# Of a table a cell a line: lines that follow each other, how many of them are figures at least, and how long one is at most.
LEAST_CELLS, LEAST_FIGURES, LONGEST_CELL = 16, 4, 40
_ENDS = re.compile(r"[。；;：:，,]\Z")
_SENTENCE = re.compile(r"[，。；;]")
_FIGURE = re.compile(r"[≥≤<>〔\[(（]*\d[\d.,%]*[〕\])）]*(?:左右|以上|以下)?|[-—–]+|预期性|约束性")


def suspect(text: str, units: Sequence[Unit]) -> tuple[Doubt, ...]:
    """Return a doubt for each run of paragraphs that look like a table's rows (fields parted by blanks, figures among them)
    or its cells (short, figures among them).
    """
    doubts: list[Doubt] = []
    siblings = [units]
    while siblings:
        among = siblings.pop()
        doubts += _suspect_among(text, among)
        doubts += _suspect_cells(text, among)
        siblings += [unit.children for unit in among if unit.children]
    return tuple(doubts)


def _suspect_among(text: str, units: Sequence[Unit]) -> list[Doubt]:
    doubts: list[Doubt] = []
    rows: list[Unit] = []
    between = 0
    for unit in [*units, None]:
        if unit is not None and unit.kind == "paragraph" and _is_row(text[unit.start : unit.own_end]):
            rows.append(unit)
            between = 0
            continue
        between += 1
        if unit is None or unit.kind != "paragraph" or between > MOST_BETWEEN:
            if len(rows) >= LEAST_ROWS:
                message = "疑为表格，未能还原行列，各行按原文顺序保留"
                doubts.append(Doubt(rows[0].start, rows[-1].own_end, "table-unrecovered", message, rows[0].eid))
            rows = []
    return doubts


def _suspect_cells(text: str, units: Sequence[Unit]) -> list[Doubt]:
    doubts: list[Doubt] = []
    cells: list[Unit] = []
    for unit in [*units, None]:
        if unit is not None and unit.kind == "paragraph" and not unit.children and _is_cell(text[unit.start : unit.own_end].strip()):
            cells.append(unit)
            continue
        figures = sum(bool(_FIGURE.fullmatch(text[cell.start : cell.own_end].strip())) for cell in cells)
        if len(cells) >= LEAST_CELLS and figures >= max(LEAST_FIGURES, len(cells) // 10):
            message = "疑为表格，未能还原行列，单元格按原文顺序保留"
            doubts.append(Doubt(cells[0].start, cells[-1].own_end, "table-unrecovered", message, cells[0].eid))
        cells = []
    return doubts


def _is_cell(line: str) -> bool:
    return len(line) <= LONGEST_CELL and not _ENDS.search(line) and len(line.split()) < 3


def _is_row(line: str) -> bool:
    if len(line) > LONGEST_ROW:
        return False
    fields = line.split()
    return len(fields) > 2 and not _SENTENCE.search(line) and any(_FIGURE.fullmatch(field) for field in fields)
