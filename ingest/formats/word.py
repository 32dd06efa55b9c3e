"""Read a Word file (.docx): paragraphs, lists, tables, footnotes, running titles, in the order in which Word shows them."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn
from lxml import etree

from ingest.formats.lists import ListNumbers
from ingest.formats.nest import OpenTable, close_table
from ingest.formats.writer import Span, Writer
from ingest.records import Footnote, Grid, Layout, Listed, Noise, SourceError, UnfitError
from ingest.rules import noise_rule

# Unpacked sizes beyond which a file is no document but an attack; the longest plan is below 10 MB of XML.
LARGEST_PART = 200 * 2**20
LARGEST_RATIO = 400
LARGEST_WHOLE = 400 * 2**20  # of all parts together
MOST_PARTS = 20_000

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = {
    qn("w:instrText"), qn("w:delText"), qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), qn("w:tblPr"), qn("w:trPr"),
    qn("w:tcPr"), qn("w:sectPr"), qn("w:sdtPr"), qn("w:fldData"), _MC_FALLBACK,
}  # fmt: skip
# What holds no text to be read -> as what it is told.
_LEFT_OUT = {
    qn("w:del"): "deletion", qn("w:moveFrom"): "deletion", qn("w:commentReference"): "comment", qn("w:object"): "object",
    "{http://schemas.openxmlformats.org/drawingml/2006/main}blip": "picture", "{urn:schemas-microsoft-com:vml}imagedata": "picture",
    "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart": "chart",
    "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds": "chart",
    "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath": "formula",
}  # fmt: skip
_CONTENTS_LINE = re.compile(r"(?:(?<!\s)(?:\t\s*+|\s{2,}+)|(?<![.．…·•])[.．…·•]{2,}+\s*+)[\divxIVX]{1,4}\s*\Z")
_OLE = b"\xd0\xcf\x11\xe0"


def read_word(data: bytes, path: Path) -> tuple[str, Layout]:
    """Return text and layout of a .docx file.

    Numbers that Word counts itself are written into the text, where a reader sees them, and recorded as
    supplied; a number that was taken off (numId 0) is not put back. A footnote follows the paragraph that
    bears its mark. Raises SourceError for a file that is no Word file, UnfitError for one under a password.
    """
    if data.startswith(_OLE):
        raise UnfitError(f"{path}: the Word file is protected by a password; save it without one")
    try:
        _check_sizes(data, path)
        document = docx.Document(io.BytesIO(_without_dangling(data)))
        if document.element.getroottree().docinfo.internalDTD is not None:
            raise SourceError(f"{path}: is no whole Word file (DTD); save it anew as .docx")  # text behind an entity would be lost
        word = _Word(document)
        word.body(document.element.body)
        word.running_titles()
        return word.writer.text, word.layout()
    except (SourceError, MemoryError):
        raise
    except Exception as error:  # a broken archive fails in as many ways as there are bytes in it
        raise SourceError(f"{path}: is no whole Word file ({type(error).__name__}); save it anew as .docx") from None


def _check_sizes(data: bytes, path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        whole = sum(part.file_size for part in parts)
        if whole > LARGEST_WHOLE or len(parts) > MOST_PARTS:
            raise UnfitError(f"{path}: unpacks to {whole} bytes in {len(parts)} parts; it is no document")
        if len({(part.filename, part.CRC) for part in parts}) > len({part.filename for part in parts}):
            # Readers do not agree on which of the two is shown.
            raise SourceError(f"{path}: is no whole Word file (a part stands in it twice); save it anew as .docx")
        for part in parts:
            too_large = part.file_size > LARGEST_PART
            if too_large or (part.file_size > 2**20 and part.file_size > LARGEST_RATIO * max(part.compress_size, 1)):
                raise UnfitError(f"{path}: unpacks to {part.file_size} bytes in {part.filename!r}; it is no document")


def _without_dangling(data: bytes) -> bytes:
    """Return the file without relations to parts that it lacks: web editors leave pictures named NULL, and the text is whole."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        mended: dict[str, bytes] = {}
        for name in names:
            if not name.endswith(".rels"):
                continue
            root = etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False, no_network=True))
            folder = posixpath.dirname(posixpath.dirname(name))
            dangling = [
                relation
                for relation in root
                if relation.get("TargetMode") != "External"
                and posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/") not in names
            ]
            for relation in dangling:
                root.remove(relation)
            if dangling:
                mended[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        if not mended:
            return data
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as written:
            for name in archive.namelist():
                written.writestr(name, mended.get(name) or archive.read(name))
    return copy.getvalue()


class _Word:
    def __init__(self, document: Any) -> None:
        self.document = document
        self.writer = Writer()
        self.lists = ListNumbers(document)
        self.noise: list[tuple[Span, str]] = []
        self.grids: list[Grid] = []
        self.tables: list[OpenTable] = []
        self.listed: list[tuple[Span, int]] = []
        self.marks: list[tuple[str, str, Span]] = []  # kind and id of a note, and its mark
        self.footnotes: list[tuple[Span, Span]] = []
        self.notes = {kind: _notes(document, kind) for kind in ("footnote", "endnote")}
        self.numbers = {kind: {id_: n for n, id_ in enumerate(notes, 1)} for kind, notes in self.notes.items()}
        self.left_out: dict[str, int] = {}
        self.fields: list[bool] = []  # open complex fields; True once the result is shown

    def body(self, holder: etree._Element) -> None:
        """Write the blocks of a holder: the body, a cell, a text box."""
        for block in holder:
            if block.tag == qn("w:p"):
                self.paragraph(block)
            elif block.tag == qn("w:tbl"):
                self.table(block)
            elif block.tag == qn("w:sdt") and _is_contents(block):
                span = self.writer.begin()
                self.body(block)
                self.noise.append((self.writer.close(span), "contents"))
            elif block.tag in _LEFT_OUT:
                self.leave_out(block)
            elif block.tag not in _SKIPPED:
                self.body(block)  # content controls, smart tags, insertions around paragraphs

    def paragraph(self, paragraph: etree._Element) -> None:
        self.writer.end_line(2)
        # Word counts an empty paragraph of a list; its number stands before nothing and is no text.
        number, printed = self.lists.next_number(paragraph), _words(paragraph)
        line = self.writer.begin() if self.is_contents_line(paragraph, printed) else None
        if number is not None and number[0] and printed.strip():
            span = self.writer.begin()
            self.writer.write(number[0])
            self.writer.close(span)
            if number[1] is not None:
                self.listed.append((span, number[1]))
        first = len(self.marks)
        boxes: list[etree._Element] = []
        self.runs(paragraph, boxes)
        if line is not None:
            self.noise.append((self.writer.close(line), "contents"))
        self.writer.end_line(2)
        for box in boxes:
            self.body(box)
            self.writer.end_line(2)
        for kind, note_id, mark in self.marks[first:]:
            note = self.notes[kind].get(note_id)
            if note is None or mark.start is None:
                continue
            span = self.writer.begin()
            self.writer.write(f"[{self.numbers[kind][note_id]}] ")
            for inner in note.iter(qn("w:p")):
                self.runs(inner, [])
                self.writer.end_line()
            self.writer.close(span)
            self.writer.end_line(2)
            if span.start is not None:
                self.footnotes.append((mark, span))
        del self.marks[first:]

    def is_contents_line(self, paragraph: etree._Element, printed: str) -> bool:
        """True for a line of the contents that Word made: by its style, and with the page's number at its end."""
        style_id = paragraph.find(f"{_W}pPr/{_W}pStyle")
        style = self.lists.styles.get(style_id.get(qn("w:val"))) if style_id is not None else None
        name = style.find(qn("w:name")) if style is not None else None
        return bool(name is not None and re.match(r"(?i)toc \d", name.get(qn("w:val"), "")) and _CONTENTS_LINE.search(printed))

    def leave_out(self, element: etree._Element) -> None:
        """Note what is left out; a deletion counts where it takes words away."""
        told = _LEFT_OUT[element.tag]
        if told != "deletion" or any(t.text and t.text.strip() for t in element.iter(qn("w:delText"), qn("w:t"))):
            self.left_out[told] = self.left_out.get(told, 0) + 1

    def leave_out_words(self, holder: etree._Element) -> None:
        """Note a row or a cell that was deleted as a whole: one deletion, however many runs its words stand in."""
        if any(t.text and t.text.strip() for t in holder.iter(qn("w:delText"), qn("w:t"))):
            self.left_out["deletion"] = self.left_out.get("deletion", 0) + 1

    def runs(self, holder: etree._Element, boxes: list[etree._Element]) -> None:
        for element in holder:
            tag = element.tag
            if tag in _LEFT_OUT:
                self.leave_out(element)
            if tag in _SKIPPED or not isinstance(tag, str):
                continue
            if tag == qn("w:fldChar"):
                kind = element.get(qn("w:fldCharType"))
                if kind == "begin":
                    self.fields.append(False)
                elif kind == "end" and self.fields:
                    self.fields.pop()
                elif kind == "separate" and self.fields:
                    self.fields[-1] = True
            elif tag == qn("w:r"):
                self.run(element, boxes)
            elif tag == qn("w:txbxContent"):
                boxes.append(element)
            elif tag == qn("w:ruby"):
                self.ruby(element)
            elif tag == qn("w:t"):
                self.writer.write(re.sub(r"[\n\r]+", " ", element.text or ""))
            elif tag in (qn("w:br"), qn("w:cr")):
                self.writer.end_line()
            elif tag == qn("w:tab"):
                self.writer.write("\t")
            elif tag in (qn("w:noBreakHyphen"), qn("w:softHyphen")):
                self.writer.write("-" if tag == qn("w:noBreakHyphen") else "")
            elif tag in (qn("w:footnoteReference"), qn("w:endnoteReference")):
                kind = "footnote" if tag == qn("w:footnoteReference") else "endnote"
                note_id = element.get(qn("w:id"))
                if note_id in self.notes[kind]:
                    mark = self.writer.begin()
                    self.writer.write(f"[{self.numbers[kind][note_id]}]")
                    self.writer.close(mark)
                    self.marks.append((kind, note_id, mark))
            else:
                self.runs(element, boxes)

    def run(self, run: etree._Element, boxes: list[etree._Element]) -> None:
        hidden = run.find(f"{_W}rPr/{_W}vanish")
        if hidden is not None and _is_on(hidden):
            span = self.writer.begin()
            self.runs(run, boxes)
            self.noise.append((self.writer.close(span), "invisible-text"))
        else:
            self.runs(run, boxes)

    def ruby(self, ruby: etree._Element) -> None:
        base, aid = ruby.find(qn("w:rubyBase")), ruby.find(qn("w:rt"))
        if base is not None:
            self.runs(base, [])
        if aid is not None:
            span = self.writer.begin()
            self.runs(aid, [])
            self.noise.append((self.writer.close(span), "pinyin-aid"))

    def table(self, table: etree._Element) -> None:
        opened = OpenTable(self.writer.begin())
        cells: list[list[Any]] = []  # span, row, column, rows, columns, head
        above: dict[int, list[Any]] = {}  # column -> the cell that is merged downward
        self.tables.append(opened)
        row_number = 0
        for row in (row for row in table.iter(qn("w:tr")) if next(row.iterancestors(qn("w:tbl"))) is table):
            if _is_deleted(row):
                self.leave_out_words(row)
            elif row.find(f"{_W}trPr/{_W}hidden") is not None and _is_on(row.find(f"{_W}trPr/{_W}hidden")):
                self.writer.end_line(2)
                span = self.writer.begin()
                for cell in _cells_of(row):
                    self.body(cell)
                    self.writer.end_line(2)
                self.noise.append((self.writer.close(span), "invisible-text"))
            else:
                self.row(row, row_number, cells, above)
                row_number += 1
            self.writer.end_line(2)
        self.tables.pop()
        self.writer.close(opened.span)
        self.writer.end_line(2)
        opened.cells = [tuple(cell) for cell in cells]
        close_table(opened, self.tables[-1] if self.tables else None, self.grids)

    def row(self, row: etree._Element, number: int, cells: list[list[Any]], above: dict[int, list[Any]]) -> None:
        """Write a row's cells; one that is merged with the cell above it lengthens that."""
        is_head = row.find(f"{_W}trPr/{_W}tblHeader") is not None
        before = row.find(f"{_W}trPr/{_W}gridBefore")
        column = int(before.get(qn("w:val"), "0")) if before is not None else 0
        for cell in _cells_of(row):
            if cell.find(f"{_W}tcPr/{_W}cellDel") is not None:
                self.leave_out_words(cell)  # those to its right have moved up
                continue
            columns = int(_attribute(cell, "gridSpan", "1"))
            merge = _merge_of(cell)
            self.writer.end_line(2)
            span = self.writer.begin()
            self.body(cell)
            self.writer.close(span)
            if merge == "continue" and column in above and span.start is None:
                above[column][3] = number - above[column][1] + 1
            else:
                record = [span, number, column, 1, columns, is_head]
                cells.append(record)
                above.pop(column, None)
                if merge is not None:
                    above[column] = record
            column += columns

    def running_titles(self) -> None:
        """Write heads and feet of the pages after the text, as noise: they are no part of it."""
        seen: set[str] = set()
        for section in self.document.sections:
            first = (section.first_page_header, section.first_page_footer)
            for part in (section.header, section.footer, *first, section.even_page_header, section.even_page_footer):
                if part.is_linked_to_previous:
                    continue
                for paragraph in part._element.iter(qn("w:p")):
                    text = "".join(t.text or "" for t in paragraph.iter(qn("w:t"))).strip()
                    if text and text not in seen:
                        seen.add(text)
                        self.writer.end_line(2)
                        span = self.writer.begin()
                        self.writer.write(text)
                        self.noise.append((self.writer.close(span), "running-title"))

    def layout(self) -> Layout:
        title = (self.document.core_properties.title or "").strip()
        return Layout(
            noise=tuple(
                Noise(s.start, s.end, rule, noise_rule(rule).reason) for s, rule in self.noise if s.start is not None
            ),
            grids=tuple(sorted(self.grids, key=lambda g: g.start)),
            listed=tuple(Listed(s.start, s.end, num) for s, num in self.listed if s.start is not None),
            footnotes=tuple(
                Footnote(mark.start, mark.end, note.start, note.end)
                for mark, note in self.footnotes
                if mark.start is not None and note.start is not None
            ),
            titles=(title,) if title else (),
            left_out={**self.left_out, **({"number": self.lists.unread} if self.lists.unread else {})},
        )


def _words(paragraph: etree._Element) -> str:
    """The words of a paragraph with its tabs, those of text boxes too."""
    return "".join("\t" if t.tag == qn("w:tab") else t.text or "" for t in paragraph.iter(qn("w:t"), qn("w:tab")))


def _is_deleted(row: etree._Element) -> bool:
    """True for a row that is deleted in the text as it stands (tracked changes)."""
    return row.find(f"{_W}trPr/{_W}del") is not None


def _cells_of(row: etree._Element) -> list[etree._Element]:
    return [cell for cell in row.iter(qn("w:tc")) if next(cell.iterancestors(qn("w:tr"))) is row]


def _merge_of(cell: etree._Element) -> str | None:
    """restart or continue for a cell that is merged with those below it, or with the one above; what a tracked change says counts."""
    tracked = cell.find(f"{_W}tcPr/{_W}cellMerge")
    if tracked is not None:
        return {"rest": "restart", "cont": "continue"}.get(tracked.get(qn("w:vMerge"), ""))
    merge = cell.find(f"{_W}tcPr/{_W}vMerge")
    return None if merge is None else "restart" if merge.get(qn("w:val")) == "restart" else "continue"


def _is_on(switch: etree._Element) -> bool:
    return switch.get(qn("w:val")) not in ("0", "false", "off")


def _is_contents(control: etree._Element) -> bool:
    """True for the content control in which Word keeps the contents that it made."""
    properties = control.find(qn("w:sdtPr"))
    galleries = properties.iter(qn("w:docPartGallery")) if properties is not None else ()
    return any(gallery.get(qn("w:val")) == "Table of Contents" for gallery in galleries)


def _attribute(cell: etree._Element, name: str, default: str) -> str:
    found = cell.find(f"{_W}tcPr/{_W}{name}")
    value = found.get(qn("w:val"), default) if found is not None else default
    return value if value.isdigit() and 0 < int(value) <= 200 else default


def _notes(document: Any, kind: str) -> dict[str, etree._Element]:
    """The notes of a kind by id, in order; separators left out."""
    for relation in document.part.rels.values():
        if relation.reltype.endswith(f"/{kind}s") and not relation.is_external:
            root = etree.fromstring(relation.target_part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
            return {
                note.get(qn("w:id")): note
                for note in root.iter(qn(f"w:{kind}"))
                if note.get(qn("w:type")) not in ("separator", "continuationSeparator", "continuationNotice")
            }
    return {}
