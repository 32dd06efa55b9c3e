"""Read a table whose cells were flattened to one a line: column heads, rows, group headings."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.records import Line

_VALUE = re.compile(
    r"[≥≤><=约]*[〔\[(]?\d[\d,]*(?:\.\d+)?(?:-\d+(?:\.\d+)?)?[〕\])]?[万亿千百]*"
    r"(?:%|个|家|所|套|项|件|名|人|人次|倍|公里|平方米|立方米|元)?(?:以上|以下|以内|左右)?\Z"
)
_YEAR = re.compile(r"(?:19|20)\d{2}\Z")
_NATURE = re.compile(r"(?:预期性|约束性|预期|约束)\Z")
_GROUP = re.compile(r"[一二三四五六七八九十]{1,3}[、.．]\S{1,20}\Z")
_LOOSE_HAN = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


@dataclass(frozen=True)
class Cell:
    """A cell; ``text`` without the line breaks of the source."""

    start: int
    end: int
    text: str

    @property
    def sort(self) -> str:
        """value, nature, group or text."""
        plain = unicodedata.normalize("NFKC", self.text).replace(" ", "")
        if _VALUE.match(plain):
            return "value"
        if _NATURE.match(plain):
            return "nature"
        return "group" if _GROUP.match(plain) else "text"


@dataclass(frozen=True)
class Row:
    """A row; ``group`` is the group heading it stands under, ``start`` that heading's where it opens the group."""

    start: int
    end: int
    cells: tuple[str, ...]
    group: str | None


@dataclass(frozen=True)
class Table:
    """A table's column heads and rows; ``head_end`` is where the heads end in the text."""

    head: tuple[str, ...]
    head_end: int | None
    rows: tuple[Row, ...]
    uneven: bool  # some rows have other numbers of cells, or the heads do not fit the rows


def tabulate(lines: Sequence[Line]) -> Table | None:
    """Return the table that the lines of a box make, or None when they make none."""
    cells = gather_cells(lines)
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


def gather_cells(lines: Sequence[Line]) -> list[Cell]:
    """Return the cells: what stands between pipes, or between blank lines, or on a line."""
    piped = any(line.text == "|" for line in lines)
    spaced = sum(line.after_blank for line in lines) * 2 > len(lines)
    cells: list[Cell] = []
    opens = True
    for line in lines:
        if line.text == "|":
            opens = True
            continue
        if opens or (line.after_blank and not piped) or not (piped or spaced):
            cells.append(Cell(line.start, line.end, _squeeze(line.text)))
        else:
            # (人次) broken off its name by the web editor: same cell, since no blank line parts them.
            before = cells[-1]
            cells[-1] = Cell(before.start, line.end, _squeeze(before.text + line.text))
        opens = False
    return cells


def _gather_rows(cells: Sequence[Cell], sorts: Sequence[str]) -> tuple[Row, ...]:
    rows: list[Row] = []
    group: str | None = None
    start: int | None = None
    for cell, sort in zip(cells, sorts):
        if sort == "group":
            group, start = cell.text, cell.start
        elif sort == "text" or not rows or start is not None:
            rows.append(Row(cell.start if start is None else start, cell.end, (cell.text,), group))
            start = None
        else:
            row = rows[-1]
            rows[-1] = Row(row.start, cell.end, (*row.cells, cell.text), row.group)
    if start is not None and rows:  # a group heading with nothing under it stays with the row before
        rows[-1] = Row(rows[-1].start, cells[-1].end, rows[-1].cells, rows[-1].group)
    return tuple(rows)


def _merge_head(head: list[str], width: int, rows: Sequence[Row]) -> tuple[tuple[str, ...], bool]:
    """Fit the heads to the rows' width; 2021-2025年 / 目标 on two lines is one head."""
    if len(head) <= width:
        return tuple(head), len(head) == width
    last_is_nature = any(len(row.cells) == width and _NATURE.match(row.cells[-1]) for row in rows)
    tail = 1 if last_is_nature else 0
    middle = head[1 : len(head) - tail]
    merged = (head[0], "".join(middle), *head[len(head) - tail :])
    return merged, len(merged) == width


def _squeeze(text: str) -> str:
    """Close up letter-spaced Han (指  标 -> 指标)."""
    return _LOOSE_HAN.sub("", text.strip())
