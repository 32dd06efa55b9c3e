"""Read a table that was flattened to a line for each row, its cells side by side: what went over to another line goes back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from ingest.cells import Cell, Row, Table, is_serial
from ingest.fit import join
from ingest.heads import BLANK, WIDE_BLANK, Printed, columns_of, find_heads, print_line, repeats
from ingest.records import Line

_UNIT = re.compile(r"(?:计量|计算)?单位\Z")
_OPENS = re.compile(r"[（(〔\[、，,]")
_BREAKS_OFF = re.compile(r"[、，,（(〔\[《“]\Z")
_MARKED = re.compile(r"(?:[一二三四五六七八九十]{1,3}|\d{1,3})\s*[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）]|[注备其]|[总合小]\s*计")
_SENTENCE = re.compile(r".{14}。\Z")
SLACK = 2  # columns (a Han character is two) by which a line of a cell may end before its edge
SAME_PLACE = 3  # columns by which a cell may stand beside its column's


def is_in_lines(lines: Sequence[Line]) -> bool:
    """True where most lines, or the heads and a third of them, hold several cells side by side."""
    wide = sum(bool(WIDE_BLANK.search(line.text)) for line in lines)
    if wide:
        return wide * 2 > len(lines) or (wide > 2 and wide * 3 > len(lines) and bool(WIDE_BLANK.search(lines[0].text)))
    parted = sum(len(BLANK.findall(line.text)) > 1 for line in lines)
    return parted * 2 > len(lines) and len(BLANK.findall(lines[0].text)) > 1 if lines else False


def tabulate_lines(lines: Sequence[Line]) -> Table | None:
    """Return the table whose rows stand a line each; None where its cells can't be told safely.

    Lines of as many cells as the heads are rows, which numbers or figures must bear out. A line of words alone belongs to
    the row above, or to the one that stands in the middle of its lines: where both is possible, nothing is told.
    """
    blank = WIDE_BLANK if any(WIDE_BLANK.search(line.text) for line in lines) else BLANK
    printed = [print_line(line, blank) for line in lines]
    found = find_heads(lines, printed)
    if found is None:
        return None
    heads, depth = found
    width, again = len(heads), repeats(printed, depth)
    body = [one for at, one in enumerate(printed) if at >= depth and at not in again]
    whole = [one for one in body if len(one.cells) == width]
    if not whole:
        return None
    label = 1 if is_serial(heads[0]) and width > 2 else 0
    sorts = [{one.cells[c].sort for one in whole} for c in range(width)]
    body = _without_page_numbers(_until_text(body, whole, sorts, label), width)
    rows: list[Printed] = []
    gaps: list[list[Printed]] = [[]]  # what stands before, between and after the rows
    for one in body:
        if len(one.cells) == width or _lacks_label(one, sorts, label):
            rows.append(one)
            gaps.append([])
        elif len(one.cells) < width and all(cell.sort == "text" and not _MARKED.match(cell.text) for cell in one.cells):
            gaps[-1].append(one)
        else:
            return None
    shares = _share(rows, gaps, width)
    if shares is None:
        return None
    places = [round(median(one.at[c] for one in whole)) for c in range(width)]
    made: list[tuple[int, int, list[str]]] = []
    pieces: list[list[list[str]]] = []  # of each row and column the lines
    for row, (above, below) in zip(rows, shares):
        lines_of: list[list[str]] = [[] for _ in range(width)]
        for one in [*above, row, *below]:
            if one is row:
                columns = list(range(width)) if len(row.cells) == width else [c for c in range(width) if c != label]
            else:
                columns = _columns_of(one, heads, sorts, places, label)
                if columns is None:
                    return None
            for cell, column in zip(one.cells, columns):
                lines_of[column].append(cell.text)
        made.append(((above or [row])[0].cells[0].start, (below or [row])[-1].cells[-1].end, [join(texts) for texts in lines_of]))
        pieces.append(lines_of)
    if not _fill_their_columns(pieces, width) or not _is_borne_out(heads, [cells for _, _, cells in made]):
        return None
    told = tuple(Row(start, end, tuple(cells), None) for start, end, cells in made)
    spans = tuple((printed[at].cells[0].start, printed[at].cells[-1].end) for at in sorted(again))
    return Table(heads, printed[depth - 1].cells[-1].end, told, False, again=spans)


def _without_page_numbers(body: list[Printed], width: int) -> list[Printed]:
    """The lines without figures that stand alone, where every other is a whole row and so has no cell to lose."""
    others = [one for one in body if not (len(one.cells) == 1 and one.cells[0].text.isdigit() and len(one.cells[0].text) < 4)]
    return others if all(len(one.cells) == width for one in others) else body


def _until_text(body: list[Printed], whole: Sequence[Printed], sorts: Sequence[set[str]], label: int) -> list[Printed]:
    """The lines up to where the text goes on: below the last row a sentence, or a line that no column of words has room for."""
    width = len(sorts)
    last = max((at for at, one in enumerate(body) if len(one.cells) == width or _lacks_label(one, sorts, label)), default=len(body))
    words = [c for c, sort in enumerate(sorts) if "text" in sort or "group" in sort]
    room = max((columns_of(one.cells[c].text) for one in whole for c in words), default=0) + SLACK
    for at in range(last + 1, len(body)):
        text = body[at].cells[0].text
        if len(body[at].cells) == 1 and (_SENTENCE.search(text) or columns_of(text) > room):
            return body[:at]
    return body


def _lacks_label(one: Printed, sorts: Sequence[set[str]], label: int) -> bool:
    """True for a row whose name stands on the lines around it: all other cells are there, in their sorts."""
    if len(one.cells) != len(sorts) - 1 or "value" not in {cell.sort for cell in one.cells}:
        return False
    others = [sort for column, sort in enumerate(sorts) if column != label]
    return all(cell.sort in sort for cell, sort in zip(one.cells, others))


def _share(
    rows: Sequence[Printed], gaps: Sequence[list[Printed]], width: int
) -> list[tuple[list[Printed], list[Printed]]] | None:
    """Give each row the lines above and below it that are its own; None where two ways are open, or none.

    Rows stand at the top of their cells, or in the middle, with as many lines above as below.
    """
    top = not gaps[0] and all(len(row.cells) == width for row in rows)
    middle: list[int] | None = [len(gaps[0])]
    for gap in gaps[1:]:
        middle.append(len(gap) - middle[-1])
    middle = middle[:-1] if middle[-1] == 0 and min(middle) >= 0 else None
    if middle is not None and any(n == 0 and len(row.cells) < width for n, row in zip(middle, rows)):
        middle = None
    if not any(gaps):
        return [([], []) for _ in rows] if top else None
    if top == (middle is not None):
        return None
    if middle is None:
        return [([], gap) for gap in gaps[1:]]
    return [(gap[len(gap) - n :], after[:n]) for gap, after, n in zip(gaps, gaps[1:], middle)]


def _columns_of(
    one: Printed, heads: Sequence[str], sorts: Sequence[set[str]], places: Sequence[int], label: int
) -> list[int] | None:
    """The columns of the cells that stand on a line without figures; None where they can't be told."""
    words = [c for c, sort in enumerate(sorts) if sort <= {"text", "group"} and not _UNIT.match(re.sub(r"\s", "", heads[c]))]
    if label == 1 and 0 in words:
        words.remove(0)
    if len(one.cells) == 1 and len(words) == 1:
        return words
    found = []
    for at in one.at:
        near = sorted(words, key=lambda c: abs(places[c] - at))
        if not near or abs(places[near[0]] - at) > SAME_PLACE or (len(near) > 1 and abs(places[near[1]] - at) <= 2 * SAME_PLACE):
            return None
        found.append(near[0])
    return found if len(set(found)) == len(found) and found == sorted(found) else None


def _fill_their_columns(rows: Sequence[Sequence[Sequence[str]]], width: int) -> bool:
    """True where every line that goes on is as wide as its column, or breaks off: 培训类 below 失业率 is no end of that."""
    for column in range(width):
        widest = max((columns_of(text) for row in rows for text in row[column]), default=0)
        for row in rows:
            for text, after in zip(row[column], row[column][1:]):
                together = re.match(r"[\w.%]*", after, re.A)  # figures and Latin words are not broken
                if columns_of(text) < widest - SLACK - len(together[0] if together else "") and not _BREAKS_OFF.search(text) and not _OPENS.match(after):
                    return False
    return True


def _is_borne_out(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """True where the rows are numbered, or columns hold nothing but figures."""
    columns = list(zip(*rows))
    numbered = is_serial(heads[0]) and list(columns[0]) == [str(i + 1) for i in range(len(rows))]
    figures = sum(all(Cell(0, 0, text).sort == "value" for text in column) for column in columns[1:])
    return not (not (numbered or figures) or (len(rows) < 2 and figures < 2))
