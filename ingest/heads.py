"""Read the heads of a table that was flattened to a row a line: on one line, or with their units below, or beside a blank corner."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.cells import Cell
from ingest.records import Line

WIDE_BLANK = re.compile(r"[ \u3000]{2,}|\s*\t\s*")
BLANK = re.compile(r"\s+")
_YEAR = re.compile(r"(?:19|20)\d{2}\Z")
_UNIT = re.compile(r"[（(][^（）()\d]{1,8}(?:=\d+)?[)）]\Z")
_PAGE = re.compile(r"[-—–\s]*\d{1,3}[-—–\s]*\Z")
MOST_HEADS = 4  # lines


@dataclass(frozen=True)
class Printed:
    """The cells of a line, and in which column of the page each begins."""

    cells: tuple[Cell, ...]
    at: tuple[int, ...]


def print_line(line: Line, blank: re.Pattern[str]) -> Printed:
    """Return the cells that blanks part on a line."""
    cells: list[Cell] = []
    places: list[int] = []
    at = 0
    for piece in blank.split(line.text):
        at = line.text.index(piece, at)
        cells.append(Cell(line.start + at, line.start + at + len(piece), piece))
        places.append(line.indent + columns_of(line.text[:at]))
        at += len(piece)
    return Printed(tuple(cells), tuple(places))


def columns_of(text: str) -> int:
    """How many columns of the page a text takes; a Han character is two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def find_heads(lines: Sequence[Line], printed: Sequence[Printed]) -> tuple[tuple[str, ...], int] | None:
    """Return the heads and how many lines they take; None where they can't be told."""
    if len(printed) < 2:
        return None
    return _over_lines(lines, printed) or _on_a_line(printed)


def repeats(printed: Sequence[Printed], depth: int) -> set[int]:
    """Return the indexes of the lines that are the heads once more, as at the top of a page."""
    heads = [[cell.text for cell in one.cells] for one in printed[:depth]]
    again: set[int] = set()
    for at in range(depth, len(printed) - depth + 1):
        if [cell.text for cell in printed[at].cells] == heads[0] and [[cell.text for cell in one.cells] for one in printed[at : at + depth]] == heads:
            again.update(range(at, at + depth))
            if at - 1 > depth and _PAGE.match(printed[at - 1].cells[0].text) and len(printed[at - 1].cells) == 1:
                again.add(at - 1)  # the number of the page above them
    return again


def _on_a_line(printed: Sequence[Printed]) -> tuple[tuple[str, ...], int] | None:
    cells = printed[0].cells
    if len(cells) < 2 or any(_is_figure(cell) for cell in cells) or not any(len(one.cells) == len(cells) for one in printed[1:]):
        return None
    return tuple(cell.text for cell in cells), 1


def _over_lines(lines: Sequence[Line], printed: Sequence[Printed]) -> tuple[tuple[str, ...], int] | None:
    """Heads with their units on the line below, and those beside a corner that is blank or stands on a line of its own.

    Such a corner is the head of the names: where all other columns hold figures there is no other place for it.
    """
    depth = next((at for at, one in enumerate(printed[: MOST_HEADS + 1]) if _is_row(one)), 0)
    rows = [one for one in printed[depth:] if _is_row(one)]
    if not depth or not rows:
        return None
    width = Counter(len(one.cells) for one in rows).most_common(1)[0][0]
    whole = [one for one in rows if len(one.cells) == width]
    main: list[str] = []
    units: list[str] = []
    alone: list[str] = []
    for line, one in zip(lines[:depth], printed):
        texts = [cell.text for cell in one.cells]
        if len(texts) < width - 1 and len(narrow := BLANK.split(line.text)) in (width, width - 1):
            texts = narrow  # wide heads leave narrow blanks
        if len(texts) == 1:
            alone.append(texts[0])
        elif main and not units and len(texts) == len(main) and all(_UNIT.match(text) for text in texts):
            units = texts
        elif not main:
            main = texts
        else:
            return None
    heads = [name + unit for name, unit in zip(main, units)] if units else main
    if len(heads) == width and width > 1 and not alone:
        return tuple(heads), depth
    figures = all(one.cells[c].sort == "value" for one in whole for c in range(1, width))
    names = all(one.cells[0].sort == "text" for one in whole)
    if len(heads) != width - 1 or len(heads) < 2 or len(alone) > 1 or not figures or not names or len(whole) < 2:
        return None
    return (alone[0] if alone else "", *heads), depth


def _is_row(one: Printed) -> bool:
    return len(one.cells) > 1 and any(_is_figure(cell) for cell in one.cells)


def _is_figure(cell: Cell) -> bool:
    return cell.sort == "value" and not _YEAR.match(cell.text)
