"""Write what a search finds as data: CSV, Excel, JSON, JSON Lines; one row a provision, piece by piece.

``flatten`` makes a row of a hit; each writer takes an iterable of rows and never holds them all.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from query.addresses import number_of_version, write_address

Row = dict[str, Any]

MATCH_NAMES = {"exact": "逐字", "related": "相关"}
ROWS_A_PIECE = 100

# What a worksheet can hold; beyond it Excel calls the file damaged.
MOST_ROWS, MOST_LINKS, LONGEST_CELL, LONGEST_LINK = 1_048_575, 65_000, 32_767, 2_000

LINE_HEIGHT, TALLEST_ROW = 16.0, 409.0  # points

_MARKINGS = ("themes", "audiences", "forces")
_FORMULA_SIGNS = frozenset("=+-@")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNSEEN = re.compile("^[\\s\ufeff\u200b-\u200f]+")
_CUT = "……（单元格装不下，全文见固定地址）"


@dataclass(frozen=True)
class Column:
    """A column of a table: the row's key, its Chinese head, its width in Excel's characters."""

    key: str
    head: str
    width: int
    is_link: bool = False


COLUMNS = (
    Column("id", "条款编号", 30),
    Column("document_title", "文件", 30),
    Column("province", "地区", 10),
    Column("doc_type", "文种", 10),
    Column("issued_on", "成文日期", 12),
    Column("label", "位置", 36),
    Column("kind_label", "层级", 9),
    Column("heading", "标题", 28),
    Column("text", "正文", 80),
    Column("themes", "主题", 22),
    Column("audiences", "对象", 18),
    Column("forces", "力度", 18),
    Column("match", "匹配", 8),
    Column("matched", "匹配的词", 18),
    Column("address", "固定地址", 44, is_link=True),
    Column("source_url", "来源网址", 30, is_link=True),
    Column("sha256", "正文的SHA-256", 22),
)


def flatten(hit: Mapping[str, Any], absolute: Callable[[str], str], kinds: Mapping[str, str]) -> Row:
    """Return a hit as a flat row; ``absolute`` completes a path, ``kinds`` are the Chinese names of kinds.

    The address is pinned to the version whose words these are.
    """
    version = number_of_version(hit["current_version"])
    return {
        "id": hit["id"],
        "document_id": hit["document_id"],
        "document_title": hit["document_title"],
        "province": hit["province"],
        "doc_type": hit["doc_type"],
        "issued_on": hit["issued_on"],
        "label": hit["label"],
        "kind": hit["kind"],
        "kind_label": kinds.get(hit["kind"], hit["kind"]),
        "heading": hit["heading"],
        "text": hit["text"],
        "themes": hit.get("themes", []),
        "audiences": hit.get("audiences", []),
        "forces": hit.get("forces", []),
        "match": hit.get("match", "exact"),
        "matched": list(hit["matched"]),
        "address": absolute(write_address(hit["document_id"], hit["eid"], version)),
        "source_url": hit["source_url"],
        "sha256": hit["sha256"],
    }


def neutralise(words: str) -> str:
    """Put an apostrophe before what a spreadsheet would run as a formula, full-width signs included."""
    return f"'{words}" if is_formula_like(words) else words


def is_formula_like(words: str) -> bool:
    """Tell whether a spreadsheet may take a cell for a formula: = + - @, tab or line break at its start."""
    if words[:1] in ("\t", "\r", "\n"):
        return True
    first = _UNSEEN.sub("", words)[:1]
    return unicodedata.normalize("NFKC", first) in _FORMULA_SIGNS


def keep_to_xml(words: str) -> str:
    """Return words without the characters that no XML file can hold: control characters, lone surrogates."""
    return _NOT_IN_XML.sub("", words)


def write_csv(rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a CSV file that Excel opens by a double click: UTF-8 with BOM, CRLF."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([column.head for column in COLUMNS])
    for some in _batches(rows):
        writer.writerows([neutralise(write_cell(row, column.key)) for column in COLUMNS] for row in some)
        yield _take(buffer)
    yield _take(buffer)


def write_jsonl(rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield JSON Lines: one object a line."""
    for some in _batches(rows):
        yield "".join(_dump(row) + "\n" for row in some).encode()


def write_json(rows: Iterable[Row], head: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield one JSON object: ``head``, then ``hits`` (literal matches) and ``related``, a line each."""
    opening = _dump(head)[:-1] + ("," if head else "")
    yield f'{opening}\n"hits":['.encode()
    is_related = False
    for match, found in groupby(rows, key=lambda row: row["match"]):
        if match == "related":
            is_related = True
            yield b'\n],\n"related":['
        separator = "\n"
        for some in _batches(found):
            yield (separator + ",\n".join(map(_dump, some))).encode()
            separator = ",\n"
    yield b"\n]}\n" if is_related else b'\n],\n"related":[]}\n'


def write_xlsx(path: Path, rows: Iterable[Row], about: Callable[[Mapping[str, int]], Sequence[tuple[str, str]]]) -> None:
    """Write a workbook: a sheet of rows, and one that says what it is.

    ``about`` is given what was written (``exact``, ``related``, ``left_out`` rows, ``cut`` cells, ``unlinked``
    addresses) and returns the second sheet's lines.
    """
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("检索结果")
    for position, column in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(position)].width = column.width
    sheet.freeze_panes = "A2"
    cells = Cells(sheet)
    sheet.append([cells.head(column.head) for column in COLUMNS])
    counts = {"exact": 0, "related": 0, "left_out": 0}
    written = 0
    try:
        for row in rows:
            if written == MOST_ROWS:
                counts["left_out"] += 1
                continue
            written += 1
            counts[row["match"]] += 1
            sheet.row_dimensions[written + 1].height = _measure(row)
            sheet.append([cells.link(row[c.key]) if c.is_link else cells.words(write_cell(row, c.key)) for c in COLUMNS])
            del sheet.row_dimensions[written + 1]  # it is in the file; a million of them need not be in memory
    except BaseException:  # the search has failed, or its reader has left
        sheet.close()
        sheet._writer.cleanup()  # openpyxl would keep its temporary file until the program ends
        raise
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{written + 1}"
    second = book.create_sheet("检索说明")
    second.column_dimensions["A"].width, second.column_dimensions["B"].width = 18, 90
    cells_about = Cells(second)
    for name, value in about({**counts, "cut": cells.cut, "unlinked": cells.unlinked}):
        second.append([cells_about.head(name), cells_about.words(value)])
    book.save(path)


def write_cell(row: Row, key: str) -> str:
    """Return a row's value as a table shows it."""
    if key in _MARKINGS:
        return "、".join(marking["label"] for marking in row.get(key, ()))
    value = row[key]
    if key == "match":
        return MATCH_NAMES[value]
    return "、".join(value) if key == "matched" else value or ""


class Cells:
    """Makes a worksheet's cells: words always as text, whatever they begin with."""

    def __init__(self, sheet: Any) -> None:
        from openpyxl.styles import Alignment, Font, PatternFill

        self.sheet = sheet
        self.cut = self.unlinked = self.linked = 0
        self._wrapped = Alignment(wrap_text=True, vertical="top")
        self._bold, self._blue = Font(bold=True), Font(color="0563C1", underline="single")
        self._tint = PatternFill("solid", fgColor="F3EEE2")

    def head(self, words: str) -> Any:
        cell = self.words(words)
        cell.font, cell.fill = self._bold, self._tint
        return cell

    def words(self, words: str) -> Any:
        from openpyxl.cell import WriteOnlyCell

        words = keep_to_xml(words)
        if len(words) > LONGEST_CELL:
            words = words[: LONGEST_CELL - len(_CUT)] + _CUT
            self.cut += 1
        cell = WriteOnlyCell(self.sheet, words)
        cell.data_type = "s"  # openpyxl takes a leading = for a formula
        cell.alignment = self._wrapped
        if is_formula_like(words):
            cell.quotePrefix = True  # or Excel makes a formula of it when somebody edits the cell
        return cell

    def marked(self, pieces: Sequence[tuple[str, bool]]) -> Any:
        """Words of which some are underlined: ``(words, is_marked)``."""
        from openpyxl.cell.rich_text import CellRichText, TextBlock
        from openpyxl.cell.text import InlineFont

        cell = self.words("".join(words for words, _ in pieces))
        kept = [(keep_to_xml(words), is_marked) for words, is_marked in pieces]
        if cell.value.endswith(_CUT) or not any(is_marked for words, is_marked in kept if words):
            return cell
        # Said in full, or the marked words would be in another size than the rest.
        font = InlineFont(rFont="Calibri", sz=11, u="single")
        cell.value = CellRichText(*(TextBlock(font, words) if is_marked else words for words, is_marked in kept if words))
        return cell

    def number(self, value: float | None) -> Any:
        """A number that Excel reckons with; an empty cell where there is none."""
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self.sheet, value)
        cell.alignment, cell.number_format = self._wrapped, "#,##0.##" if value and value % 1 else "#,##0"
        return cell

    def link(self, address: str | None) -> Any:
        cell = self.words(address or "")
        if not address or not address.startswith(("https://", "http://")):
            return cell
        if self.linked == MOST_LINKS or len(address) > LONGEST_LINK:
            self.unlinked += 1
            return cell
        self.linked += 1
        cell.hyperlink = address
        cell.data_type, cell.font = "s", self._blue
        return cell


def _measure(row: Row) -> float:
    return measure_row((write_cell(row, column.key), column.width) for column in COLUMNS if column.key != "sha256")  # not for reading


def measure_row(cells: Iterable[tuple[str, int]]) -> float:
    """The height in points that shows cells (words, width of the column) whole, as far as Excel allows.

    Not every program finds it by itself.
    """
    lines = 1
    for words, width in cells:
        lines = max(lines, sum(math.ceil(_count_cells(line) / (width - 1)) or 1 for line in words.split("\n")))
    return min(lines * LINE_HEIGHT, TALLEST_ROW)


def _count_cells(line: str) -> int:
    """How many of Excel's characters a line is wide: a Han character takes two."""
    return len(line) + sum("\u2e80" <= character for character in line)


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while some := list(islice(rows, ROWS_A_PIECE)):
        yield some


def _take(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return piece.encode("utf-8", "replace")


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
