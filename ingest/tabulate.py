"""Read a table whose cells were flattened to one a line: column heads, rows, group headings."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.records import Line

_VALUE = re.compile(
    r"[≥≤><=约]*[〔\[(]?\d[\d,]*(?:\.\d+)?(?:-\d+(?:\.\d+)?)?[〕\])]?[万亿千百]*"
    r"(?:%|个|家|所|套|项|件|名|人|人次|倍|公里|平方米|立方米|元)?(?:以上|以下|以内|左右)?\Z"
)
_YEAR = re.compile(r"(?:19|20)\d{2}\Z")
_NATURE = re.compile(r"(?:预期性|约束性|预期|约束)\Z")
_GROUP = re.compile(r"[一二三四五六七八九十]{1,3}[、.．]\S{1,20}\Z")
_SERIAL = re.compile(r"(?:序号|编号|排序|序列)\Z")
_HEAD_TAIL = re.compile(r"[（(\[〔]|(?:目标|情况|属性|任务|投资|时间|比例|标准|年限|要求|说明|完成)(?:[（(\[〔].*)?\Z")
_LEADS_GROUP = re.compile(r"[：:]\Z|^[一二三四五六七八九十]{1,3}、")
_LOOSE_HAN = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")

WIDEST = 200  # columns; the widest table seen has 30


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
    title: str | None = None  # where the table's first row is its title


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


def tabulate_cells(lines: Sequence[Line]) -> Table | None:
    """Return the table that lines make which are known to be one's cells; None where its rows can't be told safely.

    Rows open with their number where the first head is 序号; else every column must hold one sort of cell.
    """
    cells = gather_cells(lines)
    by_values = tabulate(lines)
    # Rows that are told by their values alone are safe only where all are of one width.
    return _by_numbers(cells) or (by_values if by_values and not by_values.uneven else None) or _by_columns(cells)


def is_serial(text: str) -> bool:
    """True for the head of a column of row numbers: 序号."""
    return bool(_SERIAL.match(re.sub(r"\s", "", text)))


def _by_numbers(cells: Sequence[Cell]) -> Table | None:
    if not cells or not is_serial(cells[0].text):
        return None
    first = next((i for i, cell in enumerate(cells) if cell.text == "1"), None)
    if first is None or first < 2:
        return None
    head = [cell.text for cell in cells[:first]]
    # A group's heading between the heads and the first number is a row's beginning, not a head.
    lead = first
    while lead > 2 and _LEADS_GROUP.search(cells[lead - 1].text):
        lead -= 1
    if lead > WIDEST:
        return None
    starts = [first]
    number = 2
    widths: Counter[int] = Counter()
    while True:
        start = starts[-1]
        places = [j for j in range(start + 2, min(start + 3 * lead + 2, len(cells))) if cells[j].text == str(number)]
        if not places:
            break
        usual = widths.most_common(1)[0][0] if widths else lead
        place = min(places, key=lambda j: (abs(j - start - usual) if j - start <= usual else 2 * (j - start - usual) + 1))
        widths[place - start] += 1
        starts.append(place)
        number += 1
    if len(starts) < 2:
        return None
    usual = widths.most_common(1)[0][0]
    rows: list[Row] = []
    group: str | None = None
    opened: int | None = None
    if lead < first:
        group, opened = "".join(c.text for c in cells[lead:first]), cells[lead].start
        head = head[:lead]
    for start, end in zip(starts, [*starts[1:], len(cells)]):
        own = list(cells[start:end])
        after: list[Cell] = []
        # What closes a row beyond its width and leads over is the next group's heading.
        while len(own) > 2 and end < len(cells) and len(own) > usual and _LEADS_GROUP.search(own[-1].text):
            after.insert(0, own.pop())
        extra = own[usual:] if end == len(cells) and len(own) > usual else []
        own = own[: len(own) - len(extra)]
        rows.append(Row(own[0].start if opened is None else opened, own[-1].end, tuple(c.text for c in own), group))
        opened = None
        if after:
            group, opened = "".join(c.text for c in after), after[0].start
        for at in range(0, len(extra), max(usual - 1, 1)):  # 合计 and the like: rows without a number
            piece = extra[at : at + max(usual - 1, 1)]
            rows.append(Row(piece[0].start, piece[-1].end, ("", *(c.text for c in piece)), group))
    head = _nest_head(head, usual)
    uneven = len(head) != usual or any(len(row.cells) != usual for row in rows)
    return Table(tuple(head), cells[lead - 1].end, tuple(rows), uneven)


def _nest_head(head: list[str], width: int) -> list[str]:
    """Fit heads of two storeys to the rows: 整治计划 over 2020年, 2021年, 2022年 is the path to each of them."""
    tails = [i for i in range(1, len(head)) if _HEAD_TAIL.match(head[i])]
    if len(head) > width and len(tails) == len(head) - width:
        # “十三五”规划 / 目标 and 总投资 / （万元）: a head broken over two lines.
        joined: list[str] = []
        for i, text in enumerate(head):
            if i in tails:
                joined[-1] += text
            else:
                joined.append(text)
        return joined
    if len(head) != width + 1:
        return head
    years = [i for i, text in enumerate(head) if re.match(r"(?:19|20)\d{2}年?", text)]
    if len(years) >= 2 and years == list(range(years[0], years[-1] + 1)) and years[0] > 0:
        over = head[years[0] - 1]
        return [*head[: years[0] - 1], *(f"{over} › {head[i]}" for i in years), *head[years[-1] + 1 :]]
    return head


def _by_columns(cells: Sequence[Cell]) -> Table | None:
    """A table without numbers: the width at which every column below the heads holds one sort of cell."""
    for width in range(2, 9):
        rows = [cells[i : i + width] for i in range(0, len(cells), width)]
        if len(cells) % width or len(rows) < 3:
            continue
        if any(cell.sort == "value" for cell in rows[0]):
            continue
        columns = list(zip(*rows[1:]))
        sorts = [{cell.sort for cell in column} for column in columns]
        if all(len(s) == 1 for s in sorts) and sum(s == {"value"} for s in sorts) >= width - 1 and sorts[0] == {"text"}:
            made = tuple(Row(row[0].start, row[-1].end, tuple(c.text for c in row), None) for row in rows[1:])
            return Table(tuple(c.text for c in rows[0]), rows[0][-1].end, made, False)
    return None


def gather_cells(lines: Sequence[Line]) -> list[Cell]:
    """Return the cells: what stands between pipes, or between blank lines, or on a line."""
    piped = any(line.text == "|" for line in lines)
    spaced = sum(line.after_blank for line in lines) * 2 > len(lines)
    cells: list[list[Line]] = []
    opens = True
    for line in lines:
        if line.text == "|":
            opens = True
            continue
        if opens or (line.after_blank and not piped) or not (piped or spaced):
            cells.append([line])
        else:
            # (人次) broken off its name by the web editor: same cell, since no blank line parts them.
            cells[-1].append(line)
        opens = False
    return [Cell(cell[0].start, cell[-1].end, _squeeze("".join(line.text for line in cell))) for cell in cells]


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
    last_is_nature = any(len(row.cells) == width and _NATURE.match(row.cells[-1]) for row in rows)
    tail = 1 if last_is_nature else 0
    middle = head[1 : len(head) - tail]
    merged = (head[0], "".join(middle), *head[len(head) - tail :])
    return merged, len(merged) == width


def _squeeze(text: str) -> str:
    """Close up letter-spaced Han (指  标 -> 指标)."""
    return _LOOSE_HAN.sub("", text.strip())
