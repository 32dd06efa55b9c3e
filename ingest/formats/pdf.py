"""Read a PDF with a text layer: paragraphs out of printed lines, tables by their rules, page furniture set apart."""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from ingest.formats.page import PrintedLine, PrintedTable, read_page
from ingest.formats.writer import Span, Writer
from ingest.records import Footnote, Grid, GridCell, Layout, Noise, SourceError, UnfitError
from ingest.rules import noise_rule

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it warns of each font that lacks a box

LARGEST_UNPACKED = 400 << 20  # bytes of all streams; a gazette of 300 pages has a tenth
LONGEST = 3000  # pages; the longest plan seen has 300
MOST_HEADS = 4  # rows
_SAME_PLACE = 4  # points by which a column may stand elsewhere on the next page
_PAGE_NUMBER = noise_rule("page-number").regex
_MARK = re.compile(r"\s*([①-⑳]|[\[〔]\d{1,2}[\]〕]|\d{1,2}(?=[^\d.．、年月%])|[*＊†])\s*")


_Rows = list[list[tuple[str, int, int, int]]]  # text, column, rows, columns


@dataclass
class _Frame:
    """Where the text of a page stands."""

    left: float
    right: float
    size: float
    pitch: float


def read_pdf(data: bytes, path: Path) -> tuple[str, Layout]:
    """Return text and layout of a PDF.

    What a page break sets between the halves of a paragraph (page numbers, running titles, footnotes) stands
    after the paragraph. Raises UnfitError for a file that is encrypted or holds pictures of text only.
    """
    _check_streams(data, path)
    try:
        pdf = pdfplumber.open(io.BytesIO(data))
    except (PdfminerException, PDFPasswordIncorrect) as error:
        if "Password" in repr(error) or "Encrypt" in repr(error):
            raise UnfitError(f"{path}: the PDF is encrypted; save it without protection") from None
        raise SourceError(f"{path}: is no whole PDF ({type(error).__name__}); save it anew") from None
    except Exception as error:  # the parser meets any kind of rubbish in its own way
        raise SourceError(f"{path}: is no whole PDF ({type(error).__name__}); save it anew") from None
    try:
        lines, pictures, title = _read_pages(pdf, path)
        pages = len(pdf.pages)
    except (SourceError, MemoryError, RecursionError):
        raise
    except Exception as error:  # a page's size that is no number, and whatever else
        raise SourceError(f"{path}: is no whole PDF ({type(error).__name__}); save it anew") from None
    finally:
        with suppress(Exception):  # what could not be read can't be closed page by page either
            pdf.close()
    shown = sum(len(line.text) for line in lines)
    if shown < 10 * pages:
        what = "is a scan without a text layer" if pictures else "shows no text"
        raise UnfitError(f"{path}: the PDF {what}; recognise the text first and save that")
    _find_furniture(lines)
    return _write(lines, title)


def _check_streams(data: bytes, path: Path) -> None:
    """Raise UnfitError where packed streams unpack to more than any document holds: the parser unpacks each whole."""
    unpacked = 0
    for opening in re.finditer(rb"stream\r?\n", data):
        block, unpack = data[opening.end() : opening.end() + 2**16], zlib.decompressobj()
        place = opening.end() + len(block)
        try:
            while block and not unpack.eof:
                unpacked += len(unpack.decompress(block, 2**20))
                if unpacked > LARGEST_UNPACKED:
                    raise UnfitError(f"{path}: unpacks to more than {LARGEST_UNPACKED >> 20} MB; it is no document")
                block = unpack.unconsumed_tail
                if not block:
                    block = data[place : place + 2**16]
                    place += len(block)
        except zlib.error:
            continue  # packed in another way, or not at all


def _read_pages(pdf: pdfplumber.PDF, path: Path) -> tuple[list[PrintedLine], int, str | None]:
    """The lines of all pages, how many pages hold pictures, and the title that the file gives itself."""
    if pdf.doc.encryption is not None:
        raise UnfitError(f"{path}: the PDF is encrypted; save it without protection")
    if len(pdf.pages) > LONGEST:
        raise UnfitError(f"{path}: has {len(pdf.pages)} pages; save the part that is the document")
    lines: list[PrintedLine] = []
    pictures = 0
    for number, page in enumerate(pdf.pages):
        try:
            lines.extend(read_page(page, number))
            pictures += len(page.images) > 0
        except (MemoryError, RecursionError):
            raise
        except Exception as error:
            raise SourceError(f"{path}: page {number + 1} cannot be read ({type(error).__name__}); save it anew") from None
        finally:
            page.close()
    title = (pdf.metadata or {}).get("Title")
    return lines, pictures, title if isinstance(title, str) else None


def _find_furniture(lines: list[PrintedLine]) -> None:
    """Mark page numbers, running titles and footnotes among the first and last lines of the pages."""
    pages: dict[int, list[PrintedLine]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    for own in pages.values():
        own.sort(key=lambda line: line.top)
    body = median(line.size for line in lines if line.grid is None) if any(x.grid is None for x in lines) else 0
    edges: Counter[tuple[str, int]] = Counter()
    for own in pages.values():
        for line in {id(x): x for x in (*own[:2], *own[-2:])}.values():
            if line.grid is None:
                edges[_running_key(line)] += 1
    for own in pages.values():
        for line in (*own[:2], *own[-2:]):
            if line.grid is None and line.kind == "text":
                if _PAGE_NUMBER is not None and _PAGE_NUMBER.fullmatch(line.text):
                    line.kind = "page-number"
                elif edges[_running_key(line)] >= 3 and len(line.text) <= 60:
                    line.kind = "running-title"
        text = [line for line in own if line.kind == "text" and line.grid is None]
        # Footnotes: small print at the foot, from the first line on that opens with a mark of this page.
        small: list[PrintedLine] = []
        for line in reversed(text):
            if line.size > 0.9 * body:
                break
            small.insert(0, line)
        above = [line for line in text if not any(line is one for one in small)]
        opened = False
        for line in small:
            mark = _MARK.match(line.text)
            if mark and (
                any(mark[1] in one.raised or mark[1].strip("[]〔〕") in one.raised for one in above)
                or (not mark[1].isdigit() and any(mark[1] in one.text for one in above))
            ):
                opened = True
            if opened:
                line.kind = "footnote"


def _running_key(line: PrintedLine) -> tuple[str, int]:
    return re.sub(r"[\d\s]+", "", line.text) or "#", round(line.top / 12)


def _frames(lines: list[PrintedLine]) -> dict[tuple[int, int], _Frame]:
    """Where the text of each column of each page stands."""
    frames: dict[tuple[int, int], _Frame] = {}
    pages: dict[tuple[int, int], list[PrintedLine]] = {}
    for line in lines:
        if line.grid is None and line.kind == "text":
            pages.setdefault((line.page, line.column), []).append(line)
    size = median([line.size for own in pages.values() for line in own] or [12.0])
    for place, own in pages.items():
        like = [lines for (_, column), lines in pages.items() if column == place[1]]
        rights, lefts = [max(line.x1 for line in x) for x in like], [min(line.x0 for line in x) for x in like]
        # A page of headings alone does not show its own margins: then all pages' margins are taken.
        left, right = min(line.x0 for line in own), max(line.x1 for line in own)
        if right - left < 0.8 * (median(rights) - median(lefts)):
            left, right = median(lefts), median(rights)
        gaps = [b.top - a.top for a, b in zip(own, own[1:]) if 0 < b.top - a.top < 4 * size]
        frames[place] = _Frame(left, right, size, median(gaps) if gaps else 2 * size)
    return frames


def _write(lines: list[PrintedLine], title: str | None) -> tuple[str, Layout]:
    writer = Writer()
    frames = _frames(lines)
    noise: list[Noise] = []
    grids: list[Grid] = []
    notes: list[tuple[str, Span]] = []
    footnotes: list[Footnote] = []
    waiting: list[PrintedLine] = []  # furniture and footnotes met since the paragraph began
    before: PrintedLine | None = None
    table_before: tuple[PrintedTable, list[GridCell], int, _Rows] | None = None

    def flush() -> None:
        nonlocal before
        writer.end_line(2)
        for one in waiting:
            if one.kind != "footnote":
                span = writer.begin()
                writer.write(one.text)
                writer.close(span)
                noise.append(Noise(span.start or 0, span.end, one.kind, noise_rule(one.kind).reason))
                writer.end_line(2)
        current: Span | None = None
        for one in waiting:
            if one.kind == "footnote":
                mark = _MARK.match(one.text)
                if mark or current is None:
                    if current is not None:
                        writer.close(current)
                    writer.end_line(2)
                    current = writer.begin()
                    notes.append((mark[1] if mark else "", current))
                writer.write(one.text)
        if current is not None:
            writer.close(current)
        writer.end_line(2)
        waiting.clear()
        before = None

    for line in lines:
        if line.kind != "text":
            waiting.append(line)
            continue
        if line.grid is not None:
            continues = (
                table_before is not None and before is None and line.page == table_before[0].page + 1
                and _has_same_columns(table_before[0], line.grid)
            )  # fmt: skip
            if not continues:
                flush()
            table_before = _write_table(writer, line.grid, table_before if continues else None, grids, noise)
            continue
        if before is None or _opens_paragraph(before, line, frames):
            flush()
        elif before.text[-1:].isascii() and line.text[:1].isascii() and not re.search(r"[\d.,%-]\Z", before.text):
            writer.write(" ")
        writer.write(line.text)
        table_before = None
        before = line
    flush()
    text = writer.text
    for mark, span in notes:
        if mark and span.start is not None:
            at = text.rfind(mark, 0, span.start)
            if at >= 0:
                footnotes.append(Footnote(at, at + len(mark), span.start, span.end))
    return text, Layout(
        noise=tuple(sorted(noise, key=lambda n: n.start)),
        grids=tuple(grids),
        footnotes=tuple(footnotes),
        titles=(title.strip(),) if title and title.strip() else (),
    )


def _opens_paragraph(before: PrintedLine, line: PrintedLine, frames: dict[tuple[int, int], _Frame]) -> bool:
    place, place_before = (line.page, line.column), (before.page, before.column)
    frame, earlier = frames[place], frames[place_before]
    if before.x1 < earlier.right - 1.6 * before.size:
        return True  # the line before was not full
    if line.x0 > frame.left + 1.2 * line.size:
        return True  # set in, or in the middle
    if abs(line.size - before.size) > 0.12 * before.size:
        return True
    return place == place_before and line.top - before.top > 1.7 * frame.pitch


def _has_same_columns(table: PrintedTable, other: PrintedTable) -> bool:
    pairs = zip(table.columns, other.columns)
    return len(table.columns) == len(other.columns) and all(abs(a - b) < _SAME_PLACE for a, b in pairs)


def _write_table(
    writer: Writer,
    table: PrintedTable,
    goes_on: tuple[PrintedTable, list[GridCell], int, _Rows] | None,
    grids: list[Grid],
    noise: list[Noise],
) -> tuple[PrintedTable, list[GridCell], int, _Rows]:
    """Write a table's cells, each on its own line; one that goes on from the page before is one grid with that.

    The heads that such a page shows once more are set apart.
    """
    cells = goes_on[1] if goes_on else []
    offset = goes_on[2] if goes_on else 0
    rows = _rows_of(table)
    heads = goes_on[3] if goes_on else rows
    again = _count_same(rows, heads) if goes_on else 0
    for text, row, column, height, width in sorted(table.cells, key=lambda c: (c[1], c[2])):
        writer.end_line(2)
        span = writer.begin()
        writer.write(text)
        writer.close(span)
        if row < again:
            if span.start is not None:
                noise.append(Noise(span.start, span.end, "repeated-head", noise_rule("repeated-head").reason))
        elif span.start is None:
            cells.append(GridCell(-1, -1, row - again + offset, column, height, width))
        else:
            cells.append(GridCell(span.start, span.end, row - again + offset, column, height, width))
    writer.end_line(2)
    if goes_on:
        grids.pop()
    shown = [cell for cell in cells if cell.start >= 0]
    if shown:
        grids.append(Grid(min(c.start for c in shown), max(c.end for c in shown), tuple(cells)))
    return table, cells, offset + max((cell[1] + cell[3] for cell in table.cells), default=0) - again, heads


def _rows_of(table: PrintedTable) -> _Rows:
    """Of each row what stands where; a cell is told in the row where it begins."""
    rows: dict[int, list[tuple[str, int, int, int]]] = {}
    for text, row, column, height, width in sorted(table.cells, key=lambda c: (c[1], c[2])):
        rows.setdefault(row, []).append((text, column, height, width))
    return [rows.get(row, []) for row in range(max(rows, default=-1) + 1)]


def _count_same(rows: _Rows, heads: _Rows) -> int:
    """How many rows at the top repeat the first table's, where a page's head comes again: words, and not all there is."""
    same = 0
    while same < min(len(rows) - 1, len(heads) - 1, MOST_HEADS) and rows[same] == heads[same]:
        same += 1
    words = any(re.search(r"[^\W\d]", cell[0]) for row in rows[:same] for cell in row)
    # A cell that reaches below the rows that are the same belongs to rows that are not.
    whole = all(index + cell[2] <= same for index, row in enumerate(rows[:same]) for cell in row)
    return same if words and whole else 0
