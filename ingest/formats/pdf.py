"""Read a PDF with a text layer: paragraphs out of printed lines, tables by their rules, page furniture set apart."""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from ingest.formats.writer import Span, Writer
from ingest.records import Footnote, Grid, GridCell, Layout, Noise, SourceError, UnfitError
from ingest.rules import noise_rule
from lang.radicals import unify

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it warns of each font that lacks a box

LARGEST_UNPACKED = 400 << 20  # bytes of all streams; a gazette of 300 pages has a tenth
LONGEST = 3000  # pages; the longest plan seen has 300
# Blanks between glyphs as a share of their size: beyond it a blank is shown.
_GAP = 0.4
_PAGE_NUMBER = noise_rule("page-number").regex
_MARK = re.compile(r"\s*([①-⑳]|[\[〔]\d{1,2}[\]〕]|\d{1,2}(?=[^\d.．、年月%])|[*＊†])\s*")


@dataclass
class _Line:
    """A printed line."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    page: int
    raised: tuple[str, ...] = ()  # marks that stand above the line
    kind: str = "text"  # text, page-number, running-title, footnote
    grid: Any = None


@dataclass
class _Frame:
    """Where the text of a page stands."""

    left: float
    right: float
    size: float
    pitch: float


@dataclass
class _Table:
    top: float
    page: int
    columns: tuple[int, ...]
    cells: list[tuple[str, int, int, int, int]] = field(default_factory=list)  # text, row, column, rows, columns


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
    with pdf:
        if pdf.doc.encryption is not None:
            raise UnfitError(f"{path}: the PDF is encrypted; save it without protection")
        if len(pdf.pages) > LONGEST:
            raise UnfitError(f"{path}: has {len(pdf.pages)} pages; save the part that is the document")
        lines: list[_Line] = []
        pictures = 0
        for number, page in enumerate(pdf.pages):
            try:
                lines.extend(_lines_of(page, number))
                pictures += len(page.images) > 0
            except Exception as error:
                raise SourceError(f"{path}: page {number + 1} cannot be read ({type(error).__name__}); save it anew") from None
            finally:
                page.close()
        title = (pdf.metadata or {}).get("Title")
        pages = len(pdf.pages)
    shown = sum(len(line.text) for line in lines)
    if shown < 10 * pages:
        what = "is a scan without a text layer" if pictures else "shows no text"
        raise UnfitError(f"{path}: the PDF {what}; recognise the text first and save that")
    _find_furniture(lines)
    return _write(lines, title if isinstance(title, str) else None)


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


def _lines_of(page: Any, number: int) -> list[_Line]:
    """The printed lines of a page from top to bottom; a table is one of them."""
    page = page.dedupe_chars(tolerance=1)
    chars = [c for c in page.chars if c["text"].strip() or c["text"] == " "]
    tables = []
    for table in page.find_tables():
        found = _table_of(table, chars, number)
        if found is not None:
            tables.append((table.bbox, found))
    loose = [c for c in chars if not any(_holds(bbox, c) for bbox, _ in tables)]
    lines = _group(loose, number)
    for bbox, table in tables:
        lines.append(_Line("", bbox[0], bbox[2], bbox[1], bbox[3], 0, number, grid=table))
    return sorted(lines, key=lambda line: line.top)


def _group(chars: list[dict], page: int) -> list[_Line]:
    """Glyphs to lines: a glyph belongs to the line that its middle lies in, so that a raised mark stays in its line."""
    rows: list[list[dict]] = []
    for char in sorted((c for c in chars if c["text"].strip()), key=lambda c: -c["size"]):
        middle = (char["top"] + char["bottom"]) / 2
        for row in rows:
            # The first glyph of a row is its largest; raised ones reach a little above it.
            if row[0]["top"] - 0.25 * row[0]["size"] <= middle <= row[0]["bottom"]:
                row.append(char)
                break
        else:
            rows.append([char])
    lines = []
    for row in rows:
        size = median(c["size"] for c in row)
        row.sort(key=lambda c: c["x0"])
        text, raised = "", []
        for before, char in zip([None, *row], row):
            if before is not None and char["x0"] - before["x1"] > _GAP * size:
                text += " "
            if char["size"] < 0.8 * size and (char["top"] + char["bottom"]) / 2 < (row[-1]["top"] + row[-1]["bottom"]) / 2:
                raised.append(char["text"])
            # A font's table may give a radical for the character that the page shows: 人 for ⼈.
            text += unify(char["text"])
        top, bottom = min(c["top"] for c in row), max(c["bottom"] for c in row)
        lines.append(_Line(text.strip(), row[0]["x0"], row[-1]["x1"], top, bottom, size, page, tuple(raised)))
    return sorted((line for line in lines if line.text), key=lambda line: line.top)


def _holds(bbox: tuple[float, float, float, float], char: dict) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bbox[0] <= x <= bbox[2] and bbox[1] <= y <= bbox[3]


def _table_of(table: Any, chars: list[dict], page: int) -> _Table | None:
    boxes = [cell for cell in table.cells if cell]
    xs = _edges([x for box in boxes for x in (box[0], box[2])])
    ys = _edges([y for box in boxes for y in (box[1], box[3])])
    if len(xs) < 3 or len(ys) < 3 or len(boxes) < 4:
        return None  # a frame around text
    found = _Table(table.bbox[1], page, tuple(round(x / 3) for x in xs))
    for box in sorted(boxes, key=lambda b: (round(b[1]), b[0])):
        row, column = _nearest(ys, box[1]), _nearest(xs, box[0])
        rows, columns = max(_nearest(ys, box[3]) - row, 1), max(_nearest(xs, box[2]) - column, 1)
        text = ""
        for line in _group([c for c in chars if _holds(box, c)], page):
            # A cell's lines are broken by its width; between Latin words that was a blank.
            text += (" " if text[-1:].isascii() and line.text[:1].isascii() and text[-1:].isalpha() else "") + line.text
        found.cells.append((text, row, column, rows, columns))
    longest = max(len(cell[0]) for cell in found.cells)
    # A cell that holds most of the page is the frame of a printed web page.
    return None if longest > 300 and longest > 0.5 * sum(not c["text"].isspace() for c in chars) else found


def _edges(values: list[float]) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > 3:
            edges.append(value)
    return edges


def _nearest(edges: list[float], value: float) -> int:
    return min(range(len(edges)), key=lambda i: abs(edges[i] - value))


def _find_furniture(lines: list[_Line]) -> None:
    """Mark page numbers, running titles and footnotes among the first and last lines of the pages."""
    pages: dict[int, list[_Line]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
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
        small: list[_Line] = []
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


def _running_key(line: _Line) -> tuple[str, int]:
    return re.sub(r"[\d\s]+", "", line.text) or "#", round(line.top / 12)


def _frames(lines: list[_Line]) -> dict[int, _Frame]:
    frames: dict[int, _Frame] = {}
    pages: dict[int, list[_Line]] = {}
    for line in lines:
        if line.grid is None and line.kind == "text":
            pages.setdefault(line.page, []).append(line)
    size = median([line.size for own in pages.values() for line in own] or [12.0])
    rights = [max(line.x1 for line in own) for own in pages.values()]
    lefts = [min(line.x0 for line in own) for own in pages.values()]
    for number, own in pages.items():
        # A page of headings alone does not show its own margins: then all pages' margins are taken.
        left, right = min(line.x0 for line in own), max(line.x1 for line in own)
        if right - left < 0.8 * (median(rights) - median(lefts)):
            left, right = median(lefts), median(rights)
        gaps = [b.top - a.top for a, b in zip(own, own[1:]) if 0 < b.top - a.top < 4 * size]
        frames[number] = _Frame(left, right, size, median(gaps) if gaps else 2 * size)
    return frames


def _write(lines: list[_Line], title: str | None) -> tuple[str, Layout]:
    writer = Writer()
    frames = _frames(lines)
    noise: list[Noise] = []
    grids: list[Grid] = []
    notes: list[tuple[str, Span]] = []
    footnotes: list[Footnote] = []
    waiting: list[_Line] = []  # furniture and footnotes met since the paragraph began
    before: _Line | None = None
    table_before: tuple[_Table, list[GridCell], int] | None = None

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
                table_before is not None and before is None
                and table_before[0].columns == line.grid.columns and line.page == table_before[0].page + 1
            )  # fmt: skip
            if not continues:
                flush()
            table_before = _write_table(writer, line.grid, table_before if continues else None, grids)
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


def _opens_paragraph(before: _Line, line: _Line, frames: dict[int, _Frame]) -> bool:
    frame, earlier = frames[line.page], frames[before.page]
    if before.x1 < earlier.right - 1.6 * before.size:
        return True  # the line before was not full
    if line.x0 > frame.left + 1.2 * line.size:
        return True  # set in, or in the middle
    if abs(line.size - before.size) > 0.12 * before.size:
        return True
    return line.page == before.page and line.top - before.top > 1.7 * frame.pitch


def _write_table(
    writer: Writer, table: _Table, goes_on: tuple[_Table, list[GridCell], int] | None, grids: list[Grid]
) -> tuple[_Table, list[GridCell], int]:
    """Write a table's cells, each on its own line; one that goes on from the page before is one grid with that."""
    cells = goes_on[1] if goes_on else []
    offset = goes_on[2] if goes_on else 0
    for text, row, column, rows, columns in sorted(table.cells, key=lambda c: (c[1], c[2])):
        writer.end_line(2)
        span = writer.begin()
        writer.write(text)
        writer.close(span)
        if span.start is None:
            cells.append(GridCell(-1, -1, row + offset, column, rows, columns))
        else:
            cells.append(GridCell(span.start, span.end, row + offset, column, rows, columns))
    writer.end_line(2)
    if goes_on:
        grids.pop()
    shown = [cell for cell in cells if cell.start >= 0]
    if shown:
        grids.append(Grid(min(c.start for c in shown), max(c.end for c in shown), tuple(cells)))
    return table, cells, offset + max((row + rows for _, row, _, rows, _ in table.cells), default=0)
