"""Gather the cells of a table that was flattened to lines: their texts, their sorts, and which are empty."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.records import Line

_NUMBER = r"[〔\[【(]?\d[\d,]*(?:\.\d+)?(?:[-~～—–]+\d+(?:\.\d+)?)?[〕\]】)]?"
_VALUE = re.compile(
    rf"[≥≤><=约]*{_NUMBER}[万亿千百]*"
    r"(?:%|‰|个百分点|个|家|所|套|项|件|名|人|人次|倍|公里|平方公里|平方米|立方米|公顷|亩|吨|元|户|座|处|张|台|辆|(?<!\d{4})年)?"
    r"(?:以上|以下|以内|左右)?\Z"
)
_NATURE = re.compile(r"(?:预期性|约束性|预期|约束)\Z")
_GROUP = re.compile(r"[一二三四五六七八九十]{1,3}[、.．]\S{1,20}\Z")
_SERIAL = re.compile(r"(?:序号|编号|排序|序列)\Z")
_LOOSE_HAN = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
# 重点城市≥30 and <150，≥50: a figure with words, or two bounds.
_BOUND = re.compile(r"[^\d≥≤<>]{0,8}[≥≤<>]\d[\d.]*%?(?:[，,、][≥≤<>]\d[\d.]*%?)?\Z")
_NOTHING = re.compile(r"[-—–―/／]+\Z")
# The line above a table that tells what its figures count.
UNIT_LINE = re.compile(r"[（(]?\s*(?:计量)?单\s*位\s*[:：]\s*(?P<units>[^\n]{1,30}?)\s*[)）]?")
# What an empty cell may be worth at most: beyond it blank lines part pages, not cells.
MOST_EMPTY = 12
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

    @property
    def is_bound(self) -> bool:
        """True for a figure that words or a second bound go with: 重点城市≥30."""
        return bool(_BOUND.match(unicodedata.normalize("NFKC", self.text).replace(" ", "")))

    @property
    def is_nothing(self) -> bool:
        """True for the dash that stands where there is no value."""
        return bool(_NOTHING.match(self.text.strip()))


Slot = Cell | None  # None: an empty cell


@dataclass(frozen=True)
class Row:
    """A row; ``group`` is the group heading it stands under, ``start`` that heading's where it opens the group.

    Of an ``unclear`` row the source does not tell where some cells end: their words stand together in one, parted by blanks.
    """

    start: int
    end: int
    cells: tuple[str, ...]
    group: str | None
    unclear: bool = False


@dataclass(frozen=True)
class Table:
    """A table's column heads and rows; ``head_end`` is where the heads end in the text."""

    head: tuple[str, ...]
    head_end: int | None
    rows: tuple[Row, ...]
    uneven: bool  # some rows have other numbers of cells, or the heads do not fit the rows
    title: str | None = None  # where the table's first row is its title
    again: tuple[tuple[int, int], ...] = ()  # lines that show the heads once more


def is_serial(text: str) -> bool:
    """True for the head of a column of row numbers: 序号."""
    return bool(_SERIAL.match(re.sub(r"\s", "", text)))


def gather_cells(lines: Sequence[Line]) -> list[Cell]:
    """Return the cells: what stands between pipes, or between blank lines, or on a line."""
    return [slot for slot in gather_slots(lines) if slot is not None]


def gather_slots(lines: Sequence[Line]) -> list[Slot]:
    """Return the cells with the empty ones among them: where an editor wrote each cell as a line, an empty one left blank lines.

    Cells are parted by as many blank lines as stand between most of them; an empty cell adds its own line and as many again.
    """
    piped = any(line.text == "|" for line in lines)
    spaced = sum(line.after_blank for line in lines) * 2 > len(lines)
    usual = Counter(line.blanks for line in lines[1:]).most_common(1)[0][0] if len(lines) > 1 else 0
    found: list[list[Line] | None] = []  # of each cell its lines
    opens = True
    for line in lines:
        if line.text == "|":
            opens = True
            continue
        if opens or (line.after_blank and not piped) or not (piped or spaced):
            extra = line.blanks - usual
            if found and not piped and extra > 0 and extra % (usual + 1) == 0:
                found += [None] * min(extra // (usual + 1), MOST_EMPTY)
            found.append([line])
        elif (before := found[-1]) is not None:
            # (人次) broken off its name by the web editor: same cell, since no blank line parts them.
            before.append(line)
        opens = False
    return [cell and Cell(cell[0].start, cell[-1].end, _squeeze("".join(line.text for line in cell))) for cell in found]


def _squeeze(text: str) -> str:
    """Close up letter-spaced Han (指  标 -> 指标)."""
    return _LOOSE_HAN.sub("", text.strip())
