"""Read the information table that a site sets before a document: label and value, on one line or on two."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from ingest.cells import is_serial
from ingest.grids import is_table
from ingest.records import Fact, Grid, GridCell, Line, Noise
from ingest.rules import load_rules, noise_rule
from lang.tokens import fold

_Spanned = TypeVar("_Spanned", Grid, GridCell)
# Where a value may go on to: the next label of the line. A label's Han may be letter-spaced (标　　题：).
LONGEST_VALUE = 120
LEAST_ROWS = 3  # of a table of data
MOST_CELLS_OF_ROW = 40  # lines, where a table was flattened
_CAPTURE_KEY = re.compile(r"(?:[-*•]\s*)?(?P<key>[a-z][a-z0-9_ -]{1,30})\s*[:：]\s*(?P<value>.*)\Z", re.I)
_NOTHING = re.compile(r"[无無/\\—－-]{1,4}|暂无|暫無")  # 文号：无
_BODY_NAME = re.compile(r"[\u4e00-\u9fff]{2,30}(?:政府|办公厅|办公室|委|厅|局|部|院|署|会)")
_CAPTURE_FIELDS = {
    "title": "page_title", "source_url": "source_url", "url": "source_url", "publisher": "issuer", "author": "issuer", "publish_date": "published_on",
    "date": "published_on", "doc_number": "doc_number", "issuer": "issuer", "capture_date": "captured_on",
}  # fmt: skip


@lru_cache(maxsize=None)
def label_fields() -> dict[str, str]:
    """Return the field of each label."""
    return {entry["label"]: entry["field"] for entry in load_rules("labels.yml")}


@lru_cache(maxsize=None)
def _label() -> re.Pattern[str]:
    spaced = "|".join(r"\s*".join(label) for label in sorted(label_fields(), key=len, reverse=True))
    # So many signs before it at most: tried from each of them, a run of 20,000 takes the square of that.
    return re.compile(rf"[-•·]?[【\[*\s]{{0,40}}(?P<label>{spaced})[】\]*\s]*[:：][*\s]*")


def read_labels(
    lines: tuple[Line, ...], end: int, explained: Set[int] = frozenset(), grids: Sequence[Grid] = ()
) -> tuple[list[Fact], list[Noise], set[int]]:
    """Return facts and noise of the labelled lines before ``end``, and the indexes of these lines.

    Only where a line is nothing but labels and their values; 来源：… within the text is not one. Lines that
    are ``explained`` already are left alone. In a table of the source a value stands in the label's row.
    """
    facts: list[Fact] = []
    noise: list[Noise] = []
    claimed: set[int] = set()
    empty = noise_rule("empty-label")
    index = 0
    cells = _Cells(grids)
    while index < end:
        line = lines[index]
        if "|" in line.text and index not in explained and (told := _read_cells(line)):
            facts.extend(told)
            claimed.add(index)
            index += 1
            continue
        found = list(_label().finditer(line.text))
        if not found or found[0].start() != 0 or index in explained:
            index += 1
            continue
        claimed.add(index)
        for position, match in enumerate(found):
            stop = found[position + 1].start() if position + 1 < len(found) else len(line.text)
            value = line.text[match.end() : stop].strip()
            start, last = line.start + match.start(), line.start + stop
            if not value and position == len(found) - 1:
                following = lines[index + 1] if index + 1 < end else None
                if following is not None and _may_be_value(following) and cells.hold_together(line, following):
                    value, last = following.text, following.end
                    index += 1
                    claimed.add(index)
            if value and not _NOTHING.fullmatch(value):
                field = label_fields()[re.sub(r"\s", "", match["label"])]
                facts.append(Fact(field, value, start, last))
            else:
                noise.append(Noise(start, last, empty.id, empty.reason))
        index += 1
    return facts, noise, claimed


def _read_cells(line: Line) -> list[Fact]:
    """The facts of a line that a table's row became: 索引号： | 1161-2017 | 主题分类: | 城乡建设 |. None where no cell is a label."""
    cells: list[tuple[str, int, int]] = []
    start = 0
    for raw in line.text.split("|"):
        cells.append((re.sub(r"[\s:：]", "", fold(raw)), start, start + len(raw)))
        start += len(raw) + 1
    facts: list[Fact] = []
    for (label, begin, _), (other, first, last) in zip(cells, cells[1:]):
        value = line.text[first:last].strip()
        if label in label_fields() and value and other not in label_fields() and not _NOTHING.fullmatch(value):
            facts.append(Fact(label_fields()[label], value, line.start + begin, line.start + last))
    # The strokes and the labels without a value are the row's too.
    if facts:
        facts[0] = replace(facts[0], start=line.start)
        facts[-1] = replace(facts[-1], end=line.end)
        for i in range(len(facts) - 1):
            facts[i] = replace(facts[i], end=facts[i + 1].start)
    return facts


def data_lines(lines: Sequence[Line], grids: Sequence[Grid], is_told: Callable[[Line], bool]) -> set[int]:
    """Indexes of the lines that stand in a table's row beside text: what a row of a table of data holds is no metadata.

    省教育厅 in a column of departments has not issued the document. ``is_told`` is true for a line that is metadata by its
    words; rows of nothing else may be a signature. An information table of a site, which has labels, is no table of data.
    """
    starts = [line.start for line in lines]
    found = _flattened_lines(lines)
    for grid in grids:
        held = range(bisect_left(starts, grid.start), bisect_left(starts, grid.end))
        rows: dict[int, list[GridCell]] = {}
        for cell in grid.cells:
            if cell.start >= 0:
                rows.setdefault(cell.row, []).append(cell)
        several = [cells for cells in rows.values() if len(cells) > 1]
        if len(several) < LEAST_ROWS or len(several) * 2 < len(rows) or not is_table(grid, lines[held.start : held.stop]):
            continue
        own = [[i for cell in cells for i in range(bisect_left(starts, cell.start), bisect_left(starts, cell.end))] for cells in several]
        labels = [frozenset(label for i in row if (label := _label_of(lines[i]))) for row in own]
        # Labels in one row alone are heads: 名称 and 文号 above a list of documents, though each page may show them again.
        if len(set().union(*labels)) > 1 and len({row for row in labels if row}) > 1:
            continue
        data = [not all(is_told(lines[i]) for i in row) for row in own]
        # Where most rows are data, 省科技厅 beside 2024年6月30日 is too.
        whole = sum(data) * 2 > len(data)
        found.update(i for row, is_data in zip(own, data) if is_data or whole for i in row)
    return found


def _flattened_lines(lines: Sequence[Line]) -> set[int]:
    """Indexes of the lines from 序号 to the last row of a table that was flattened to a cell a line, told by the run of its numbers."""
    found: set[int] = set()
    index = 0
    while index < len(lines):
        if not is_serial(lines[index].text):
            index += 1
            continue
        at, number, width = index, 1, MOST_CELLS_OF_ROW
        widths: list[int] = []
        while (place := next((i for i in range(at + 1, min(at + width, len(lines))) if lines[i].text == str(number)), None)) is not None:
            width = MOST_CELLS_OF_ROW if number == 1 else max(2 * (place - at) + 2, 8)
            widths.append(place - at)
            at, number = place, number + 1
        if number > LEAST_ROWS:
            # The last row is as wide as most; a signature stands apart from it.
            end = min(at + Counter(widths[1:]).most_common(1)[0][0], len(lines))
            found.update(range(index, next((i for i in range(at + 1, end) if lines[i].blanks > lines[at].blanks), end)))
        index = at + 1
    return found


def _label_of(line: Line) -> str | None:
    """The label that a line is or begins with."""
    plain = re.sub(r"[\s:：]", "", line.text)
    match = _label().match(line.text)
    return plain if plain in label_fields() else re.sub(r"\s", "", match["label"]) if match else None


def _may_be_value(line: Line) -> bool:
    return not _label().match(line.text) and len(line.text) <= LONGEST_VALUE


class _Cells:
    """The cells of the source's tables, asked where a line stands."""

    def __init__(self, grids: Sequence[Grid]) -> None:
        self._grids = sorted(grids, key=lambda grid: grid.start)
        self._cells = sorted((cell for grid in grids for cell in grid.cells), key=lambda cell: cell.start)

    def hold_together(self, label: Line, value: Line) -> bool:
        """True where a value is in the cell beside its label's, or neither stands in a table."""
        grid = _around(self._grids, label)
        if grid is None:
            return _around(self._grids, value) is None
        own, other = _around(self._cells, label), _around(self._cells, value)
        if own is None or other is None or other.start >= grid.end:
            return False
        return own.row == other.row and other.column in (own.column, own.column + own.colspan)


def _around(spans: Sequence[_Spanned], line: Line) -> _Spanned | None:
    """The one of some spans, in order and apart from each other, in which a line begins."""
    at = bisect_right(spans, line.start, key=lambda span: span.start) - 1
    return spans[at] if at >= 0 and line.start < spans[at].end else None


def read_capture_header(lines: tuple[Line, ...], front: int = 0) -> tuple[list[Fact], list[Noise], int]:
    """Return what a capturing tool wrote above the text (``- source_url: …``), and the number of its lines.

    Two such lines in Latin letters make a header; it may open with a title of its own and close with a stroke.
    What stands before ``front`` is one by the format.
    """
    told = sum(line.end <= front for line in lines[:1000])
    first = next((i for i, line in enumerate(lines[:3]) if _CAPTURE_KEY.match(line.text)), None)
    if first is None and not told:
        return [], [], 0
    index = first = first or 0
    facts: list[Fact] = []
    while index < len(lines) and ((match := _CAPTURE_KEY.match(lines[index].text)) or index < told):
        if match is None:  # a list or a text over several lines in front matter
            index += 1
            continue
        field = _CAPTURE_FIELDS.get(match["key"].strip().lower().replace(" ", "_"))
        value = match["value"].strip(" \"'") if match else ""
        if field == "issuer":
            # An author is one where it is a body, not who wrote the page down.
            value = re.sub(r"等\Z", "", value)
            if match["key"].lower() == "author" and not all(map(_BODY_NAME.fullmatch, re.split(r"[、，,\s]+", value))):
                value = ""
        if field and value:
            facts.append(Fact(field, value, lines[index].start, lines[index].end))
        index += 1
    if index - first < 2 and not told:
        return [], [], 0
    if index < len(lines) and re.fullmatch(r"[-=*_]{3,}", lines[index].text):
        index += 1
    claimed = {fact.start for fact in facts}
    rule = noise_rule("capture-header")
    noise = [Noise(x.start, x.end, rule.id, rule.reason) for x in lines[:index] if x.start not in claimed]
    return facts, noise, index
