"""Rejoin an outline's number with its heading where the two stand on lines of their own: 3.1 / 现有企业, as standards print terms."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from ingest.records import Grid, Line

_ALONE = re.compile(r"\d{1,2}(?:[.．]\d{1,2}){1,3}")
_OPENS = re.compile(r"(?P<index>\d{1,2}(?:[.．]\d{1,2}){0,3})(?=\s+[\u4e00-\u9fffA-Z]|\Z)")
_HEADING = re.compile(r"[\u4e00-\u9fff][^。；，：！？]{0,40}")


def rejoin(lines: Sequence[Line], grids: Sequence[Grid] = ()) -> tuple[Line, ...]:
    """Return the lines, a number that stands alone with the heading below it as one; blanks stand for what parted them.

    Only where an outline is told: the number above it opens a line (3 术语和定义 before 3.1), and so does the one before
    it in its list (3.1 before 3.2). 1.1 and 1.2 in a table's cells have no such lines above them. What stands in a table
    that the layout tells is left alone: 4.1 of 郑州 has nothing to do with 杭州 in the row below, be there a 4 in another cell.
    """
    tables = sorted((grid.start, grid.end) for grid in grids)
    opened: set[str] = set()
    joined: list[Line] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        following = lines[index + 1] if index + 1 < len(lines) else None
        at = bisect_right(tables, (line.start, line.end)) - 1
        if at >= 0 and line.start < tables[at][1]:
            joined.append(line)
            index += 1
            continue
        match = _OPENS.match(line.text)
        if following is not None and _ALONE.fullmatch(line.text) and _goes_on(line.text, opened) and _HEADING.fullmatch(following.text):
            gap = " " * (following.start - line.end)
            line = replace(line, end=following.end, text=f"{line.text}{gap}{following.text}")
            index += 1
        if match and (match.end() < len(line.text) or _counts_on(match["index"], following, opened)):
            opened.add(match["index"].replace("．", "."))
        joined.append(line)
        index += 1
    return tuple(joined)


def _counts_on(number: str, following: Line | None, opened: set[str]) -> bool:
    """True for a number that stands alone above its heading, behind the number before it: a lone 4 may be a figure."""
    if following is None or not _HEADING.fullmatch(following.text):
        return False
    return _goes_on(number, opened) if re.search(r"[.．]", number) else number == "1" or str(int(number) - 1) in opened


def _goes_on(number: str, opened: set[str]) -> bool:
    head, _, tail = number.replace("．", ".").rpartition(".")
    return head in opened and (tail == "1" or f"{head}.{int(tail) - 1}" in opened)
