"""Read a flattened table whose rows are numbered: each row runs from its number to the next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.cells import Row, Slot, Table, is_serial
from ingest.fit import Profile, fit, join, profile_of

_LEADS_GROUP = re.compile(r"[：:]\Z|^[一二三四五六七八九十]{1,3}、")
_TOTAL = re.compile(r"[总合小]\s*计\Z")
_HEAD_TAIL = re.compile(r"[（(\[〔]|(?:目标|情况|属性|任务|投资|时间|比例|标准|年限|要求|说明|完成)(?:[（(\[〔].*)?\Z")
_ROMAN = ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "Ⅵ", "Ⅶ", "Ⅷ", "Ⅸ", "Ⅹ"]
_PART = re.compile(r"[（(](\d{1,2})[)）]\Z")
_PROSE = re.compile(r".{14}[。：；:;]\Z")
WIDEST = 20
MOST_APART = 12  # rows without a number between two that have one
MOST_HEADS = 80  # paragraphs and empty cells before the first row



@dataclass(frozen=True)
class _Piece:
    """A row before its cells are fitted; ``slots`` from its first column on."""

    slots: list[Slot]
    start: int
    group: str | None


def tabulate_numbered(slots: Sequence[Slot]) -> Table | None:
    """Return the table whose rows open with 1, 2, 3 … below the head 序号, or with Ⅰ, Ⅱ, Ⅲ …; None where there is none.

    Empty cells tell how wide the table is; a row of more paragraphs is fitted to the whole ones. A group's heading and
    rows without a number (合计, the second line of a merged cell) stand between two numbers.
    """
    found = _find_numbers(slots)
    if found is None:
        return None
    starts, column = found
    head, lead = _part_head(slots[: starts[0]], column)
    width = _find_width(slots, starts, head)
    if width is None or not 2 <= width <= min(WIDEST, len(head) + 1):
        return None
    if column and not (len(lead) > 0 and lead[0] is not None and _LEADS_GROUP.search(lead[0].text) and None not in head):
        # 目标 before 序号 is a head where a cell of its column (一、生态宜居) leads to the first row. Else it is a caption
        # (甲市) above the table, unless empty cells before the numbers leave that open.
        if sum(slots[start - 1] is None for start in starts[1:]) * 2 >= len(starts) - 1:
            return None
        return tabulate_numbered(slots[1:])
    pieces = _part_rows(slots, starts, width, column, lead)
    if pieces is None:
        return None
    profile = profile_of([piece.slots for piece in pieces], width)
    rows = [_make_row(piece, profile) for piece in pieces]
    heads, fits = _fit_head(head, width, [piece.slots for piece in pieces])
    cells = [slot for slot in head if slot is not None]
    return Table(heads, cells[-1].end, tuple(rows), not fits)


def _find_numbers(slots: Sequence[Slot]) -> tuple[list[int], int] | None:
    """Where the rows' numbers stand, and in which column."""
    column = next((i for i, slot in enumerate(slots[:2]) if slot is not None and is_serial(slot.text)), None)
    if column is not None:
        starts = _with_parts(slots, _run(slots, [str(n) for n in range(1, 10_000)]))
        return (starts, column) if len(starts) > 1 else None
    starts = _run(slots, _ROMAN)
    return (starts, 0) if len(starts) > 1 else None


def _run(slots: Sequence[Slot], numbers: Sequence[str]) -> list[int]:
    """Where 1, 2, 3 … stand; below a group's heading they may begin anew."""
    texts = [slot.text if slot else "" for slot in slots]
    first = next((i for i, text in enumerate(texts) if text == numbers[0]), None)
    if first is None or not 2 <= first <= MOST_HEADS:
        return []
    starts, widths, reached = [first], Counter[int](), 1
    while reached < len(numbers):
        start = starts[-1]
        usual = widths.most_common(1)[0][0] if widths else first
        reach = start + 3 * first + 2
        reach += usual * sum(bool(_PART.match(text)) for text in texts[start : reach + 5 * usual])
        within = range(start + 2, min(reach, len(slots)))
        # Of several cells that hold the next number the one where the other rows' width lets it be expected.
        places = [j for j in within if texts[j] == numbers[reached] and not _is_in_total(texts, j)]
        place = min(places, key=lambda j: (abs(j - start - usual) if j - start <= usual else 2 * (j - start - usual) + 1), default=None)
        # A group's heading goes over several columns, so empty cells stand between it and the number.
        anew = next(
            (j for j in within[1:] if texts[j] == numbers[0] and not (texts[j - 1] or texts[j - 2]) and not _is_in_total(texts, j)),
            None,
        )
        if anew is not None and (place is None or anew < place):
            place, reached = anew, 0
        if place is None:
            break
        widths[place - start] += 1
        starts.append(place)
        reached += 1
    return starts


def _is_in_total(texts: Sequence[str], at: int) -> bool:
    """True in a row such as 小计 / / 2 / / 63, or right before it: how many there are, no row's number."""
    return any(_TOTAL.match(text) for text in texts[max(0, at - 4) : at + 3])


def _with_parts(slots: Sequence[Slot], starts: Sequence[int]) -> list[int]:
    """Add the rows that are numbered （1）, （2） below one of the rows."""
    found: list[int] = []
    for start, end in zip(starts, [*starts[1:], len(slots)]):
        found.append(start)
        number = 1
        for at in range(start + 3, end):
            slot = slots[at]
            if slot is not None and (match := _PART.match(slot.text)) and int(match[1]) == number:
                found.append(at)
                number += 1
    return found


def _find_width(slots: Sequence[Slot], starts: Sequence[int], head: Sequence[Slot]) -> int | None:
    """The number of columns: that of the heads where rows bear it out, else of the narrowest row with an empty cell in it,
    else of most rows.
    """
    widths = [end - start for start, end in zip(starts, starts[1:])]
    printed = [slot.text for slot in head if slot is not None]
    # A head such as 任务 may be the end of the one before it or not: the rows say. A row that shows its empty cells is as
    # wide as the table at least.
    fewest = min((end - start for start, end in zip(starts, starts[1:]) if None in slots[start:end]), default=MOST_HEADS)
    counts = {len(_join_tails(printed)), len(printed)}
    heads = max(sorted(counts), key=lambda n: widths.count(n) if n <= fewest else -1)
    if None not in head and (heads in widths or (heads <= min(widths) and len(set(widths)) > 1)):
        return heads
    # A row that shows its empty cells can hold more paragraphs than the table has columns, but not fewer.
    with_empty = [end - start for start, end in zip(starts, starts[1:]) if None in slots[start:end]]
    usual, times = Counter(widths).most_common(1)[0]
    if with_empty and min(with_empty) <= usual:
        return min(with_empty)
    return usual if times > 1 else None


def _part_head(slots: Sequence[Slot], column: int) -> tuple[list[Slot], list[Slot]]:
    """Part the heads from what leads over to the first row: a group's heading, or the cell before its number."""
    end = len(slots)
    while end and slots[end - 1] is None:
        end -= 1
    if column:
        last = end - 1
        return list(slots[:last]), list(slots[last:])
    begin = end
    if end < len(slots):
        begin = end - 1  # a heading with empty cells after it
    while begin > 2 and (cell := slots[begin - 1]) is not None and _LEADS_GROUP.search(cell.text):
        begin -= 1
    head = list(slots[:begin])
    while head and head[-1] is None:
        head.pop()
    return head, list(slots[begin:])


def _part_rows(
    slots: Sequence[Slot], starts: Sequence[int], width: int, column: int, lead: Sequence[Slot]
) -> list[_Piece] | None:
    pieces: list[_Piece] = []
    group: str | None = None
    waiting = [slot for slot in lead if slot is not None]
    if waiting and not column:
        group = "".join(cell.text for cell in waiting)
    for start, end in zip(starts, [*starts[1:], len(slots)]):
        own = list(slots[start:end])
        number = own[0]
        assert number is not None
        is_last = end == len(slots)
        if is_last:
            # What follows the rows: a sentence is none of their cells.
            own = own[: next((i for i in range(width, len(own)) if (slot := own[i]) and _PROSE.search(slot.text)), len(own))]
        begin = waiting[0].start if waiting else number.start
        if len(own) > MOST_APART * width:
            return None
        if column:
            # The cell before the next row's number is that row's.
            body, rest = own[: width - 1], own[width - 1 :]
            after = [slot for slot in rest if slot is not None]
            if len(after) > 1 or (after and is_last):
                return None
            body += [None] * (width - 1 - len(body))
            pieces.append(_Piece([waiting[0] if waiting else None, *body], begin, None))
            waiting = after
            continue
        if is_last and len(own) < width and None in slots:
            own += [None] * (width - len(own))  # empty cells at the end leave no trace
        body, tail = _part_tail(own, width, is_last)
        if len(body) > 2 * width + 2:
            return None
        pieces.append(_Piece(body, begin, group))
        waiting = []
        for kind, part in tail:
            cells = [slot for slot in part if slot is not None]
            if kind == "group":
                group, waiting = "".join(cell.text for cell in cells), cells
            elif cells:
                pieces.append(_Piece(part, cells[0].start, group))
    return None if waiting else pieces


def _part_tail(own: list[Slot], width: int, is_last: bool) -> tuple[list[Slot], list[tuple[str, list[Slot]]]]:
    """Part a row from what stands between it and the next number."""
    for end in range(min(width, len(own)), len(own)):
        tail = _read_tail(own[end:], width, is_last)
        if tail is not None:
            return own[:end], tail
    return own, []


def _read_tail(slots: list[Slot], width: int, is_last: bool) -> list[tuple[str, list[Slot]]] | None:
    """Rows without a number and the next group's heading; None where that is not all."""
    cells = [slot for slot in slots if slot is not None]
    if not cells:
        return []  # blank lines at the end of a page
    first = next(i for i, slot in enumerate(slots) if slot is not None)
    if _TOTAL.match(cells[0].text):
        if first == 0 and len(slots) < width:
            # A label that covers the columns before the figures.
            return [("row", [slots[0], *[None] * (width - len(slots)), *slots[1:]])] if None in slots else [("row", slots)]
        end = min(width, len(slots))
        rest = _read_tail(slots[end:], width, is_last)
        return None if rest is None else [("row", slots[:end]), *rest]
    if first > 0 and len(slots) >= width and slots[:width].count(None) < width - 1:
        rest = _read_tail(slots[width:], width, is_last)
        return None if rest is None else [("row", slots[:width]), *rest]
    if is_last:
        return None
    if all(_LEADS_GROUP.search(cell.text) for cell in cells):
        return [("group", slots)]
    alone = len(cells) == 1 and len(slots) > 1 and cells[0].sort in ("text", "group")
    return [("group", slots)] if alone and len(slots) <= width else None


def _make_row(piece: _Piece, profile: Profile) -> Row:
    width = len(profile)
    cells = [slot for slot in piece.slots if slot is not None]
    if len(piece.slots) < width:
        # A cell is lacking, and which one the source does not tell.
        texts = [cell.text for cell in cells]
        own, clear = (texts[0], " ".join(texts[1:]), *[""] * (width - 2)), False
    else:
        own, clear = fit(piece.slots, profile)
    return Row(piece.start, cells[-1].end, own, piece.group, not clear)


def _fit_head(slots: Sequence[Slot], width: int, rows: Sequence[Sequence[Slot]]) -> tuple[tuple[str, ...], bool]:
    """Fit the heads to the rows: heads broken over lines, and heads of two storeys."""
    if None not in slots:
        head = nest_head([slot.text for slot in slots if slot is not None], width)
        return tuple(head), len(head) == width
    border = list(slots).index(None)
    upper = [slot.text for slot in slots[:border] if slot is not None]
    lower: list[list[str] | None] = []  # of each upper head: nothing below it, or its own heads
    for slot in slots[border:]:
        if slot is None:
            lower.append(None)
        elif lower and lower[-1] is not None:
            lower[-1].append(slot.text)
        else:
            lower.append([slot.text])
    if len(lower) != len(upper):
        return tuple([*upper, *(slot.text for slot in slots[border:] if slot is not None)]), False
    head = []
    for over, below in zip(upper, lower):
        head += [over] if below is None else [f"{over} › {text}" for text in _join_tails(below)]
    fits = len(head) == width
    if len(head) == width - 1:
        # One head covers two columns: the one over the cells of which most are empty, being merged with those above.
        sparse = [c for c in range(1, width - 1) if sum(len(row) == width and row[c] is None for row in rows) * 2 > len(rows)]
        if len(sparse) == 1:
            head.insert(sparse[0], head[sparse[0]])
    return tuple(head), fits


def nest_head(head: list[str], width: int) -> list[str]:
    """Fit heads of two storeys to the rows: 整治计划 over 2020年, 2021年, 2022年 is the path to each of them."""
    joined = _join_tails(head)
    if len(head) > width and len(joined) == width:
        return joined
    if len(head) != width + 1:
        return head
    years = [i for i, text in enumerate(head) if re.match(r"(?:19|20)\d{2}年?", text)]
    if len(years) >= 2 and years == list(range(years[0], years[-1] + 1)) and years[0] > 0:
        over = head[years[0] - 1]
        return [*head[: years[0] - 1], *(f"{over} › {head[i]}" for i in years), *head[years[-1] + 1 :]]
    return head


def _join_tails(head: Sequence[str]) -> list[str]:
    """Join a head that is broken over two lines: “十三五”规划 / 目标 and 总投资 / （万元）."""
    joined: list[str] = []
    for text in head:
        if joined and _HEAD_TAIL.match(text) and not is_serial(joined[-1]):  # 任务 beside 序号 is a head of its own
            joined[-1] = join([joined[-1], text])
        else:
            joined.append(text)
    return joined
