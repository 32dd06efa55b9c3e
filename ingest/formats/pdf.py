"""Read a PDF with a text layer: paragraphs out of printed lines, tables by their rules, page furniture set apart."""

from __future__ import annotations

import io
import logging
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdftypes import resolve1
from pdfplumber.utils.exceptions import PdfminerException

from ingest.formats.mend import goes_on, mend_cut_rows, rows_of
from ingest.formats.page import PrintedLine, PrintedTable, read_page
from ingest.formats.unpack import Unpacking
from ingest.formats.writer import Span, Writer
from ingest.grids import Drawn, count_repeated
from ingest.records import Doubt, Footnote, Grid, GridCell, Layout, Noise, SourceError, UnfitError
from ingest.rules import noise_rule

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it warns of each font that lacks a box

LARGEST_PAGE = 4 << 20  # bytes of what draws one page; of the pages seen the fullest has 40 kB, and 5 MB take a minute
LONGEST = 3000  # pages; the longest plan seen has 300
_PAGE_NUMBER = noise_rule("page-number").regex
_BROWSER = noise_rule("browser-print").regex
_LABEL = re.compile(r"附\s*[件录表]\s*(?:\d{1,2}|[一二三四五六七八九十]{1,2})?\s*[:：]?")  # alone on its line
_SENTENCE_END = re.compile(r"[。；;：:！!？?][”’」』）)]*\Z")
# A contents page's entry, dots all the way to its page: the line is full and yet no paragraph goes on behind it.
_ENTRY = re.compile(r"(?<![.．·…‥])[.．·…‥]{6,}+\s*[-—(（]?\s*(?:\d{1,4}|[IVXivx]{1,6})\s*[-—)）]?\Z")
_OUTLINE = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,3}\s+[\u4e00-\u9fff]")
_TOGETHER = re.compile(r"(?:[“‘（(《〔\[]*(?:[\w.%/-]+|.))(?:[，,、。；;：:！!？?）)》”’〕\]]*)", re.A)
_MARK = re.compile(r"\s*([①-⑳]|[\[〔]\d{1,2}[\]〕]|\d{1,2}(?=[^\d.．、年月%])|[*＊†])\s*")


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
    shown = sum(len(line.text) + sum(len(cell[0]) for cell in line.grid.cells) if line.grid else len(line.text) for line in lines)
    if shown < 10 * pages:
        what = "is a scan without a text layer" if pictures else "shows no text"
        raise UnfitError(f"{path}: the PDF {what}; recognise the text first and save that")
    _find_furniture(lines)
    return _write(mend_cut_rows(lines), title)


def _check_streams(data: bytes, path: Path) -> None:
    """Raise UnfitError where packed streams unpack to more than any document holds: the parser unpacks each whole."""
    unpacking = Unpacking(path)
    for opening in re.finditer(rb"stream\r?\n", data):
        unpacking.begin()
        for place in range(opening.end(), len(data), 2**16):
            unpacking.feed(data[place : place + 2**16])
            if unpacking.is_over:
                break


def _read_pages(pdf: pdfplumber.PDF, path: Path) -> tuple[list[PrintedLine], int, str | None]:
    """The lines of all pages, how many pages hold pictures, and the title that the file gives itself."""
    if pdf.doc.encryption is not None and not pdf.doc.is_extractable:  # some open for all and are only locked against changes
        raise UnfitError(f"{path}: the PDF is encrypted; save it without protection")
    if len(pdf.pages) > LONGEST:
        raise UnfitError(f"{path}: has {len(pdf.pages)} pages; save the part that is the document")
    lines: list[PrintedLine] = []
    pictures = 0
    for number, page in enumerate(pdf.pages):
        try:
            if sum(len(resolve1(stream).get_data()) for stream in page.page_obj.contents) > LARGEST_PAGE:
                raise UnfitError(f"{path}: page {number + 1} is drawn by more than {LARGEST_PAGE >> 20} MB; save it as text")
            lines.extend(read_page(page, number))
            pictures += len(page.images) > 0
        except (SourceError, MemoryError, RecursionError):
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
                elif _is_of_browser(line):
                    line.kind = "browser-print"
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


def _is_of_browser(line: PrintedLine) -> bool:
    """True for what a browser prints at a page's edge; the number of a page must be this one's: 1/9 may be a fraction."""
    match = _BROWSER.fullmatch(line.text) if _BROWSER is not None else None
    page = (match["page"] or match["page2"]) if match else None
    return match is not None and (page is None or int(page) == line.page + 1)


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
    columns = {column: _Column.of([own for (_, c), own in pages.items() if c == column], size) for column in {c for _, c in pages}}
    for place, own in pages.items():
        usual = columns[place[1]]
        left = _margin([line.x0 for line in own], usual.shared_left, size, min)
        right = _margin([line.x1 for line in own], usual.shared_right, size, max)
        # A page of headings alone does not show its own margins: then all pages' margins are taken.
        if right - left < 0.8 * (usual.right - usual.left):
            left, right = usual.left, usual.right
        gaps = [b.top - a.top for a, b in zip(own, own[1:]) if 0 < b.top - a.top < 4 * size]
        # Where most paragraphs are a line long, the blank between them is the usual gap: the lines of one stand closer.
        frames[place] = _Frame(left, right, size, quantiles(gaps, n=4)[0] if len(gaps) > 1 else 2 * size)
    return frames


@dataclass
class _Column:
    """Where the lines of all pages' columns begin and end: as a rule, and the outmost places where a tenth of them do."""

    left: float
    right: float
    shared_left: float | None
    shared_right: float | None

    @classmethod
    def of(cls, pages: list[list[PrintedLine]], size: float) -> _Column:
        """Measure the same column of all pages."""
        lines = [line for own in pages for line in own]
        return cls(
            median(min(line.x0 for line in own) for own in pages),
            median(max(line.x1 for line in own) for own in pages),
            min(_shared(sorted(line.x0 for line in lines), size), default=None),
            max(_shared(sorted(line.x1 for line in lines), size), default=None),
        )


def _shared(places: list[float], size: float) -> list[float]:
    near, least = 0.6 * size, max(3, 0.1 * len(places))
    return [x for x in places if bisect_left(places, x + near) - bisect_left(places, x - near) >= least]


def _margin(own: list[float], shared: float | None, size: float, outmost: Callable[[Iterable[float]], float]) -> float:
    """Where a page's lines begin or end: the outmost place, unless but one or two lines reach it, as a web page's menu does
    that is wider than the text; then the outmost place that lines of all pages share, if this page has any there.
    """
    edge = outmost(own)
    if shared is None or sum(abs(x - edge) < 0.3 * size for x in own) >= min(3, len(own)):
        return edge
    return shared if any(abs(x - shared) < 0.6 * size for x in own) else edge


def _write(lines: list[PrintedLine], title: str | None) -> tuple[str, Layout]:
    writer = Writer()
    frames = _frames(lines)
    noise: list[Noise] = []
    doubts: list[Doubt] = []
    grids: list[Grid] = []
    notes: list[tuple[str, Span]] = []
    footnotes: list[Footnote] = []
    waiting: list[PrintedLine] = []  # furniture and footnotes met since the paragraph began
    before: PrintedLine | None = None
    table_before: tuple[PrintedTable, list[GridCell], int, Drawn] | None = None

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
                and goes_on(table_before[0], line.grid)
            )  # fmt: skip
            if not continues:
                flush()
            table_before = _write_table(writer, line.grid, table_before if continues else None, grids, noise, doubts)
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
        doubts=tuple(doubts),
        titles=(title.strip(),) if title and title.strip() else (),
    )


def _opens_paragraph(before: PrintedLine, line: PrintedLine, frames: dict[tuple[int, int], _Frame]) -> bool:
    place, place_before = (line.page, line.column), (before.page, before.column)
    frame, earlier = frames[place], frames[place_before]
    if before.x1 < earlier.right - (_width_of_first(line.text, before.text) + 0.6) * before.size:
        return True  # the line before was not full
    if line.x0 > frame.left + 1.2 * line.size:
        return True  # set in, or in the middle
    if before.x0 > earlier.left + 4 * before.size:
        return True  # a signature or a date at the right, a title in the middle: no paragraph begins there
    if _LABEL.fullmatch(line.text) or _ENTRY.search(before.text) or _stands_apart(before.text) or _stands_apart(line.text):
        return True
    if abs(line.size - before.size) > 0.12 * before.size:
        return True
    if _OUTLINE.match(line.text) and _SENTENCE_END.search(before.text):
        return True  # 5.4 测定方法 below a line that its sentence happens to fill
    return place == place_before and line.top - before.top > 1.45 * frame.pitch


def _stands_apart(text: str) -> bool:
    """True for a line of things side by side, with wide blanks between them: a menu, a table's row. 第一条　　为了… is none."""
    gaps = [match.start() for match in re.finditer("  ", text)]
    return len(gaps) > 1 or (bool(gaps) and gaps[0] > 8)


def _width_of_first(text: str, before: str) -> float:
    """How much of a line can't be parted from its first character, in characters: 院）、 and 2025 go to the next line whole.

    Where the line before ends a sentence, one character: a short line is then the paragraph's last.
    """
    if _SENTENCE_END.search(before):
        return 1
    first = _TOGETHER.match(text)
    return max(1, sum(0.55 if c.isascii() else 1 for c in first[0])) if first else 1


def _write_table(
    writer: Writer,
    table: PrintedTable,
    before: tuple[PrintedTable, list[GridCell], int, Drawn] | None,
    grids: list[Grid],
    noise: list[Noise],
    doubts: list[Doubt],
) -> tuple[PrintedTable, list[GridCell], int, Drawn]:
    """Write a table's cells, each on its own line; one that goes on from the page before is one grid with that.

    The heads that such a page shows once more are set apart.
    """
    cells = before[1] if before else []
    offset = before[2] if before else 0
    rows = rows_of(table)
    heads = before[3] if before else rows
    again = count_repeated(rows, heads) if before else 0
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
        if row in table.doubtful and span.start is not None:
            # Of the row above, too, it is not certain that it is whole.
            upper = min((c.start for c in cells if c.row == row - again + offset - 1 and c.start >= 0), default=span.start)
            doubts.append(Doubt(upper, span.end, "row-cut", "跨页处的这一行不能确定是否上一行的下半，分行保留"))
            table.doubtful.discard(row)
    writer.end_line(2)
    if before:
        grids.pop()
    shown = [cell for cell in cells if cell.start >= 0]
    if shown:
        grids.append(Grid(min(c.start for c in shown), max(c.end for c in shown), tuple(cells)))
    return table, cells, offset + max((cell[1] + cell[3] for cell in table.cells), default=0) - again, heads

