"""Decide where a box ends: where the outer sequence of numbers goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ingest.markers import Marker, Scanned
from ingest.records import Line
from ingest.scan import Scan

LONGEST_BOX_TITLE = 60
# 图1 组织结构 and 图 2-1: the caption of a picture, no cell.
_FIGURE = re.compile(r"图\s?(?:[A-Z]|\d{1,3}|[一二三四五六七八九十]{1,3})(?:[-－–.．]\d{1,3}){0,2}(?:[\s:：]\s*[^。；]{1,40})?")
_OUTER_ONLY = {"annex", "chapter", "section", "article"}
_SHARED = {"part", "clause"}  # numbered the same way inside a table (一、培训数量) and outside


def is_box_title(line: Line, marker: Marker | None) -> bool:
    """True for 专栏2  数字技能提升行动, false for a sentence that begins with 专栏2."""
    if marker is None or marker.cls.kind != "box" or len(line.text) > LONGEST_BOX_TITLE:
        return False
    return not any(mark in line.text for mark in "。；;") and not line.text.endswith((",", "，"))


def is_table_title(line: Line, marker: Marker | None) -> bool:
    """True for 表1  主要指标, false for 表1所列 and for 表2显示，…"""
    if marker is None or marker.cls.kind != "table" or len(line.text) > LONGEST_BOX_TITLE:
        return False
    return not any(mark in line.text for mark in "。；;，")


def find_table_end(
    scanned: Scanned, first: int, expected: Mapping[str, set[int]], goes_on: Callable[[int, int], bool] | None = None
) -> int:
    """Return the index of the first line after the table (with its notes) whose cells begin at ``first``.

    Cells are short; a sentence that is long, or that leads over to a list, is the text going on. ``goes_on`` tells of a
    number that fits both the table's groups (一、发展水平) and the parts of the text whether it is the text's.
    """
    local: dict[str, int] = {}  # the last number of the table's own groups
    in_notes = False
    note_list = 1  # the notes' own list goes on with this number
    for index in range(first, len(scanned)):
        line, marker = scanned[index]
        if is_box_title(line, marker) or is_table_title(line, marker):
            return index
        if marker is not None and (marker.cls.name in _OUTER_ONLY or marker.cls.name in ("book", "division")):
            return index
        if marker is not None and marker.cls.kind == "note":
            in_notes = True
            note_list = 2
            continue
        if _FIGURE.fullmatch(line.text):
            return index
        if in_notes:
            if marker is not None and marker.cls.name in ("item", "circle") and marker.num == note_list:
                note_list += 1
                continue
            return index
        if marker is not None and marker.cls.name in _SHARED and marker.num is not None:
            fits = marker.num in expected.get(marker.cls.name, set())
            if fits and not (
                goes_on is not None and marker.num == local.get(marker.cls.name, 0) + 1 > 1 and not goes_on(index, max(expected[marker.cls.name]))
            ):
                return index
            local[marker.cls.name] = marker.num
        if marker is not None and marker.index.count(".") > 1 and re.search(r"[，。：]", line.text):
            return index  # 7.2.4 对于易发生液化的场地，…: the outline goes on
        if marker is None or marker.cls.name not in ("item",):
            long = len(line.text) > LONGEST_BOX_TITLE and line.text.endswith(("。", "：", ":"))
            if long or (len(line.text) >= 15 and line.text.endswith(("：", ":"))):
                return index
    return len(scanned)


def find_box_end(scan: Scan, title: int, expected: Mapping[str, set[int]], body_indent: int) -> int:
    """Return the index of the first line after the box whose title stands at ``title``.

    ``expected`` tells for each outer class the numbers with which its sequence may go on here.
    """
    scanned = scan.scanned
    local: dict[str, int] = {}
    last_pipe = _last_pipe(scanned, title)
    indent = scanned[title][0].indent
    for index in range(title + 1, len(scanned)):
        line, marker = scanned[index]
        if is_box_title(line, marker):
            return index
        if index <= last_pipe or line.text == "|":
            continue
        if marker is None:
            # The web editor indents the body by two blanks and leaves the box flush, or the reverse.
            if indent != body_indent and line.indent == body_indent and len(line.text) > LONGEST_BOX_TITLE:
                return index
            continue
        name = marker.cls.name
        if name in _OUTER_ONLY:
            return index
        if name in _SHARED and marker.num is not None:
            if _goes_on_outside(scan, index, expected.get(name, set()), local.get(name, 0)):
                return index
            local[name] = marker.num
    return len(scanned)


def _goes_on_outside(scan: Scan, index: int, expected: set[int], local_last: int) -> bool:
    marker = scan.marker(index)
    assert marker is not None and marker.num is not None
    fits_outside = marker.num in expected
    fits_inside = marker.num == local_last + 1
    if fits_outside and fits_inside:
        return scan.goes_on_outside(index, max(expected))
    if fits_outside or fits_inside:
        return fits_outside
    # Neither: an author's slip outside (六 after 四) goes forward, a new list inside starts at one.
    return marker.num > 1 and bool(expected) and marker.num > max(expected)


def _last_pipe(scanned: Scanned, title: int) -> int:
    """Index of the lone pipe that closes the box, or of its title where it has none.

    A flattened HTML table leaves a pipe before and after each cell, so a box that opens with one
    also closes with one: the last before the next title.
    """
    if title + 1 >= len(scanned) or scanned[title + 1][0].text != "|":
        return title
    last = title + 1
    for index in range(title + 1, len(scanned)):
        line, marker = scanned[index]
        if is_box_title(line, marker) or (marker is not None and marker.cls.name in _OUTER_ONLY):
            break
        if line.text == "|":
            last = index
    return last
