"""Fit the paragraphs of a flattened row to its columns: which of them are one cell, where only one reading is possible."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ingest.cells import Cell, Slot

# Beyond this many readings a row's cells can't be told anyway.
MOST_READINGS = 500
MOST_JOINS = 8
_ENUMERATED = re.compile(r"(?:(\d{1,2})[.、．)）]|[（(](\d{1,2})[)）]|([①-⑳]))(?!\d)")
_GOES_ON = re.compile(r"[、，,（(〔\[《“]\Z")
_ENDS = re.compile(r"[。；;！!？?][”’」』）)]*\Z")
_IS_GOING_ON = re.compile(r"[）)〕\]》”、，,；;。]")
_OPENING, _CLOSING = "（(〔[《“", "）)〕]》”"



@dataclass(frozen=True)
class Column:
    """What the whole rows tell of a column: the sort that all its cells have, how wide a line it takes, what is a cell
    of its own anywhere in them, and whether all its cells are whole sentences.
    """

    sort: str | None
    widest: float
    known: frozenset[str] = frozenset()
    is_sentences: bool = False


Profile = Sequence[Column]


def fit(slots: Sequence[Slot], profile: Profile) -> tuple[tuple[str, ...], bool]:
    """Return the cells of a row, one a column, and True where only one reading is possible.

    ``slots`` are the row's paragraphs and empty cells in order. Where several readings are possible, columns in which all
    agree keep their cell, and the words of those between stand together in the first of them, parted by blanks.
    """
    width = len(profile)
    if len(slots) == width:
        return tuple(slot.text if slot else "" for slot in slots), True
    if not width <= len(slots) <= width + MOST_JOINS:
        return _together(slots, width), False
    strict = _take(slots, profile, strict=True)
    # Where none is likely, those that are possible at all still tell the columns in which they agree.
    readings = strict or _take(slots, profile, strict=False)
    if not readings or len(readings) > MOST_READINGS:
        return _together(slots, width), False
    first = readings[0]
    cells = [""] * width
    column = 0
    while column < width:
        # Up to the next border that all readings share.
        end = column + 1
        while end < width and any(reading[end] != first[end] for reading in readings):
            end += 1
        texts = [slot.text for slot in slots[first[column] : (*first, len(slots))[end]] if slot is not None]
        # Figures that share a cell stay apart as those whose cells can't be told do.
        bounds = [slot.is_bound for slot in slots[first[column] : (*first, len(slots))[end]] if slot is not None]
        cells[column] = join(texts) if end == column + 1 and not all(bounds) else " ".join(texts)
        column = end
    return tuple(cells), len(strict) == 1


def _take(slots: Sequence[Slot], profile: Profile, *, strict: bool) -> list[tuple[int, ...]]:
    return list(islice(_readings(slots, profile, 0, 0, strict, set()), MOST_READINGS + 1))


def profile_of(rows: Sequence[Sequence[Slot]], width: int) -> list[Column]:
    """Return what the rows that are whole tell of each column; no sort where they differ or are too few."""
    profile: list[Column] = []
    known = frozenset(cell.text for row in rows if len(row) == width for cell in row if cell is not None)
    for column in range(width):
        cells = [cell for row in rows if len(row) == width and (cell := row[column]) is not None]
        sorts = {"value" if cell.is_bound else cell.sort for cell in cells if not cell.is_nothing}
        sort = sorts.pop() if len(sorts) == 1 and len(cells) > 1 else None
        is_sentences = len(cells) > 1 and all(_ENDS.search(cell.text) for cell in cells)
        profile.append(Column(sort, max((_width(cell.text) for cell in cells), default=0), known, is_sentences))
    return profile


def join(texts: Sequence[str]) -> str:
    """Close up the lines of a cell; a blank parts figures and Latin words, which would read as one: 30 and 15 are not 3015."""
    joined = ""
    for text in texts:
        apart = re.search(r"[\w.%]\Z", joined, re.A) and re.match(r"[\w.〔(≥≤<>]", text, re.A)
        joined += (" " if apart else "") + text
    return joined


def _readings(
    slots: Sequence[Slot], profile: Profile, at: int, column: int, strict: bool, dead: set[tuple[int, int]]
) -> Iterator[tuple[int, ...]]:
    """Yield where each column's cell begins, for every way to read the row; ``dead`` are the ends that led nowhere."""
    left = len(profile) - column
    if left == 0:
        if at == len(slots):
            yield ()
        return
    if len(slots) - at < left or (at, column) in dead:
        return
    alive = False
    group: list[Cell] = []
    for end in range(at, len(slots) - left + 1):
        slot = slots[end]
        if slot is not None:
            group.append(slot)
        if slot is not None and not _may_be_cell(group, profile[column], strict):
            continue
        if slot is None and group:
            break
        for rest in _readings(slots, profile, end + 1, column + 1, strict, dead):
            alive = True
            yield (at, *rest)
        if slot is None:
            break
    if not alive:
        dead.add((at, column))


def _may_be_cell(group: Sequence[Cell], column: Column, strict: bool) -> bool:
    """True where the paragraphs may be one cell of the column."""
    if not _is_closed("".join(cell.text for cell in group)) or _GOES_ON.search(group[-1].text):
        return False
    bounds = [cell.is_bound for cell in group]
    figures = [cell.sort in ("value", "nature") or cell.is_nothing for cell in group]
    if column.sort in ("value", "nature") and not all(bounds):
        if len(group) > 1 or not (group[0].sort == column.sort or group[0].is_nothing):
            return False
    if column.sort == "text" and any(figures):
        return False
    if strict and column.is_sentences:
        # 健全制度，推动 / 产业发展。 in a column of sentences: the first is none, and up to its end it is one.
        return not any(figures) and [bool(_ENDS.search(cell.text)) for cell in group] == [False] * (len(group) - 1) + [True]
    if len(group) == 1:
        return True
    if any(figures):
        return False
    if not strict:
        return True
    if all(bounds) or _is_enumerated(group):
        return True
    return not any(bounds) and all(_runs_on(group[: i + 1], group[i + 1], column) for i in range(len(group) - 1))


def _runs_on(before: Sequence[Cell], after: Cell, column: Column) -> bool:
    """True where a sign runs over, or a line's break may be the column's width: no line before is shorter than the last
    one, nor than what other rows show on one line; and what is a cell in other rows (新建) is no piece of one.
    """
    last = before[-1].text
    if _GOES_ON.search(last) or _IS_GOING_ON.match(after.text) or not _is_closed("".join(cell.text for cell in before)):
        return True
    if last in column.known or after.text in column.known:
        return False
    widths = [_width(cell.text) for cell in before]
    return max(_width(after.text), column.widest) <= min(widths) and max(widths) - min(widths) <= 1


def _is_enumerated(group: Sequence[Cell]) -> bool:
    numbers = []
    for cell in group:
        match = _ENUMERATED.match(unicodedata.normalize("NFC", cell.text))
        if match is None:
            return False
        numbers.append(int(match[1] or match[2] or ord(match[3]) - ord("①") + 1))
    return numbers == list(range(1, len(numbers) + 1))


def _is_closed(text: str) -> bool:
    return all(text.count(o) <= text.count(c) for o, c in zip(_OPENING, _CLOSING))


def _width(text: str) -> float:
    return sum(0.5 if char.isascii() else 1 for char in text)


def _together(slots: Sequence[Slot], width: int) -> tuple[str, ...]:
    """All words of a row in its first cell after its number."""
    cells = [""] * width
    texts = [slot.text for slot in slots if slot is not None]
    if width > 1 and len(texts) > 1:
        cells[0], cells[1] = texts[0], " ".join(texts[1:])
    else:
        cells[0] = " ".join(texts)
    return tuple(cells)
